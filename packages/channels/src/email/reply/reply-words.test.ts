/** Words of a person that have the looks of a signature or a quotation, and notices that have the looks of words. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

describe('an address in a sentence, below dashes, is what somebody wrote', () => {
  test.each([
    'The first order is fine.\n--\nthe second to bob@firm.example',
    'Hello,\n\n--\nSend it to bob@firm.example',
    'Hello,\n\n--\nWrite to bob@firm.example instead',
    'Hello,\n\n--\nAnn Lee\nbob@firm.example gets the bill',
    'It is broken.\n\n---\nBob Ray\nbob@firm.example wants it as well',
    'Hallo,\n\n--\nRechnung bitte an bob@firm.example senden',
    'Hello.\n--\nAnn Lee\n\nplease answer to bob@firm.example',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });

  test.each([
    '--\nAnn Lee\nann@firm.example',
    '--\nAnn Lee, Sales, e-mail: ann@firm.example',
    '--\nAnn Lee <ann@firm.example>',
    '--\nAnn Lee | tel +44 20 765432 | ann@firm.example',
    '---\nAnn Lee\nHead of Sales\nann@firm.example',
  ])('unlike %s', (signature) => {
    expect(replyTextOf(`It is broken.\n\n${signature}`)).toBe('It is broken.');
  });
});

describe('a notice alone below dashes or a rule', () => {
  test.each([
    '--\nThis e-mail is confidential and meant for nobody but its addressee.',
    '-----\nThis e-mail is confidential. If you are not the intended recipient, delete it.\n\nPlease do not print this e-mail.',
    '___\nDiese Nachricht ist vertraulich. Sind Sie nicht der richtige Adressat, löschen Sie sie bitte.',
    '--\nLampen GmbH, Sitz der Gesellschaft: Berlin, Amtsgericht Charlottenburg HRB 9999',
    '--\nCe message est confidentiel et réservé à son destinataire.',
  ])('goes: %s', (notice) => {
    expect(replyTextOf(`Yes.\n\n${notice}`)).toBe('Yes.');
    expect(replyTextOf(`Yes.\n\n--\nAnn Lee\nSales\n\n${notice}`)).toBe('Yes.');
  });

  test.each([
    '--\nPlease treat this message as confidential, the board does not know of it yet.',
    '--\nIs this confidential, and am I the intended recipient?',
    '--\nI am not the intended recipient of that confidential message.',
    '--\nThis is confidential and I am its addressee.\n\nThe lamp is broken.',
    'This e-mail is confidential and meant for nobody but its addressee.',
  ])('stays where a person says it, or nothing parts it: %s', (words) => {
    expect(replyTextOf(`Yes.\n\n${words}`)).toBe(`Yes.\n\n${words}`);
  });

  test('is all there is', () => {
    const notice = '--\nThis e-mail is confidential and meant for nobody but its addressee.';
    expect(replyTextOf(notice)).toBe(notice);
  });
});

describe('a sign right before a number means more than it', () => {
  test.each([
    'We need lamps:\n\n>100 units of A\n>200 units of B\n\nCan you do it?',
    'Discount:\n>100 units: 5 %\n>500 units: 10 %\nIs that right?',
    'What is the price of\n\n>1000 pieces',
    '>100 units: 5 %\n>500 units: 10 %\n\nWhat of\n\n>1000?\n\nAnn',
    'It was\n>=30 °C\n>=35 °C',
    'Which have a price of\n>€100\n>€200',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });

  test.each([
    ['with a space', 'Yes.\n\n> 100 units you ordered\n> 20 come\n'],
    ['among words', 'Yes.\n\n>You ordered\n>100 units\n'],
    [
      'below who wrote it',
      'Yes.\n\nOn Tue, 3 Mar 2026 at 10:00, Desk <desk@centre.test> wrote:\n>100 units?\n>200 units?\n',
    ],
  ])('unlike in a quotation %s', (_name, text) => {
    expect(replyTextOf(text)).toBe('Yes.');
  });
});
