/** Mails that a system passes on under its own address. */
import { describe, expect, it, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

async function senderOf(...head: string[]) {
  const raw = mailOf(...head, 'To: service@centre.test', 'Subject: Lamp', 'Message-ID: <1@mail.example>', '', 'Hello');
  const { from, senderName, identifiers, authenticity } = await parseMail(raw, { from: null, to: [] }, testDeps());
  return { from, senderName, identifiers, verdict: authenticity?.verdict };
}
const claimedBy = (value: string, senderName?: string) => ({
  from: value,
  senderName,
  identifiers: [{ kind: 'email', value, grade: 'claimed' }],
  verdict: 'none',
});
const list = [
  'List-Post: <https://groups.example/g/help/post>, <mailto:help@centre.test>',
  'List-ID: <help.centre.test>',
];

describe('the author of a mail that is passed on', () => {
  it('is whom certified mail is for, and only claims to be', async () => {
    const certified = [
      'X-Trasporto: posta-certificata',
      'From: "Per conto di: ann@pec.example" <posta-certificata@pec.example>',
    ];
    expect(await senderOf(...certified, 'Reply-To: ann@pec.example')).toEqual(claimedBy('ann@pec.example'));
  });

  it('is who wrote to a group whose address stands in From', async () => {
    const group = ['From: "\'Ann Lee\' via Help" <help@centre.test>', ...list];
    expect(await senderOf(...group, 'X-Original-Sender: Ann@Shop.example')).toEqual(
      claimedBy('ann@shop.example', 'Ann Lee'),
    );
    expect(
      await senderOf(...group, 'X-Original-From: Ann Lee <ann@shop.example>', 'Reply-To: help@centre.test'),
    ).toEqual(claimedBy('ann@shop.example', 'Ann Lee'));
  });

  it('is whom a list names in Reply-To beside itself', async () => {
    const munged = ['From: Ann Lee via Talk <talk@lists.example>', 'List-Post: <mailto:talk@lists.example>'];
    expect(await senderOf(...munged, 'Reply-To: Talk <talk@lists.example>, Ann Lee <ann@shop.example>')).toEqual(
      claimedBy('ann@shop.example', 'Ann Lee'),
    );
  });
});

test('who makes a list of their own address is known for nobody else at their provider', async () => {
  const made = ['From: Victim via Phone <mallory@mail.example>', 'List-Post: <mailto:mallory@mail.example>'];
  expect(await senderOf(...made, 'X-Original-From: victim@mail.example')).toEqual(
    claimedBy('victim@mail.example', 'Victim'),
  );
});

test.each([
  [
    'a list that names nobody else',
    ['From: Ann via Help <help@lists.example>', 'List-Post: <mailto:help@lists.example>'],
  ],
  [
    'a list that names several',
    [
      'From: Ann via Help <help@lists.example>',
      'List-Post: <mailto:help@lists.example>',
      'Reply-To: a@shop.example, b@shop.example',
    ],
  ],
  [
    'a shop that sends via another and is no list',
    ['From: Shop via Mailer <help@lists.example>', 'X-Original-Sender: ann@shop.example', 'Reply-To: ann@shop.example'],
  ],
  [
    'a list in which somebody writes under their own name',
    [
      'From: Ann via Phone <help@lists.example>',
      'List-Post: <mailto:talk@lists.example>',
      'X-Original-Sender: bob@shop.example',
    ],
  ],
  ['a person with another Reply-To', ['From: Ann <help@lists.example>', 'Reply-To: ann@shop.example']],
  [
    'who only says that it is certified mail',
    ['X-Trasporto: posta-certificata', 'From: Ann <help@lists.example>', 'Reply-To: bob@pec.example'],
  ],
])('From says whom a mail is by: %s', async (_, head) => {
  expect((await senderOf(...head)).identifiers).toMatchObject([{ value: 'help@lists.example' }]);
});
