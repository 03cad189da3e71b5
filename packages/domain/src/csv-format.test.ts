import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvLine, detectDelimiter, detectEncoding, plainCell } from './csv-format.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf16 = (text: string) =>
  Uint8Array.from(Array.from(text, (sign) => sign.charCodeAt(0)).flatMap((code) => [code & 255, code >> 8]));
const latin = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

describe('which encoding a file has', () => {
  it.each([
    ['UTF-16 by its mark', bytes(0xff, 0xfe, 0x61, 0), true, 'utf-16le'],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0, 0x61), true, 'utf-16be'],
    ['UTF-16 without a mark', utf16('编号,姓名\n1,王丽\n'), true, 'utf-16le'],
    ['UTF-16 without a mark, big end first', utf16('No,姓名\n1,王丽\n').toReversed(), false, 'utf-16be'],
    ['what is UTF-8 but for a zero', latin(`name\n${'Ada\n'.repeat(20)}B\0b`), true, 'utf-8'],
    ['what is UTF-8 to the end', latin('name\nAda'), true, 'utf-8'],
    // 姓名,城市 / 王丽,北京
    [
      'Chinese in GBK',
      bytes(0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xb3, 0xc7, 0xca, 0xd0, 0x0a, 0xcd, 0xf5, 0xc0, 0xf6),
      false,
      'gb18030',
    ],
    ['Western text', latin('Stra\xdfe;caf\xe9 cr\xe8me;M\xfcller'), false, 'windows-1252'],
  ] as const)('%s', (_what, start, valid, encoding) => {
    expect(detectEncoding(start, valid)).toBe(encoding);
  });
});

describe('which separator a file has', () => {
  it.each([
    ['a,b,c\n1,2,3\n', ','],
    ['a;b;c\r\n1,5;2,5;3,5\r\n', ';'],
    ['a\tb\n1\t2\n', '\t'],
    ['a|b|c\n1|2|3\n', '|'],
    ['name\nAda\n', ','],
    ['"a;b;c",d\n"1;2;3",4\n', ','],
    ['a,b\n"line one\nline; two",2\n', ','],
  ])('%j', (text, delimiter) => {
    expect(detectDelimiter(text)).toBe(delimiter);
  });
});

describe('a cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1', "'+49 30 1"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['a "quoted" one', '"a ""quoted"" one"'],
    ['two\nlines', '"two\nlines"'],
    ['plain', 'plain'],
    ["it's", "it's"],
  ])('%j is written as %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('never begins with what a spreadsheet runs, and is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('=', '+', '-', '@', "'", '\t', '\r', 'a', ',', '"') })),
        (value) => {
          const cell = csvCell(value);
          const content = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
          expect(content).not.toMatch(/^[=+\-@\t\r]/);
          expect(plainCell(content)).toBe(value);
        },
      ),
    );
  });

  it('stands in a line that ends as RFC 4180 says', () => {
    expect(csvLine(['a', '1,5', ''])).toBe('a,"1,5",\r\n');
    expect(csvLine([-5, '-5', 0.25, '=1+1'])).toBe("-5,'-5,0.25,'=1+1\r\n");
  });
});
