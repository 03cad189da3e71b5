/** Where a quotation begins and ends: shapes that programs and persons share, each with what is to be shown of it. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

const desk = 'Desk <desk@centre.test>';
const fields = `From: ${desk}\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: Lamp`;
const signed = `${fields}\n\nWhen?`.replace(/^/gm, '> ');
const asked = 'On 3/3/26 10:00, Desk wrote:\n> Did it come?';

describe('a person’s own words stay', () => {
  test.each([
    'On Tuesday, 3 March 2026 at 10:00 your colleague Tom wrote to me:\n"It has left."\n\nIt has not come.',
    'Am 3. März 2026 um 10:00 Uhr schrieb mir Herr Müller:\n\n"Sie ist unterwegs."\n\nNein.',
    'Le 3 mars 2026 à 10:00, votre collègue m’a écrit :\n\n« Elle est partie. »\n\nNon.',
    'On 3 March 2026 at 10:00 Tom from the shop wrote:\nwe will come.\n\nThey did not.',
    'On 03.03.2026 at 10:00 I ordered with my other account (ann@example.org):\n- 2 lamps\n\nNothing came.',
    'On 03.03.2026 at 10:00 we ordered with the other account (ann@example.org):\n\n2 lamps\n\nNothing came.',
    '2026-03-03 10:00:00 user <ann@example.org> failed:\nno such user\n\nWhy?',
    '贵公司客服在上周的邮件中写道：\n三天内发货。\n\n没有收到。',
    'Von: Ann Lee, Berlin\nAn: Bob Ray, Bonn\nE-Mail: ann@example.org\n\nDanke!',
    'From: Ann Lee <ann@example.org>\nSubject: Lamp\n\nIt is broken.',
    'Von: Ann Lee\nAn: Bob Ray\nDatum: 3.3.2026\n\nBetreff: Paket 12\n\nWo ist es?',
    'Sent: 3 March 2026 10:00\nTo: Ann Lee\nSubject: lamps\n\nIt has not come.',
    '---------- E-mail address ----------\nann@example.org\n\nPlease write there.',
    '* * *\n\nIt is blue.',
    '-- Original --\nmade in Italy\n\nIs it genuine?',
    '2 lamps, one of them is broken.\n--\nOrder 2\nI never received this one, please check.',
    'SELECT a FROM t;\n--\n-- then this\nSELECT b FROM t;\n\nWhy?',
    'SQL> select 1;\nSQL> exit\n\nWhy?',
    'Gesendet mit DHL, die Mail mit der Nummer kam nie an.',
    'Sent by mail on Monday',
    'iPhoneから送信したのに届きません',
  ])('%s', (text) => {
    expect(replyTextOf(`Hello.\n\n${text}`)).toBe(`Hello.\n\n${text}`);
  });

  test.each([
    ['a signature above the quotation', `Hello.\n-- \nAnn Lee\n\n${asked}\n\nYes.`],
    ['a typed one', `Hello.\n--\nAnn Lee\n\n${asked}\n\nYes.`],
    ['a device above the quotation', `Hello.\n\nSent from my iPhone\n\n${asked}\n\nYes.`],
    ['fields with signs', `Hello.\n\n${signed}\n\nYes.`],
    ['fields with signs below a mark', `Hello.\n\n-----Original Message-----\n${signed}\n\nYes.`],
    ['an attribution below a mark', `Hello.\n\n------- Original Message -------\n${asked}\n\nYes.`],
    ['bars', 'Hello.\n\nOn 3/3/26 10:00, Desk wrote:\n| is it true?\n| or not?\n\nYes.'],
    ['initials', 'Hello.\n\nTue, March 3, 2026, 10:00:00, you wrote:\n\nDK> Did it come?\n\nYes.'],
  ])('an answer below %s', (_name, text) => {
    expect(replyTextOf(text)).toBe('Hello.\n\nYes.');
  });

  test('answers in turn with quoted lines', () => {
    expect(replyTextOf(`${asked}\nYes.\n> Is it blue?\nNo.`)).toBe('Yes.\nNo.');
    expect(replyTextOf('> Which is A?\nBlue.\n> Which is B?\nRed.')).toBe('Blue.\nRed.');
  });

  test('a mail passed on keeps its signature, the writer’s own goes', () => {
    const passedOn = `---------- Forwarded message ---------\n${fields}\n\nPay us.\n-- \nShop`;
    expect(replyTextOf(`See below.\n\n-- \nAnn Lee\n\n${passedOn}`)).toBe(`See below.\n\n${passedOn}`);
  });
});

describe('an older mail goes', () => {
  test.each([
    'вт, 3 мар. 2026 г. в 10:00, Служба поддержки центра <\ndesk@centre.test>:\n\nOld',
    'On Tue, Mar 03, 2026 at 10:00 AM, Desk < desk@centre.test > wrote:\n\nOld',
    'Support kirjoitti 3.3.2026 klo 10.00:\n> Old',
    '2026-03-03 오전 10:00에 Support 이(가) 쓴 글:\n> Old',
    `-------- Eredeti üzenet --------\n${fields}\n\nOld`,
    `===== ნებისმიერი =====\n\n${fields}\n\nOld`,
    `---------- Pôvodný e-mail ----------\n${fields}\n\nOld`,
    `----- Original e-sõnum -----\n${fields}\n\nOld`,
    `----- E-mail d’origine -----\n${fields}\n\nOld`,
    `======= Algne e-kiri =======\n\n${fields}\n\nOld`,
    `-----Özgün İleti-----\n\nOld`,
    `* * *\n\n${fields}\n\nOld`,
    `- - - - -\n${fields}\n\nOld`,
    `  Original Message  \n${fields}\n\nOld`,
    '\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\nOn Tuesday, March 3rd, 2026 at 10:00 AM, Desk wrote:\n\n> Old',
    `${fields.replaceAll('\n', '\n\n')}\n\nOld`,
    `\u200fמאת: ${desk}\n\u200fנשלח: יום שלישי 03 מרץ 2026 10:00\n\u200fאל: Ann\n\u200fנושא: מנורה\n\nOld`,
    `No: ${desk}\nNosūtīts: 2026. gada 3. marts 10:00\nKam: Ann <ann@example.org>\nTēma: Lampa\n\nOld`,
    `Sent from Yahoo Mail on Android \n \n  On Tue, 3 Mar 2026 at 10:00, Desk<desk@centre.test> wrote:   Old\nwords`,
    '= Please reply above this line =\n\nOld',
    'Sent via Superhuman iOS',
    'Von meinem/meiner Galaxy gesendet',
    'Samsung cihazımdan gönderildi',
    'ส่งจาก iPhone ของฉัน',
    '来自我的iPhone',
    'Outlook for iOS を入手',
  ])('%s', (text) => {
    expect(replyTextOf(`Thank you!\n\n${text}`)).toBe('Thank you!');
  });
});
