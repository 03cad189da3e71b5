/** Two dashes that lost their space, or were typed: they part a signature from the mail only where what is below is nothing else. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

describe('what is written below two dashes stays', () => {
  test.each([
    'Please deliver to\n--\nAnn Lee\nHigh Road 7\n54321 Ville\n--\n\nbecause nobody is at the other place any longer.',
    'My purchase\n--\nNumber 98\n\nWhere is it? Nobody answers me.',
    'My purchase\n--\nNumber 98',
    'Either\n--\nA: money\n--\nB: another lamp\n\nWhat do you say?',
    'Both:\n--\nAnn\n--\nBob',
    'Thing\n--\nLamp\n\nThing\n--\nChair\n\nPlease bring both.',
    'Hello.\n--\nAnn Lee\n\nplease be quick',
    'Hello.\n--\nAnn Lee\n\nThe lamp that you sent in April is broken and the other one flickers all night long',
    'Hello.\n--\nAnn Lee\n\nThis is confidential, as I said.',
    'Hello.\n--\nAnn Lee\n\nIs this confidential?',
    'Hello.\n--\nAnn Lee\n\nThis is confidential.\n\nWill you call?',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('a signature goes', () => {
  test.each([
    '--\nAnn Lee\nSales',
    '--\nAnn Lee\nSales\n\nLamps Ltd\nHigh Road 7\nPhone +44 20 765432',
    '--\nAnn Lee\n\nThis e-mail is confidential and meant for nobody but its addressee.\n\nIf it reached you by mistake, delete it.',
    '--\nAnn Lee\n--\nDiese Nachricht ist vertraulich.',
    '--\n\nAnn Lee\n\nSent from my phone',
    '--\nAnn Lee\n\nLampen GmbH, Sitz Berlin, Amtsgericht Charlottenburg HRB 9999, Geschäftsführer: Bob Ray',
  ])('%s', (signature) => {
    expect(replyTextOf(`It is broken.\n\n${signature}`)).toBe('It is broken.');
  });

  test.each(['--  ', '--\t ', '--&nbsp;', '--\u00a0\u00a0'])('%j', (dashes) => {
    expect(replyTextOf(`It is broken.\n\n${dashes}\nAnn Lee\nSales`)).toBe('It is broken.');
    const table = `Either\n${dashes}\nA: money\n${dashes}\nB: another lamp\n\nWhat do you say?`;
    expect(replyTextOf(table)).toBe(table);
  });
});
