import { expect, it } from 'vitest';
import { layMail } from './large-mail.ts';
import { pieceBytes } from './plan.ts';
import { startStandIn } from './stand-in.ts';

const mailOf = (size: number) =>
  Array.from({ length: size / 16 }, (_, at) => `${at}`.padStart(15, '.') + '\n').join('');
const mail = mailOf(2.5 * pieceBytes);
const even = mailOf(2 * pieceBytes);

type Habit = (whole: string, start: number, most: number, times: number) => string | null;
const row = (name: string, text: string) => `* 1 FETCH (UID 1 ${name} {${text.length}}\r\n${text})\r\n`;
const piece = (whole: string, start: number, most: number) => row(`BODY[]<${start}>`, whole.slice(start, start + most));

it.each<[string, Habit, string, number, number | null]>([
  ['as they were asked for', piece, mail, mail.length, 3],
  ['that fill the last one', piece, even, even.length, 3],
  ['of a mail that is larger than was said', piece, mail, pieceBytes + 1, 3],
  ['of a mail that is smaller than was said, which is then asked for whole', piece, mail, mail.length + 999, null],
  [
    'that are empty before all is there',
    (whole, start, most) => (start === 0 ? piece(whole, start, most) : row(`BODY[]<${start}>`, '')),
    mail,
    mail.length,
    null,
  ],
  [
    'that begin elsewhere than asked for',
    (whole, start, most) => row('BODY[]<0>', whole.slice(0, Math.min(most, whole.length - start))),
    mail,
    mail.length,
    null,
  ],
  ['smaller than asked for', (whole, start, most) => piece(whole, start, most - 5_000), mail, mail.length, 3],
  [
    'though it says NIL at the end',
    (whole, start, most) => (start < whole.length ? piece(whole, start, most) : '* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n'),
    even,
    even.length,
    3,
  ],
  ['though it knows no pieces', (whole) => row('BODY[]', whole), mail, mail.length, 1],
  ['of a mail that is gone', () => '', mail, mail.length, null],
  [
    'of a mail that goes meanwhile',
    (whole, start, most) => (start === 0 ? piece(whole, start, most) : ''),
    mail,
    mail.length,
    null,
  ],
  ['of a mail that it hands out to nobody', () => '* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n', mail, mail.length, null],
])('a server hands out pieces %s', async (_name, habit, whole, size, asked) => {
  let times = 0;
  await using server = await startStandIn((command) => {
    const [, start, most] = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(command) ?? [];
    return most === undefined ? '' : habit(whole, Number(start), Number(most), (times += 1));
  });
  await using laid = await layMail(server.client, { uid: 1, size }, 5_000);
  if (asked === null) return expect(laid).toBeNull();
  expect((await laid?.read())?.toString('latin1') === whole).toBe(true);
  expect([laid?.length, times]).toEqual([whole.length, asked]);
});
