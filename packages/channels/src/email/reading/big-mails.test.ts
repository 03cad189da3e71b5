/** Mails built to exhaust whoever reads them: each is read, or refused with a reason and kept for a person, within bounds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { HubError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { parsedAtOnce } from '../inlet.ts';
import { Room } from '../room.ts';
import { parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';

const MiB = 1024 * 1024;
const head = 'From: ann@example.com\r\nTo: service@centre.test\r\nSubject: Big\r\n';
const mixed = `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n`;
const parts = (count: number, type: string, content = 'x') =>
  `${mixed}${`--b\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`.repeat(count)}--b--\r\n`;

function nested(levels: number): string {
  const open = Array.from(
    { length: levels },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  );
  return `${head}${open.join('')}Content-Type: text/plain\r\n\r\ndeep\r\n`;
}

const read = 'read';
const refused = 'refused';
const table: [string, string, () => string][] = [
  [
    'an attachment of 25 MiB',
    read,
    () =>
      `${mixed}--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'QUFB'.repeat(19)}\r\n`.repeat(330_000)}--b--\r\n`,
  ],
  ['a text of 24 MiB', read, () => `${head}\r\n${'hello world this is text\r\n'.repeat(950_000)}`],
  [
    'HTML of 24 MiB',
    read,
    () => `${head}Content-Type: text/html\r\n\r\n${'<p>hello <b>world</b></p>\r\n'.repeat(950_000)}`,
  ],
  [
    'HTML with a picture of 18 MB in it',
    read,
    () =>
      `${head}Content-Type: text/html\r\n\r\n<p>Hi</p><img src="data:image/png;base64,${'QUJD'.repeat(6_000_000)}">`,
  ],
  [
    'a table of 10,000 rows',
    read,
    () => `${head}Content-Type: text/html\r\n\r\n<table>${'<tr><td>1</td><td>2</td></tr>'.repeat(10_000)}`,
  ],
  [
    'a text of 11 MiB of broken lines',
    read,
    () => `${head}Content-Type: text/plain; format=flowed\r\n\r\n${'> hello world this is \r\n'.repeat(500_000)}`,
  ],
  ['10,000 attachments', refused, () => parts(10_000, 'application/pdf')],
  ['10,000 attachments of a kilobyte', refused, () => parts(10_000, 'application/pdf', 'x'.repeat(1024))],
  ['10,000 texts', refused, () => parts(10_000, 'text/plain')],
  ['1,000 levels of parts', refused, () => nested(1_000)],
  ['20,000 levels of parts', refused, () => nested(20_000)],
  [
    '1,000 levels of enclosed mails',
    read,
    () => `${head}${'Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n'.repeat(1_000)}\r\ndeep`,
  ],
  ['a million header lines', refused, () => `${head}${'X-A: b\r\n'.repeat(1_000_000)}\r\nx`],
  [
    '100,000 recipients',
    refused,
    () =>
      `From: a@b.example\r\nTo: ${Array.from({ length: 100_000 }, (_, i) => `u${i}@x.example`).join(',\r\n ')}\r\n\r\nx`,
  ],
  [
    '30,000 recipients',
    read,
    () =>
      `From: a@b.example\r\nTo: ${Array.from({ length: 30_000 }, (_, i) => `u${i}@x.example`).join(',\r\n ')}\r\n\r\nx`,
  ],
  ['a line of 20 MiB', read, () => `${head}\r\n${'x'.repeat(20 * MiB)}`],
  ['a line of 20 MiB of words', read, () => `${head}\r\n${'user a@b.example '.repeat(1.2 * MiB)}`],
  ['200,000 elements in each other', read, () => `${head}Content-Type: text/html\r\n\r\n${'<div>'.repeat(200_000)}x`],
  [
    '20,000 tables in each other',
    read,
    () => `${head}Content-Type: text/html\r\n\r\n${'<table><tr><td>'.repeat(20_000)}x`,
  ],
];

/** The most memory that the process held while this was done, beyond what it held before, in MiB (`VmHWM` of proc(5)); 0 where no system says. */
async function mostHeld(work: () => Promise<unknown>): Promise<number> {
  try {
    // The mark is set back to what is held now.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    await work();
    return 0;
  }
  const mark = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  const before = mark();
  await work();
  return Math.round(mark() - before);
}

/** The longest time in milliseconds that nothing else could run. */
async function longestPause(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let running = true;
  const end = work.finally(() => (running = false));
  for (let last = performance.now(); running;) {
    await setImmediate();
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  await end;
  return longest;
}

/** MiB that the process may hold more while so many bytes of mail are read, what nobody has cleared away yet included: of one mail that is most of it. */
const bound = (bytes: number, times = 10): number => 64 + (bytes / MiB) * times;

describe('big mails', () => {
  test.each(table)(
    '%s: %s',
    async (name, outcome, make) => {
      const raw = Buffer.from(make());
      expect(raw.length).toBeLessThan(26 * MiB);
      let got = refused;
      let pause = 0;
      const held = await mostHeld(async () => {
        pause = await longestPause(
          parseMail(raw, { from: 'a@b.example', to: [] }, testDeps()).then(
            () => (got = read),
            (error: unknown) => expect(error).toBeInstanceOf(HubError),
          ),
        );
      });
      console.info(`${name}: ${(raw.length / MiB).toFixed(1)} MiB, pause ${Math.round(pause)} ms, memory ${held} MiB`);
      expect(got).toBe(outcome);
      expect(pause).toBeLessThan(4_000);
      expect(held).toBeLessThan(bound(raw.length));
    },
    30_000,
  );

  test('several of the largest at once hold less than each by itself', async () => {
    const mails = [0, 1, 5, 6, 15, 16].map((index) => Buffer.from(table[index]?.[2]() ?? ''));
    const room = new Room(parsedAtOnce);
    const held = await mostHeld(() =>
      Promise.all(
        mails.map((raw) =>
          room.run(raw.length, () => parseMail(raw, { from: 'a@b.example', to: [] }, testDeps()).catch(String)),
        ),
      ),
    );
    console.info(`${mails.length} at once: memory ${held} MiB`);
    expect(held).toBeLessThan(bound(parsedAtOnce, 5));
  }, 120_000);

  test('a long text is kept whole as a file, and the message says so', async () => {
    const deps = testDeps();
    const text = 'hello world\r\n'.repeat(100_000);
    const contact = await parseMail(Buffer.from(`${head}\r\n${text}`), { from: 'a@b.example', to: [] }, deps);
    expect(contact.text).toMatch(/hello world[^]*whole of this long message is attached: text.txt\]$/);
    const [file] = contact.attachments ?? [];
    expect(
      deps.recorded.files
        .get(file?.sha256 ?? '')
        ?.toString()
        .match(/hello world/g),
    ).toHaveLength(100_000);
  });

  test('as many parts as are read are all kept', async () => {
    const contact = await parseMail(
      Buffer.from(parts(900, 'application/pdf')),
      { from: 'a@b.example', to: [] },
      testDeps(),
    );
    expect(contact.attachments).toHaveLength(900);
  });
});
