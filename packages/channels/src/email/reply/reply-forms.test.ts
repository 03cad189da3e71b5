/** Fields that forms, telephone systems and customers write, and those of an older mail: only these begin a quotation. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

describe('fields that are no mail’s stay', () => {
  test.each([
    'A visitor wrote on your site:\n\nFrom: Ann Lee <ann@example.org>\nDate: 05.06.2026 08:30\nSubject: Lamp\nMessage: It flickers.',
    'A visitor wrote on your site:\n\nFrom: Ann Lee <ann@example.org>\nDate: 05.06.2026 08:30\nSubject: Lamp\n\nMessage:\nIt flickers.',
    'A visitor wrote on your site\n\nFrom: Ann Lee\nE-mail: ann@example.org\nTelephone: 040 98765\nDate: 5 June 2026 08:30\nSubject: Lamp\n\nIt flickers.',
    'Anfrage der Webseite\n\nVon: Ann Lee <ann@example.org>\nDatum: 05.06.2026\nBetreff: Lampe\nNachricht: Sie flackert.',
    'Anfrage der Webseite\n\nVon: Ann Lee <ann@example.org>\nDatum: 05.06.2026\nBetreff: Lampe\n\nSie flackert.',
    '----- Neue Anfrage -----\nVon: Ann Lee <ann@example.org>\nAn: Desk\nDatum: 05.06.2026 08:30\nBetreff: Lampe\nRückrufnummer: 040 98765\nTelefon: 040 98765\n\nSie flackert.',
    'Nouvelle demande\n\nNom : Ann\nDe : ann@example.org\nDate : 05/06/2026 08:30\nObjet : Lampe\n\nElle clignote.',
    'Nueva consulta\n\nDe: Ann <ann@example.org>\nFecha: 05/06/2026 08:30\nAsunto: Lámpara\nMensaje: Parpadea.',
    '新的留言\n\n发件人: Ann <ann@example.org>\n日期: 2026年6月5日 08:30\n主题: 灯\n电话: 13900000000\n\n它在闪。',
    'Name: Ann Lee\nFrom: ann@example.org\nDate: 05.06.2026 08:30\nSubject: Lamp\n\nIt flickers.',
    'Voice message\n\nDate: 05.06.2026 08:30\nFrom: Ann Lee <ann@example.org>\nTo: Desk\nTranscript: Please call me.',
    'A fax came.\n\nFrom: 040 98765\nDate: 05.06.2026 08:30\nSubject: Fax\nPages: 2',
    'Mein Geld ging so hinaus:\n\nDatum: 05.06.2026 08:30\nVon: Ann Lee\nAn: Lampen GmbH\nBetreff: Rechnung 12\nBetrag: 70,00\n\nBitte prüfen.',
    'Meine Fahrt:\n\nVon: Bonn\nNach: Ulm\nDatum: 05.06.2026 08:30\nBetreff: Fahrt 7\n\nSie fiel aus.',
    'Mi viaje:\n\nDe: Vigo\nPara: Lugo\nFecha: 05/06/2026\nAsunto: cambio\n\nQuiero otro día.',
    'The parcel says:\n\nDate: 05.06.2026 08:30\nFrom: Bremen\nTo: Ann Lee, ann@example.org\n\nThat is not true.',
    'It says:\n\nFrom: shop@server.example\nDate: Fri, 5 Jun 2026\nError: 554\n\nWhat now?',
    'You have a message.\n\nFrom: ann@example.org Date: 05.06.2026 08:30 Subject: Lamp Message: It flickers.',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('those of an older mail go', () => {
  test.each([
    'From: Desk <desk@centre.test>\nDate: Friday, 5 June 2026 at 8:30 AM\nTo: Ann\nSubject: Lamp',
    'From: Desk <desk@centre.test>\nDate: Fri 5 Jun 2026 8 AM\nSubject: Lamp',
    'De : Desk <desk@centre.test>\nDate : 5 juin 2026 à 8 h 30\nObjet : Lampe',
    'Lähettäjä: Desk <desk@centre.test>\nPäiväys: 5.6.2026 klo 8.30\nAihe: Lamppu',
    '发件人：Desk <desk@centre.test>\n日期：2026年6月5日 8点30分\n主题：灯',
    '差出人: Desk <desk@centre.test>\n日時: 2026年6月5日 8時30分\n件名: ランプ',
    'From: Desk <desk@centre.test>\nSent: Friday, June 5, 2026\nTo: Ann\nSubject: Lamp',
    'From: Desk <desk@centre.test>\nDate: Friday, June 5,\n  2026 8:30\nTo: Ann\nSubject: Lamp',
    'Subject: Lamp\nFrom: Desk <desk@centre.test>\nDate: 05.06.2026 08:30\nTo: Ann',
    '________________________________\nFrom: Desk <desk@centre.test>\nDate: 5 June 2026\nSubject: Lamp',
    '-----Original Message-----\nFrom: Desk <desk@centre.test>\nDate: 5 June 2026\nSubject: Lamp\nMessage: It left.',
    '> From: Desk <desk@centre.test>\n> Date: 5 June 2026\n> Subject: Lamp\n>\n> When?',
  ])('%s', (head) => {
    const above = head.startsWith('Subject') ? 'Thank you!\n\nSubject: Lamp' : 'Thank you!';
    expect(replyTextOf(`Thank you!\n\n${head}\n\nIt has left.`, 'Re: Lamp').split('\n\nIt has')[0]).toBe(above);
  });

  test('a date and whom it was for', () => {
    expect(replyTextOf('Thank you!\n\nDate: Fri, 5 Jun 2026 08:30:00 +0200\nTo: ann@example.org\n\nIt has left.')).toBe(
      'Thank you!',
    );
  });

  test('also right below a line of the answer with a colon, where only mails say when they were sent', () => {
    expect(
      replyTextOf('Order: 12\nFrom: Desk\nSent: Friday, June 5, 2026 8:30\nTo: Ann\nSubject: Lamp\n\nIt has left.'),
    ).toBe('Order: 12');
  });
});
