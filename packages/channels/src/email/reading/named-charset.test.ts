/** Subjects and names of files in raw bytes, in a mail of several parts: what none of their own fields says, its text does. */
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';

/** Too short, or in letters too seldom, to be told by the bytes alone. */
const words: [charset: string, hex: string, text: string][] = [
  ['Shift_JIS', '8ce48ca990cf8f91919795748c8f', '御見積書送付件'],
  ['EUC-JP', 'c0c1b5e1bdf1c1f7c9d5', '請求書送付'],
  ['iso-8859-2', 'bee1726f766b6120e8ed736c6f', 'žárovka číslo'],
  ['iso-8859-9', '536970617269fe20f67a657469', 'Sipariş özeti'],
  ['windows-1256', 'ddc7cae6d1c9', 'فاتورة'],
  ['tis-620', 'e3bae1a8e9a7cbb9d5e9', 'ใบแจ้งหนี้'],
];

/** `word` and `name`: one character per byte. */
async function read({ word = '', name = '', charset = '', type = '' }) {
  const raw = [
    'From: ann@example.com',
    `Subject: ${word}`,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    `Content-Type: text/plain; charset="${charset}"`,
    '',
    'x',
    '--b',
    `Content-Type: application/pdf${type}`,
    `Content-Disposition: attachment; filename="${name}.pdf"`,
    '',
    'ABC',
    '--b--',
    '',
  ].join('\r\n');
  const mail = await parseMail(Buffer.from(raw, 'latin1'), { from: null, to: [] }, testDeps());
  return [mail.subject, mail.attachments?.map(({ filename }) => filename)];
}

const bytes = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');

describe('a character set that the text names', () => {
  test.each(words)('%s', async (charset, hex, text) => {
    expect(await read({ word: bytes(hex), name: bytes(hex), charset })).toEqual([text, [`${text}.pdf`]]);
  });

  test.each(['utf-8', 'us-ascii', 'iso-8859-1', 'x-none'])('%s says nothing of others', async (charset) => {
    const moscow = bytes('cff0e8e2e5f220ece8f0');
    expect(await read({ word: moscow, name: moscow, charset })).toEqual(['Привет мир', ['Привет мир.pdf']]);
  });

  test('UTF-8 stays what it is', async () => {
    const word = Buffer.from('Größe').toString('latin1');
    expect(await read({ word, name: word, charset: 'koi8-r' })).toEqual(['Größe', ['Größe.pdf']]);
  });

  test('the one that a part names itself comes first', async () => {
    const name = bytes('8ce48ca990cf8f91919795748c8f');
    expect(await read({ word: 'x', name, charset: 'iso-8859-2', type: '; charset=Shift_JIS' })).toEqual([
      'x',
      ['御見積書送付件.pdf'],
    ]);
  });
});
