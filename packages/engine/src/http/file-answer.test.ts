import { describe, expect, it } from 'vitest';
import { disposition, filenameOf, mediaTypeOf } from './file-answer.ts';

describe('file answers', () => {
  it.each([
    ['text/HTML; charset=utf-8', 'text/html'],
    ['image/svg+xml', 'image/svg+xml'],
    ['image/png\r\nset-cookie: a=b', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
  ])('reads the media type %j', (given, expected) => expect(mediaTypeOf(given)).toBe(expected));

  it.each([
    ['%E5%90%88%E5%90%8C.pdf', '合同.pdf'],
    ['..%2F..%2Fetc%2Fpasswd', 'passwd'],
    ['C%3A%5Ctemp%5Ca.txt', 'a.txt'],
    ['100%', '100%'],
    ['a%00b%0Ac.txt', 'abc.txt'],
    ['invoice%E2%80%AEfdp.exe', 'invoicefdp.exe'],
    ['', 'file'],
    [undefined, 'file'],
  ])('reads the name %j', (given, expected) => expect(filenameOf(given)).toBe(expected));

  it('spells a name for old and new browsers, and lets nothing out of the header', () => {
    const value = disposition('attachment', 'a"b\r\nx: y 中\u{d800}.txt');
    expect(value).toBe(
      `attachment; filename="a_b__x_ y __.txt"; filename*=UTF-8''a%22b%0D%0Ax%3A%20y%20%E4%B8%AD%EF%BF%BD.txt`,
    );
    expect(value).toMatch(/^[\x20-\x7e]+$/);
  });
});
