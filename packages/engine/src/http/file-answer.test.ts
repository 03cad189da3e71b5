import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, describe, expect, it } from 'vitest';
import { disposition, filenameOf, mediaTypeOf, sendFile } from './file-answer.ts';

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
    ['%E2%80%8B', 'file'],
  ])('reads the name %j', (given, expected) => expect(filenameOf(given)).toBe(expected));

  it('spells a name for old and new browsers, and lets nothing out of the header', () => {
    const value = disposition('attachment', 'a"b\r\nx: y 中\u{d800}.txt');
    expect(value).toBe(
      `attachment; filename="a_b__x_ y __.txt"; filename*=UTF-8''a%22b%0D%0Ax%3A%20y%20%E4%B8%AD%EF%BF%BD.txt`,
    );
    expect(value).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('a file in a browser', () => {
  const app = express().get('/:name', (request, response) =>
    sendFile(
      request,
      response,
      { filename: request.params.name, contentType: request.get('x-type') ?? '', sha256: 'a' },
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ),
  );
  const server = app.listen(0, '127.0.0.1');
  afterAll(() => server.close());

  it.each([
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['text/html', 'application/octet-stream', 'attachment'],
    ['application/xhtml+xml', 'application/octet-stream', 'attachment'],
    ['text/xml', 'application/octet-stream', 'attachment'],
    ['text/javascript', 'application/octet-stream', 'attachment'],
    ['image/png, text/html', 'application/octet-stream', 'attachment'],
    ['IMAGE/PNG; charset=x', 'image/png', 'inline'],
    ['text/plain', 'text/plain; charset=utf-8', 'inline'],
  ])('of the type %s is %s, %s, and runs nothing', async (type, shown, kind) => {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/a.svg`, { headers: { 'x-type': type } });
    expect(answer.headers.get('content-type')).toBe(shown);
    expect(answer.headers.get('content-disposition')).toMatch(new RegExp(`^${kind};`));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; sandbox/);
  });
});
