import { HubError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { Breaks } from './breaks.ts';
import { all, body, connectAgain, cursor, fetchFrom, inRange, listed, listing, names } from './fetch-from.ts';

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
