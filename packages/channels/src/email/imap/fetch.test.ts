import { expect, it } from 'vitest';
import { Breaks } from './breaks.ts';
import { all, body, connectAgain, cursor, fetchFrom, inRange, listed, listing, names } from './fetch-from.ts';

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
