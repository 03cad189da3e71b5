import { HubError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import type { Mailbox, MailboxCursor, MailboxProgress } from '../../mailbox.ts';
import type { ChannelDeps } from '../../channel.ts';
import { testDeps } from '../test-deps.ts';
import { Breaks } from './breaks.ts';
import { fetchWaiting } from './fetch.ts';
import { fetchPassedOver } from './passed-over.ts';
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
async function fetchFrom(
  answer: Answer,
  silenceMs = 2_000,
  from = cursor,
  more: Partial<Mailbox> = {},
  broken: Partial<ChannelDeps> = {},
) {
  await using server = await startStandIn(answer);
  const deps = testDeps(broken);
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
    passedOverBefore: [],
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
  const { quarantined, ended } = deps.recorded;
  return { error: passed, received, saved, asked: server.asked, quarantined, ended };
}

const mail = (uid: number) => `From: a@example.org\r\nMessage-ID: <m${uid}@example.org>\r\n\r\nHello\r\n`;
const listing = (uid: number) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${mail(uid).length})\r\n`;
const body = (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] {${mail(uid).length}}\r\n${mail(uid)})\r\n`;
const inRange = (command: string, count = 3) =>
  (/^UID (?:FETCH|SEARCH UID) (\S+)/.exec(command)?.[1] ?? '').split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split(':').map((one) => (one === '*' ? count : Number(one)));
    return Array.from({ length: count }, (_, at) => at + 1).filter((uid) => uid >= first && uid <= last);
  });

it('a mail that the server leaves out of its list is fetched', async () => {
  const { error, received, saved } = await fetchFrom((command) => {
    const uids = inRange(command);
    if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
    if (command.includes('BODY.PEEK[])')) return uids.map(body).join('');
    return uids
      .filter((uid) => uid === 1)
      .map(listing)
      .join('');
  });
  expect(error).toBeNull();
  expect(received.toSorted()).toEqual(['<m1@example.org>', '<m2@example.org>', '<m3@example.org>']);
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

const listed = (command: string, count = 3): string | null => {
  const uids = inRange(command, count);
  if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
  return command.includes('BODY.PEEK[]') ? null : uids.map(listing).join('');
};

/** Connections one after the other, until one ends well or there were so many, and what came of them. */
async function connectAgain(answer: Answer, most: number, from = cursor, deps: Partial<ChannelDeps> = {}) {
  const breaks = new Breaks();
  const passes: Awaited<ReturnType<typeof fetchFrom>>[] = [];
  const saved = () => passes.flatMap((pass) => pass.saved);
  while (passes.at(-1)?.error !== null && passes.length < most)
    passes.push(await fetchFrom(answer, 2_000, saved().at(-1) ?? from, { breaks }, deps));
  return {
    passes: passes.length,
    error: passes.at(-1)?.error,
    received: new Set(passes.flatMap(({ received }) => received)),
    quarantined: passes.flatMap(({ quarantined }) => quarantined),
    saved: saved(),
  };
}
const names = (...uids: number[]) => new Set(uids.map((uid) => `<m${uid}@example.org>`));
const all = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

it.each(['[UNAVAILABLE] back in a minute', '[INUSE] locked', '[LIMIT] too many commands', '[OVERQUOTA] bandwidth'])(
  'a server that refuses all mails for now (%s) is asked again, and none passed over however often it does',
  async (refused) => {
    const { error, saved, quarantined } = await connectAgain((command) => listed(command, 9) ?? { refused }, 12);
    expect(error).toMatchObject({ responseStatus: 'NO' });
    expect([saved, quarantined]).toEqual([[], []]);
  },
);

it.each(['The requested message could not be converted', '[UNAVAILABLE] back in a minute'])(
  'a mail that the server refuses whenever it is asked for it (%s) holds up no other, and the cursor knows it',
  async (refused) => {
    const { passes, received, saved, quarantined } = await connectAgain((command) => {
      if (command.startsWith('UID SEARCH') || !command.includes('BODY.PEEK[]')) return listed(command, 9);
      return inRange(command, 9).includes(5) ? { refused } : inRange(command, 9).map(body).join('');
    }, 1);
    expect(passes).toBe(1);
    expect(received).toEqual(names(...all(9).filter((uid) => uid !== 5)));
    expect(saved.at(-1)).toMatchObject({ lastUid: 9, passedOver: [{ uid: 5 }] });
    expect(quarantined).toEqual([]);
  },
);

it('so does one that is refused whatever is asked of it', async () => {
  const { received, saved } = await connectAgain((command) => {
    const isAlone = inRange(command, 9).length === 1 && inRange(command, 9)[0] === 5;
    if (isAlone || (inRange(command, 9).includes(5) && command.startsWith('UID FETCH'))) return { refused: 'No' };
    return listed(command, 9) ?? inRange(command, 9).map(body).join('');
  }, 1);
  expect(received).toEqual(names(...all(9).filter((uid) => uid !== 5)));
  expect(saved.at(-1)).toMatchObject({ lastUid: 9, passedOver: [{ uid: 5 }] });
});

it('mails at which the connection breaks off hold up the others for one connection each', async () => {
  const poisoned = [2, 3, 4, 11, 29];
  const { passes, received, quarantined, saved } = await connectAgain((command, socket) => {
    const uids = inRange(command, 30);
    if (!command.includes('BODY.PEEK[]')) return listed(command, 30);
    const at = uids.findIndex((uid) => poisoned.includes(uid));
    if (at < 0) return uids.map(body).join('');
    socket.write(uids.slice(0, at).map(body).join(''), 'latin1', () => socket.destroy());
    return null;
  }, 40);
  expect(received).toEqual(names(...all(30).filter((uid) => !poisoned.includes(uid))));
  const first = saved.findIndex(({ lastUid }) => lastUid === 30);
  expect(saved[first]?.passedOver).toMatchObject(poisoned.map((uid) => ({ uid, tries: 0 })));
  // Each is asked for five times more.
  expect(quarantined).toHaveLength(5);
  expect(saved.at(-1)?.passedOver.map(({ uid, note }) => [uid, note])).toEqual(
    quarantined.map(({ input }, at) => [poisoned[at], input.externalId]),
  );
  expect(passes).toBeLessThanOrEqual(1 + 5 + 25 + 1);
});

it('over a line that is cut after a few answers each connection gets on by some mails, and says at once how many wait', async () => {
  const answers = new WeakMap<object, number>();
  const { passes, error, received, quarantined, saved } = await connectAgain((command, socket) => {
    const before = answers.get(socket) ?? 0;
    answers.set(socket, before + Number(command.startsWith('UID ')));
    if (before < 6) return listed(command, 30) ?? inRange(command, 30).slice(0, 25).map(body).join('');
    socket.destroy();
    return null;
  }, 40);
  expect(error).toBeNull();
  expect(received).toEqual(names(...all(30)));
  expect(quarantined).toEqual([]);
  expect(passes).toBeLessThan(40);
  expect(saved[0]).toMatchObject({ lastUid: 0, backlog: 30, received: false });
});

it('mails of which not even the size can be told are asked for after the others, too', async () => {
  const { received, saved } = await connectAgain((command, socket) => {
    const uids = inRange(command, 9);
    if (!uids.includes(5) || command.startsWith('UID SEARCH')) return listed(command, 9) ?? uids.map(body).join('');
    socket.destroy();
    return null;
  }, 4);
  expect(received).toEqual(names(...all(9).filter((uid) => uid !== 5)));
  expect(saved.at(-1)).toMatchObject({ lastUid: 9, passedOver: [{ uid: 5 }] });
});

it.each([
  ['nothing', (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] "")\r\n`],
  ['NIL', (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] NIL)\r\n`],
  ['no answer', () => ''],
])('for a mail in whose place there is %s twice the server is asked again, and it comes', async (_what, empty) => {
  let times = 0;
  const { error, received, saved, quarantined } = await fetchFrom((command) => {
    const sizes = listed(command);
    if (sizes !== null) return sizes;
    return inRange(command)
      .map((uid) => (uid === 2 && (times += 1) <= 2 ? empty(uid) : body(uid)))
      .join('');
  });
  expect(error).toBeNull();
  expect(new Set(received)).toEqual(names(1, 2, 3));
  expect(quarantined).toEqual([]);
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, passedOver: [] });
});

it('a mail that is never handed out is noted after five tries more', async () => {
  const breaks = new Breaks();
  const answer = (command: string) =>
    listed(command) ??
    inRange(command)
      .filter((uid) => uid !== 2)
      .map(body)
      .join('');
  let from = cursor;
  for (const tries of [1, 2, 3, 4]) {
    const passed = await fetchFrom(answer, 2_000, from, { breaks });
    expect(passed).toMatchObject({ error: null, quarantined: [] });
    from = passed.saved.at(-1) ?? from;
    expect(from.passedOver).toEqual([{ uid: 2, tries, othersCame: true }]);
  }
  const { saved, quarantined } = await fetchFrom(answer, 2_000, from, { breaks });
  expect(quarantined).toMatchObject([{ input: { reason: expect.stringContaining('does not hand it out') } }]);
  const note = quarantined[0]?.input.externalId;
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, passedOver: [{ uid: 2, tries: 5, othersCame: true, note }] });
});

const noted = (...uids: number[]) => uids.map((uid) => ({ uid, tries: 5, othersCame: true, note: `<${uid}@note>` }));
const rarely = { rareMs: 0 };

it('one of which a note was left is asked for rarely, by whoever fetches then, and when it comes its note is settled', async () => {
  const breaks = new Breaks();
  const from = { ...cursor, lastUid: 3, passedOver: noted(2) };
  const answer = (isWell: boolean) => (command: string) =>
    listed(command) ?? (isWell ? inRange(command).map(body).join('') : '');
  const first = await fetchFrom(answer(false), 2_000, from, { breaks });
  expect(first.asked).toContainEqual(expect.stringContaining('BODY.PEEK[]'));
  expect(first).toMatchObject({ error: null, quarantined: [], ended: [] });
  expect(first.saved.at(-1)).toMatchObject({ passedOver: noted(2) });
  const soon = await fetchFrom(answer(true), 2_000, from, { breaks });
  expect(soon.asked.filter((command) => command.includes('UID FETCH'))).toEqual([]);
  const later = await fetchFrom(answer(true), 2_000, from, { breaks, ...rarely });
  expect(later).toMatchObject({ error: null, received: ['<m2@example.org>'], ended: ['<2@note>'] });
  expect(later.saved.at(-1)).toMatchObject({ passedOver: [], received: true });
});

it('one that is known when the folder is gone through again is asked for where its note is settled, and nowhere else', async () => {
  const gone = new Set<number>();
  const answer = (command: string) => {
    const uids = inRange(command).filter((uid) => !gone.has(uid));
    if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
    if (command.startsWith('UID COPY'))
      for (const uid of command.split(' ')[2]?.split(',') ?? []) gone.add(Number(uid));
    return uids.map(command.includes('BODY.PEEK[])') ? body : listing).join('');
  };
  const from = { ...cursor, passedOver: noted(2) };
  const { error, received, saved, ended } = await fetchFrom(answer, 2_000, from, {
    afterFetch: 'move',
    moveTo: 'Done',
  });
  expect({ error, ended }).toEqual({ error: null, ended: ['<2@note>'] });
  expect(received.toSorted()).toEqual([...names(1, 2, 3)]);
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, passedOver: [], importDone: 2, importTotal: 2 });
});

it('those of many that are refused for now are asked for after the others the next time', async () => {
  const from = { ...cursor, lastUid: 30, passedOver: noted(...all(30)) };
  const answer = (command: string) =>
    listed(command, 30) ??
    (inRange(command, 30).some((uid) => uid <= 10)
      ? { refused: '[UNAVAILABLE] later' }
      : inRange(command, 30).map(body).join(''));
  const { saved, received } = await fetchFrom(answer, 2_000, from, rarely);
  expect(received).toEqual([]);
  expect(saved.at(-1)?.passedOver).toEqual(noted(...all(30).slice(10), ...all(10)));
  const next = await fetchFrom(answer, 2_000, saved.at(-1), rarely);
  expect(new Set(next.received)).toEqual(names(...all(30).slice(10)));
});

it('of many of which notes were left some are asked for in vain at a time, and all where they come', async () => {
  const from = { ...cursor, lastUid: 30, passedOver: noted(...all(30)) };
  const refused = (command: string) => listed(command, 30) ?? '';
  const { asked, saved } = await fetchFrom(refused, 2_000, from, rarely);
  expect(new Set(asked.filter((command) => command.includes('BODY.PEEK[]'))).size).toBe(10);
  expect(saved.at(-1)?.passedOver.map(({ uid }) => uid)).toEqual([...all(30).slice(10), ...all(10)]);
  const well = (command: string) => listed(command, 30) ?? inRange(command, 30).map(body).join('');
  const { received, ended } = await fetchFrom(well, 2_000, from, rarely);
  expect([new Set(received), ended.length]).toEqual([names(...all(30)), 30]);
  const gone = await fetchFrom(
    (command) => (command.startsWith('UID SEARCH') ? '* SEARCH\r\n' : ''),
    2_000,
    from,
    rarely,
  );
  expect(gone.ended).toEqual([]);
  expect(gone.saved.at(-1)).toMatchObject({ passedOver: [], received: false });
});

it('no more are remembered than can be asked for', async () => {
  const from = {
    ...cursor,
    lastUid: 300,
    passedOver: [...noted(...all(200)), { uid: 201, tries: 4, othersCame: true }],
  };
  const { saved } = await fetchFrom((command) => listed(command, 300) ?? '', 2_000, from);
  expect(saved.some(({ passedOver }) => passedOver.length > 201)).toBe(false);
  expect(saved.at(-1)?.passedOver.filter(({ note }) => note !== undefined)).toHaveLength(200);
  expect(saved.at(-1)?.passedOver.map(({ uid }) => uid)).toContain(201);
});

it('where no other mail has come nothing is noted, however often a mail is asked for in vain', async () => {
  const { passes, quarantined, saved } = await connectAgain((command, socket) => {
    if (!command.includes('BODY.PEEK[]')) return listed(command, 2);
    socket.destroy();
    return null;
  }, 25);
  expect(passes).toBe(25);
  expect(quarantined).toEqual([]);
  expect(
    saved
      .at(-1)
      ?.passedOver.map(({ uid }) => uid)
      .toSorted(),
  ).toEqual([1, 2]);
  // All of them are asked for in turn.
  expect(new Set(saved.slice(-6).map(({ passedOver }) => passedOver.at(-1)?.uid))).toEqual(new Set([1, 2]));
});

it('mails that were passed over are asked for again, by another process as well, and one that comes is passed over no longer', async () => {
  const passedOver = [
    { uid: 1, tries: 0, othersCame: false },
    { uid: 2, tries: 4, othersCame: false },
  ];
  const { error, received, saved } = await fetchFrom(
    (command) => listed(command) ?? inRange(command).map(body).join(''),
    2_000,
    { ...cursor, lastUid: 3, passedOver },
  );
  expect(error).toBeNull();
  expect(received).toEqual(['<m1@example.org>', '<m2@example.org>']);
  expect(saved.map((one) => one.passedOver)).toEqual([[{ uid: 2, tries: 4, othersCame: true }], []]);
});

it.each([
  ['is gone', (command: string) => inRange(command).filter((uid) => uid !== 1)],
  ['is too large and whose head is not handed out', (command: string) => inRange(command)],
])('that one %s does not say that the server has mail to give', async (_what, known) => {
  const passedOver = [1, 2].map((uid) => ({ uid, tries: 0, othersCame: false }));
  const { error, received, saved } = await fetchFrom(
    (command) => {
      const uids = known(command);
      if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
      if (!command.includes('SIZE')) return uids.includes(1) ? { refused: 'No' } : '';
      return uids.map((uid) => (uid === 1 ? `* 1 FETCH (UID 1 RFC822.SIZE 90000000)\r\n` : listing(uid))).join('');
    },
    2_000,
    { ...cursor, lastUid: 3, passedOver },
  );
  expect([error, received]).toEqual([null, []]);
  expect(saved.map(({ received: came }) => came)).toEqual([false, false]);
  expect(saved.at(-1)?.passedOver).toEqual([{ uid: 2, tries: 0, othersCame: false }]);
});

it.each([
  [2, 'asks on at once', true],
  [1, 'waits as usual', false],
])('where the line is cut at the passed-over mail %i of two the next connection %s', async (cutAt, _does, atOnce) => {
  const breaks = new Breaks();
  breaks.isTimeToAskAgain(0, 1_000);
  const passedOver = [1, 2].map((uid) => ({ uid, tries: 0, othersCame: false }));
  await fetchFrom(
    (command, socket) => {
      const uids = inRange(command);
      if (!command.includes('BODY.PEEK[]') || !uids.includes(cutAt)) return listed(command) ?? uids.map(body).join('');
      socket.destroy();
      return null;
    },
    2_000,
    { ...cursor, lastUid: 3, passedOver },
    { breaks },
  );
  expect(breaks.isTimeToAskAgain(1, 1_000)).toBe(atOnce);
});

it('what is wrong here takes no try from a mail that was passed over', async () => {
  const from = { ...cursor, lastUid: 3, passedOver: [{ uid: 1, tries: 4, othersCame: true }] };
  const answer = (command: string) => listed(command) ?? inRange(command).map(body).join('');
  const receive = () => Promise.reject(new HubError('unavailable', 'The file store is full'));
  const { error, saved, quarantined } = await fetchFrom(answer, 2_000, from, {}, { receive });
  expect(error).toMatchObject({ code: 'hub' });
  expect([saved, quarantined]).toEqual([[], []]);
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
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, received: false });
});

it.each([
  ['a note is left', 'there', [1, 2, 3]],
  ['nothing is said', 'gone', [1, 2]],
])('%s of a mail that is too large, whose head does not come, and that is %s', async (_does, _where, there) => {
  let isListed = false;
  const { error, saved, quarantined } = await fetchFrom((command) => {
    const uids = inRange(command).filter((uid) => !isListed || there.includes(uid));
    if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
    if (!command.includes('SIZE')) return '';
    isListed = true;
    return uids.map((uid) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE 90000000)\r\n`).join('');
  });
  expect(error).toBeNull();
  expect(quarantined.map(({ input }) => input.reason)).toEqual(
    there.map(() => expect.stringContaining('The mail is too large')),
  );
  expect(saved.at(-1)).toMatchObject({ lastUid: 3, received: false });
});

it.each([
  ['the beginning of an import', 3, '2026-02-01T00:00:00.000Z'],
  ['when all was here', 1, '2026-02-20T00:00:00.000Z'],
])('one of which no date is known came at or after %s', async (_what, importUntil, arrivedAt) => {
  const breaks = new Breaks();
  for (let times = 0; times < 2; times += 1) breaks.note(2, 2);
  const { saved } = await fetchFrom(
    (command) => listed(command) ?? inRange(command).map(body).join(''),
    2_000,
    { ...cursor, importUntil, importSince: new Date('2026-02-01T00:00:00Z') },
    { breaks, completeUntil: new Date('2026-02-20T00:00:00Z') },
  );
  expect(saved.find(({ passedOver }) => passedOver.length > 0)?.passedOver).toMatchObject([{ uid: 2, arrivedAt }]);
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
