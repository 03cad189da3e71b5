import { expect, it } from 'vitest';
import type { Mailbox, MailboxCursor, MailboxProgress } from '../../mailbox.ts';
import { testDeps } from '../test-deps.ts';
import { Breaks } from './breaks.ts';
import { fetchPassedOver, fetchWaiting } from './fetch.ts';
import { startStandIn } from './stand-in.ts';
import type { Answer } from './stand-in.ts';

const cursor: MailboxCursor = {
  uidValidity: 1,
  lastUid: 0,
  importUntil: 3,
  importSince: null,
  importDone: 0,
  importTotal: 0,
  importLeft: 0,
  passedOver: [],
};

/** Goes once through what waits in the folder of a server that answers so. */
async function fetchFrom(answer: Answer, silenceMs = 2_000, from = cursor, more: Partial<Mailbox> = {}) {
  await using server = await startStandIn(answer);
  const deps = testDeps();
  const saved: (MailboxCursor & MailboxProgress)[] = [];
  const mailbox: Mailbox = {
    host: '127.0.0.1',
    port: 0,
    security: 'none',
    username: 'box',
    silenceMs,
    credentials: async () => ({ password: '' }),
    address: 'box@centre.test',
    folder: 'INBOX',
    afterFetch: 'keep',
    moveTo: null,
    importFrom: 'all',
    importDays: null,
    authservId: null,
    createdAt: new Date('2026-03-01T00:00:00Z'),
    completeUntil: null,
    cursor: from,
    breaks: new Breaks(),
    pollMs: { beside: 1_000, without: 1_000 },
    save: async (to, progress) => void saved.push({ ...to, ...progress }),
    contact: async () => undefined,
    ...more,
  };
  const signal = new AbortController().signal;
  const pass = { client: server.client, mailbox, deps, signal };
  const passed = await fetchWaiting(pass, from)
    .then(({ cursor: to }) => fetchPassedOver(pass, to))
    .then(
      () => null,
      (error: unknown) => error,
    );
  const received = deps.recorded.received.map(({ contact }) => contact.externalId);
  return { error: passed, received, saved, asked: server.asked, quarantined: deps.recorded.quarantined };
}

const mail = (uid: number) => `From: a@example.org\r\nMessage-ID: <m${uid}@example.org>\r\n\r\nHello\r\n`;
const listing = (uid: number) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${mail(uid).length})\r\n`;
const body = (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] {${mail(uid).length}}\r\n${mail(uid)})\r\n`;
const inRange = (command: string) =>
  (/^UID (?:FETCH|SEARCH UID) (\S+)/.exec(command)?.[1] ?? '').split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split(':').map((one) => (one === '*' ? 3 : Number(one)));
    return [1, 2, 3].filter((uid) => uid >= first && uid <= last);
  });

it('a mail that the server leaves out of its list is fetched, and one that it never hands out is noted', async () => {
  const { error, received, saved, quarantined } = await fetchFrom((command) => {
    const uids = inRange(command);
    if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
    if (command.includes('BODY.PEEK[])'))
      return uids
        .filter((uid) => uid !== 3)
        .map(body)
        .join('');
    return uids
      .filter((uid) => uid === 1)
      .map(listing)
      .join('');
  });
  expect(error).toBeNull();
  expect(received.toSorted()).toEqual(['<m1@example.org>', '<m2@example.org>']);
  expect(quarantined).toMatchObject([{ input: { reason: expect.stringContaining('does not hand it out') } }]);
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, backlog: 0, importDone: 3, importTotal: 3 });
});

it.each([
  ['the search', /^UID SEARCH/],
  ['the list', /^UID FETCH .*SIZE/],
  ['a mail', /^UID FETCH .*BODY/],
])('a server that talks all the time and never answers %s is given up', async (_name, pattern) => {
  let timer: NodeJS.Timeout | undefined;
  const { error, saved } = await fetchFrom((command, socket) => {
    if (pattern.test(command)) {
      timer = setInterval(() => socket.write('* OK still at it\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
      return null;
    }
    const uids = inRange(command);
    return command.startsWith('UID SEARCH') ? `* SEARCH ${uids.join(' ')}\r\n` : uids.map(listing).join('');
  }, 50);
  clearInterval(timer);
  expect(error).toMatchObject({ code: 'timeout' });
  expect(saved).toEqual([]);
});

const listed = (command: string): string | null => {
  const uids = inRange(command);
  if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
  return command.includes('BODY.PEEK[]') ? null : uids.map(listing).join('');
};

it.each(['[UNAVAILABLE] back in a minute', '[INUSE] locked', '[LIMIT] too many commands', '[OVERQUOTA] bandwidth'])(
  'a server that refuses mails for now (%s) is asked again, and no mail passed over however often it does',
  async (refused) => {
    const breaks = new Breaks();
    for (let times = 0; times < 8; times += 1) {
      const { error, saved, quarantined } = await fetchFrom(
        (command) => listed(command) ?? { refused },
        2_000,
        cursor,
        { breaks },
      );
      expect(error).toMatchObject({ responseStatus: 'NO' });
      expect([saved, quarantined]).toEqual([[], []]);
    }
  },
);

it('a mail that the server refuses whenever it is asked for it is passed over, and the cursor knows it', async () => {
  const breaks = new Breaks();
  const refusing = (command: string) => {
    if (inRange(command).includes(2)) return { refused: 'The requested message could not be converted' };
    return inRange(command).map(body).join('');
  };
  const passes: Awaited<ReturnType<typeof fetchFrom>>[] = [];
  while (passes.at(-1)?.error !== null && passes.length < 20) {
    const from = passes.flatMap(({ saved }) => saved).at(-1) ?? cursor;
    passes.push(await fetchFrom((command) => listed(command) ?? refusing(command), 2_000, from, { breaks }));
  }
  const saved = passes.flatMap((one) => one.saved);
  expect(saved.filter(({ lastUid }) => lastUid === 2)).toMatchObject([{ passedOver: [2] }]);
  // The last time, after all others.
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, backlog: 0, passedOver: [] });
  expect(new Set(passes.flatMap(({ received }) => received))).toEqual(
    new Set(['<m1@example.org>', '<m3@example.org>']),
  );
  expect(passes.flatMap(({ quarantined }) => quarantined)).toHaveLength(1);
  expect(passes.length).toBeGreaterThan(5);
});

it('mails that were passed over are asked for once more, by another process as well, and one that comes is passed over no longer', async () => {
  const { error, received, saved } = await fetchFrom(
    (command) => listed(command) ?? inRange(command).map(body).join(''),
    2_000,
    { ...cursor, lastUid: 3, passedOver: [1, 2] },
  );
  expect(error).toBeNull();
  expect(received).toEqual(['<m1@example.org>', '<m2@example.org>']);
  expect(saved.map(({ passedOver }) => passedOver)).toEqual([[2], []]);
});

it('of a mail that is too large and whose head is not handed out a note is left', async () => {
  const { error, saved, quarantined } = await fetchFrom((command) => {
    const uids = inRange(command);
    if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
    if (command.includes('SIZE'))
      return uids.map((uid) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE 90000000)\r\n`).join('');
    return uids.map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`).join('');
  });
  expect(error).toBeNull();
  expect(quarantined).toHaveLength(3);
  expect(quarantined).toMatchObject(
    Array.from({ length: 3 }, () => ({ input: { reason: expect.stringContaining('too large') } })),
  );
  expect(saved.at(-1)).toMatchObject({ lastUid: 3 });
});

it.each(['falls silent', 'breaks off'])(
  'where a server %s while something is done to mails it is done over the next connection, and holds nothing up for good',
  async (habit) => {
    const breaks = new Breaks();
    const pass = (isWell: boolean, afterFetch: 'seen' | 'move') =>
      fetchFrom(
        (command, socket) => {
          if (!/^UID (STORE|COPY)/.test(command)) return listed(command) ?? inRange(command).map(body).join('');
          if (isWell) return '';
          if (habit === 'breaks off') socket.destroy();
          return null;
        },
        100,
        cursor,
        { breaks, afterFetch, moveTo: 'Done' },
      );
    expect(await pass(false, 'seen')).toMatchObject({ error: { code: 'connection' }, saved: [] });
    const well = await pass(true, 'seen');
    expect(well.asked).toContainEqual(expect.stringMatching(/^UID STORE 1,2,3/));
    expect(well.saved.at(-1)).toMatchObject({ lastUid: 3 });
    for (let times = 0; times < 3; times += 1) expect(await pass(false, 'move')).toMatchObject({ saved: [] });
    const last = await pass(false, 'move');
    expect(last.received).toHaveLength(3);
    expect(last.saved.at(-1)).toMatchObject({ lastUid: 3 });
  },
);
