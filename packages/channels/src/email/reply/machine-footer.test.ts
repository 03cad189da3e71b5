import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

const question = 'How do I empty it?\n\nAnn';
const rules = [
  '_______________________________________________',
  '-----------------------------------',
  '--',
  '#######',
];

describe('what machines add goes', () => {
  test.each([
    'lamps mailing list\nlamps@lists.example\nhttps://lists.example/mailman/listinfo/lamps',
    'lamps mailing list -- lamps@lists.example\nTo unsubscribe send an email to lamps-leave@lists.example',
    'Lampen Mailingliste\nlampen@lists.example\nhttps://lists.example/mailman/listinfo/lampen',
    'You received this message because you are subscribed to the Google Groups "lamps" group.\nTo unsubscribe from this group and stop receiving emails from it, send an email to lamps+unsubscribe@googlegroups.com.',
    'Lista de correo Lamparas\nlamparas@lists.example\nhttps://lists.example/mailman/listinfo/lamparas',
    'To unsubscribe from the LAMPS list, click here:\nhttps://lists.example/cgi-bin/wa?SUBED1=LAMPS&A=1',
    'To unsubscribe, e-mail: lamps-unsubscribe@lists.example\nFor additional commands, e-mail: lamps-help@lists.example',
    'To unsubscribe from this list: send the line "unsubscribe lamps" in\nthe body of a message to majordomo@lists.example',
    '\nYahoo! Groups Links\n\n<*> To visit your group on the web, go to:\n    http://groups.yahoo.com/group/lamps/',
    'This email has been checked for viruses by Avast antivirus software.\nwww.avast.com',
    'Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.\nhttps://www.avast.com/antivirus',
    'Please consider the environment before printing this e-mail.',
    'Cet e-mail a été vérifié par le logiciel antivirus d’Avast.',
    'This message has been scanned for viruses and\ndangerous content by MailScanner, and is\nbelieved to be clean.',
  ])('%s', (footer) => {
    for (const rule of rules) expect(replyTextOf(`${question}\n\n${rule}\n${footer}\n`)).toBe(question);
  });

  test.each([
    '<https://www.avast.com/sig-email?utm_medium=email>\nVirus-free. www.avast.com\n<https://www.avast.com/sig-email?utm_medium=email>\n<#DAB4FAD8-1111-40BB-A1B8-4E2AA1F9FDF2>',
    'Virenfrei.www.avast.com',
    'Sans virus. www.avg.com',
  ])('without a rule: %s', (footer) => {
    expect(replyTextOf(`${question}\n\n${footer}\n`)).toBe(question);
  });

  test('below one another, and below a signature', () => {
    const [list, , dashes] = rules;
    expect(
      replyTextOf(
        `It is broken.\n${dashes}\nAnn Lee\nSales\n\n---\nThis email has been checked for viruses by Avast.\n${list}\nlamps mailing list\nlamps@lists.example`,
      ),
    ).toBe('It is broken.');
  });
});

describe('a person’s words below a rule stay', () => {
  test.each([
    'Please unsubscribe me from your mailing list, my address is ann@example.org',
    'Which mailing list is it?\nann@example.org',
    'My computer was checked for viruses, and your mail had one: https://files.example/log',
    'The subscription costs too much.',
    'See https://lamps.example/virus',
    'I clicked on https://lamps.example/unsubscribe and nothing happened.',
    'To unsubscribe I wrote to lamps@lists.example, in vain.',
    'Nobody answers at majordomo@lists.example.',
    'https://lists.example/mailman/listinfo/lamps',
    'Look here.\nwww.avast.com',
    'https://www.avast.com/download',
    'red\nblue',
    'Do consider the environment: the addressee got three boxes.',
    'O meio ambiente sofre. A caixa é confidencial.',
    'Consider the environment before you pack so much, this is confidential.',
  ])('%s', (words) => {
    for (const rule of rules.slice(0, 2))
      expect(replyTextOf(`${question}\n\n${rule}\n${words}`)).toBe(`${question}\n\n${rule}\n${words}`);
  });
});

describe('a name and how to reach it', () => {
  test.each([
    '__________\nAnn Lee\nHead of Lamps\nwww.lamps.example',
    '------------------\nAnn Lee\nHead of Lamps\nPhone +44 20 765432\nann@lamps.example',
    '=========\nDr. Ann B. Lee\nTel. 020 765432',
    '* * *\nAnn Lee\nm: 0170 765432',
    '---\n\nAnn Lee\nwww.lamps.example',
    'Sent from my iPhone\n\nAnn Lee\n+44 20 765432',
  ])('below a rule goes: %s', (card) => {
    expect(replyTextOf(`It is broken.\n\n${card}\n`)).toBe('It is broken.');
  });

  test.each([
    'It is broken.\n\n---\nAnn Lee',
    'My wishes\n---\nRed Lamp\nwww.lamps.example',
    'Deliver to:\n\n---\nAnn Lee\nTel. 020 765432',
    'Bring it to the new address, please.\n\n---\nAnn Lee\nTel. 020 765432',
    'It moves.\n\n---\nDelivery Address\nHigh Road\nann@example.org',
    'It moves.\n\n---\nMy pictures\nhttps://files.example/1',
    'It moves.\n\n---\nAnn Lee\nPlease call me.\nTel. 020 765432',
    'It moves.\n\n---\nLamp Blue\n12345678',
    'It moves.\n\n---\nlamp  12\nchair 13\nwww.lamps.example',
    'It moves.\n\nSent from my iPhone\n\nBlue One\nAnd Red',
  ])('stays: %s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

test('rules and dashes without end take no time', () => {
  const begun = process.cpuUsage();
  for (const unit of [
    '---\n',
    '--\nfoo.\n',
    '--\nAnn\n\n',
    '-- x@y.example\n',
    'unsubscribe ',
    '___\nmailing list\n',
    '---\nAnn Lee\nwww.x\n',
    'Sent from my iPhone\n',
    '* ',
    '====\nAnn\nTel 020 765432\n',
    '| |\nAnn\n|\n',
    'Desk <desk@centre.test>\n03/03/2026 10:00 AM\nTo\n',
  ])
    replyTextOf(`It is broken.\n${unit.repeat(6_000)}`);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(4_000);
});
