/** A mail of ours that a mailing list did not take came back, as one does that a mail server refused. */
import { describe, expect, test } from 'vitest';
import { told, type Shape } from '../reports/test-bounces.ts';

const refusals: Record<string, Shape> = {
  fml: {
    from: 'lamps-admin@lists.example',
    subject: 'NOT MEMBER article from service@centre.test',
    nullPath: false,
    headers: ['X-MLServer: fml [fml 4.0.3 release]', 'Precedence: list', 'Content-Type: text/plain'],
    text: ['Hi, I am fml MLServer.', 'You are not a member of the mailing list <lamps@lists.example>.'],
    is: 'bounce; lamps@lists.example for now - -',
  },
  Mailman: {
    from: 'lamps-bounces@lists.example',
    subject: 'Request to mailing list Lamps rejected',
    nullPath: false,
    headers: [
      'Precedence: bulk',
      'X-List-Administrivia: yes',
      'List-Id: <lamps.lists.example>',
      'Content-Type: text/plain',
    ],
    text: [
      'Your request to the lamps@lists.example mailing list',
      '',
      '    Posting of your message titled "Lamp"',
      '',
      'has been rejected by the list moderator.',
      '',
      'Any questions or comments should be directed to the list administrator',
      'at:',
      '',
      '    lamps-owner@lists.example',
    ],
    is: 'bounce; lamps@lists.example for now - -',
  },
  'LISTSERV, which names the list alone': {
    from: 'LISTSERV@lists.example',
    subject: 'Rejected posting to LAMPS@LISTS.EXAMPLE',
    text: [
      'You  are  not  authorized to  send mail to the  LAMPS list from your',
      'service@centre.test account. Please contact the list owners:',
      'LAMPS-request@LISTS.EXAMPLE.',
    ],
    is: 'bounce; ? for now - -',
  },
  'Majordomo, in whose mail a title speaks of an order': {
    from: 'Majordomo@lists.example',
    subject: 'Request rejected',
    nullPath: false,
    headers: ['X-Loop: majordomo@lists.example', 'Content-Type: text/plain'],
    text: ['Your message titled "Your order" was rejected: only members may post to lamps@lists.example.'],
    is: 'bounce; lamps@lists.example for now - -',
  },
};
const others: Record<string, Omit<Shape, 'is'>> = {
  'what a member writes to the list': {
    from: 'ida@home.example',
    subject: '[lamps] Rejected mail',
    nullPath: false,
    headers: ['X-MLServer: fml [fml 4.0.3 release]', 'Precedence: list', 'Content-Type: text/plain'],
    text: ['My mail to the shop was rejected.'],
  },
  'what awaits a moderator': {
    from: 'lamps-bounces@lists.example',
    subject: 'Your message to Lamps awaits moderator approval',
    nullPath: false,
    headers: ['Precedence: bulk', 'X-List-Administrivia: yes', 'Content-Type: text/plain'],
    text: ['Your mail to Lamps is being held until the list moderator can review it.'],
  },
  'the owner of a list, who asks': {
    from: 'lamps-owner@lists.example',
    subject: 'Mail rejected',
    nullPath: false,
    headers: ['Content-Type: text/plain'],
    text: ['My mail to you was rejected. Why?'],
  },
  'a school whose mails are passed on, about a parcel': {
    from: 'school-admin@example.org',
    subject: 'Parcel refused',
    nullPath: false,
    headers: ['X-Loop: ann@home.example', 'Content-Type: text/plain'],
    text: ['Hello,', 'the article 4711 that you sent us on Monday was refused by our porter.'],
  },
  'an office whose mails Exchange passes on, about an order': {
    from: 'office-admin@example.org',
    subject: 'Order rejected',
    headers: ['Content-Type: text/plain'],
    text: ['Hello,', 'our request for a refund was denied by your shop.'],
  },
  'an office about a request, passed on': {
    from: 'office-request@example.org',
    subject: 'Not a member any more',
    headers: ['X-Loop: office@example.org', 'Content-Type: text/plain'],
    text: ['I am not a member of your club any more. The message that I was one is wrong.'],
  },
  'an owner of a house': {
    from: 'house-owner@example.org',
    subject: 'Refund rejected',
    headers: ['Precedence: bulk', 'Content-Type: text/plain'],
    text: ['My message of Monday was refused at your desk.'],
  },
  'somebody who is called so': {
    from: 'mailman@example.org',
    subject: 'Refund refused',
    headers: ['X-Loop: mailman@example.org', 'Content-Type: text/plain'],
    text: ['The request 4711 was refused by your shop.'],
  },
  'a parcel, through a list’s own program': {
    from: 'school-admin@example.org',
    subject: 'Parcel refused',
    nullPath: false,
    headers: ['X-MLServer: fml [fml 4.0.3 release]', 'Content-Type: text/plain'],
    text: ['The article 4711 in your parcel was refused by our porter.'],
  },
  'a report of a list that somebody passes on': {
    from: 'lamps-owner@lists.example',
    subject: 'Mail rejected',
    nullPath: false,
    headers: ['X-List-Administrivia: yes', 'Content-Type: text/plain'],
    text: [
      'Look what we got: a message was rejected.',
      '',
      '-------- Forwarded Message --------',
      'Subject: Undelivered Mail Returned to Sender',
      'From: MAILER-DAEMON@mx.example.net',
      '',
      'Your message was refused.',
    ],
  },
};

describe('mailing lists', () => {
  test.each(Object.entries(refusals))('%s refuses', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
  test.each(Object.entries(others))('%s', async (_name, shape) => {
    expect(await told({ ...shape, is: '' })).not.toMatch(/^bounce/);
  });
});
