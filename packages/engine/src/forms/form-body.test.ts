import { describe, expect, it } from 'vitest';
import { readFormBody } from './form-body.ts';

const urlencoded = 'application/x-www-form-urlencoded';
const part = (boundary: string, name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const read = (text: string, type: string) => readFormBody(Buffer.from(text), type);

describe('the body of a form', () => {
  it.each([
    [urlencoded, 'a=1&b=2'],
    [`${urlencoded};charset=UTF-8`, 'a=1&b=2'],
    [`${urlencoded}; boundary=zzz`, 'a=1&b=2'],
    ['multipart/form-data; boundary=----x1', `${part('----x1', 'a', '1')}${part('----x1', 'b', '2')}------x1--\r\n`],
    ['Multipart/Form-Data;boundary="x:1"', `${part('x:1', 'a', '1')}${part('x:1', 'b', '2')}--x:1--\r\n`],
  ])('%s is read', async (type, text) =>
    expect([...(await read(text, type)).entries()]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]),
  );

  it('keeps a file whole', async () => {
    const bytes = Buffer.from([0, 13, 10, 255]);
    const data = new FormData();
    data.append('files', new File([bytes], 'a.bin'));
    const request = new Response(data);
    const type = request.headers.get('content-type') ?? '';
    const found = (await readFormBody(await request.bytes(), type)).get('files') as File;
    expect([found.name, Buffer.from(await found.arrayBuffer())]).toEqual(['a.bin', bytes]);
  });

  // Each of them would be taken apart for minutes.
  it.each([
    ['many fields', urlencoded, 'a&'.repeat(500_000)],
    ['many fields that name a boundary', `${urlencoded}; boundary=zzz`, 'a&'.repeat(20_000_000)],
    ['much of one field', urlencoded, `a=${'1'.repeat(1024 * 1024)}`],
    ['many parts', 'multipart/form-data; boundary=x', part('x', 'a', '1').repeat(500_000)],
    [
      'many parts of a boundary that is spelled twice',
      'multipart/form-data; boundary="a\\bc"',
      part('abc', 'a', '1').repeat(500_000),
    ],
    [
      'many parts of the second boundary',
      'multipart/form-data; boundary=q; boundary=x',
      part('x', 'a', '1').repeat(500_000),
    ],
    ['no type', '', 'a=1'],
    ['another type', 'text/plain', 'a=1'],
    ['another type that says the like', 'text/plain; x=multipart/form-data; boundary=x', part('x', 'a', '1')],
  ])('%s is refused', async (_what, type, text) => expect(read(text, type)).rejects.toThrow());
});
