import { expect, it } from 'vitest';
import { testDeps } from '../test-deps.ts';
import { endNote, keepNote, type NotedMailbox } from './notes.ts';

const mailbox: NotedMailbox = {
  host: 'imap.example.org',
  username: 'box',
  folder: 'INBOX',
  address: 'a@centre.test',
  uidValidity: 7,
};
const nameIn = (more: Partial<NotedMailbox>, uid = 2) =>
  keepNote({ ...mailbox, ...more }, uid, 'held back', testDeps());

it('a note has one name whatever the address of its mailbox is, and two servers never share one', async () => {
  const name = await nameIn({});
  expect(await nameIn({ address: 'b@centre.test', host: 'IMAP.example.org' })).toBe(name);
  const others = [{ host: 'mx.example.org' }, { username: 'another' }, { folder: 'Sent' }, { uidValidity: 8 }];
  const names = await Promise.all([...others.map((more) => nameIn(more)), nameIn({}, 3)]);
  expect(new Set([name, ...names]).size).toBe(6);
});

it('says where the mail lies', async () => {
  const deps = testDeps();
  await keepNote(mailbox, 2, 'broken off', deps);
  expect(deps.recorded.quarantined.map(({ input, raw }) => [input.reason, String(raw.bytes)])).toEqual([
    [
      'The connection breaks off whenever this mail is asked for; it stays in its mailbox',
      'UID 2 of INBOX (7), a@centre.test; box at imap.example.org\r\n',
    ],
  ]);
});

/** Of `UID 2 of INBOX (7), a@centre.test`, as it was named before the server counted. */
const former = '<19d1b08963df24895d4a2532893765474f6dca8abf921022dc4550276474dd64@not-handed-out>';

it('a note of an earlier release is found again, and no second one is left', async () => {
  const deps = testDeps({ isKept: async ({ externalId }) => externalId === former });
  expect(await keepNote(mailbox, 2, 'held back', deps)).toBe(former);
  expect(deps.recorded.quarantined).toEqual([]);
});

it('a mail that comes settles the note that is known of it, or else any that may have been left', async () => {
  const deps = testDeps();
  await endNote(mailbox, { uid: 2, note: '<n@x>' }, deps);
  expect(deps.recorded.ended).toEqual(['<n@x>']);
  await endNote(mailbox, { uid: 2 }, deps);
  expect(deps.recorded.ended.slice(1)).toEqual([await nameIn({}), former]);
});
