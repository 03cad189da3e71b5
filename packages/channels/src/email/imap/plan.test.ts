import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImportFrom } from '@patchbay/contracts';
import type { MailboxCursor } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';
import { beginAt, isLarge, isOld, isWanted, portionsOf, rangesOf } from './plan.ts';

const now = new Date('2026-03-10T12:00:00Z');
const never: MailboxCursor = {
  uidValidity: null,
  lastUid: 0,
  importUntil: 0,
  importSince: null,
  importDone: 0,
  importTotal: 0,
  importLeft: 0,
  passedOver: [],
};
const status = { uidValidity: 7, uidNext: 101 };
/** Of an account that was set up just now. */
const wanting = (importFrom: ImportFrom, importDays: number | null = null) => ({
  importFrom,
  importDays,
  createdAt: now,
});
const all = wanting('all');

describe('beginAt', () => {
  test('goes on where it was under the same UIDVALIDITY', () => {
    const cursor = { ...never, uidValidity: 7, lastUid: 60 };
    expect(beginAt(cursor, status, all, now)).toBe(cursor);
  });

  test('goes through a folder again that is back from a backup', () => {
    const since = new Date('2026-01-01T00:00:00Z');
    const cursor = {
      ...never,
      uidValidity: 7,
      lastUid: 101,
      importUntil: 50,
      importSince: since,
      passedOver: [{ uid: 90, tries: 1, othersCame: true }],
    };
    expect(beginAt(cursor, status, all, now)).toMatchObject({
      uidValidity: 7,
      lastUid: 0,
      importUntil: 100,
      importSince: since,
      passedOver: [],
    });
    expect(beginAt({ ...cursor, lastUid: 100 }, status, all, now)).toMatchObject({ lastUid: 100 });
  });

  test('asks again for what was passed over in the same mailbox before the account was changed, or wants it by its date', () => {
    const cursor = { ...never, importSince: new Date('2026-03-08T12:00:00Z') };
    const mail = (uid: number, more: object = {}) => ({ uid, tries: 0, othersCame: false, ...more });
    const mails = [
      mail(3, { arrivedAt: '2026-03-02T00:00:00.000Z' }),
      mail(4, { note: '<n@x>', arrivedAt: '2026-03-01T00:00:00.000Z' }),
      mail(101),
    ];
    const before = { host: 'h', username: 'u', folder: 'f', address: 'a@x', uidValidity: 7, mails };
    const days = wanting('days', 1);
    const same = beginAt(cursor, status, days, now, before);
    expect(same).toMatchObject({ passedOver: mails.slice(0, 2), importSince: new Date('2026-03-08T11:55:00Z') });
    const moved = beginAt(cursor, status, days, now, { ...before, uidValidity: 6 });
    expect(moved).toMatchObject({ passedOver: [], importSince: new Date('2026-03-01T00:00:00Z') });
    expect(beginAt(cursor, status, all, now, { ...before, uidValidity: 6 })).toMatchObject({ importSince: null });
    const recreated = { ...cursor, uidValidity: 6, lastUid: 50, passedOver: mails };
    expect(beginAt(recreated, status, days, now)).toMatchObject({ importSince: new Date('2026-03-01T00:00:00Z') });
  });

  test.each([
    ['all', all, { lastUid: 0, importUntil: 100, importSince: null }],
    [
      'only what comes',
      wanting('new'),
      { lastUid: 100, importUntil: 100, importSince: new Date('2026-03-10T11:55:00Z') },
    ],
    [
      'the last three days',
      wanting('days', 3),
      { lastUid: 0, importUntil: 100, importSince: new Date('2026-03-07T12:00:00Z') },
    ],
  ])('imports %s at first', (_name, wanted, expected) => {
    expect(beginAt(never, status, wanted, now)).toMatchObject({ uidValidity: 7, ...expected });
  });

  test.each([
    ['all', all, null],
    ['only what comes', wanting('new'), new Date('2026-03-08T11:55:00Z')],
    ['the last three days', wanting('days', 3), new Date('2026-03-07T12:00:00Z')],
    ['the last day', wanting('days', 1), new Date('2026-03-08T11:55:00Z')],
  ])('of another mailbox, wanting %s, fetches what came since the one before was complete', (_name, wanted, since) => {
    const cursor = { ...never, importSince: new Date('2026-03-08T12:00:00Z') };
    expect(beginAt(cursor, status, wanted, now)).toEqual({
      ...never,
      uidValidity: 7,
      importUntil: 100,
      importSince: since,
    });
  });

  test.each([
    ['at once', 30_000, { lastUid: 100, importSince: new Date('2026-03-10T11:55:00Z') }],
    ['late', 31_000, { lastUid: 0, importSince: new Date('2026-03-10T11:54:29Z') }],
    ['days later', 2 * 86_400_000, { lastUid: 0, importSince: new Date('2026-03-08T11:55:00Z') }],
  ])('of an account that is opened %s leaves nothing that came since it was set up', (_name, age, expected) => {
    const wanted = { ...wanting('new'), createdAt: new Date(now.getTime() - age) };
    expect(beginAt(never, status, wanted, now)).toMatchObject({ ...expected, importUntil: 100 });
  });

  test('goes through a recreated folder from its first mail, but not back beyond the first import', () => {
    const since = new Date('2026-01-01T00:00:00Z');
    const cursor = {
      ...never,
      uidValidity: 6,
      lastUid: 5_000,
      importUntil: 4_000,
      importSince: since,
      importDone: 9,
      importLeft: 3,
    };
    expect(beginAt(cursor, status, wanting('new'), now)).toEqual({
      uidValidity: 7,
      lastUid: 0,
      importUntil: 100,
      importSince: since,
      importDone: 0,
      importTotal: 0,
      importLeft: 0,
      passedOver: [],
    });
  });
});

const moment = (text: string | null) => (text === null ? null : new Date(text));

test.each([
  ['without a beginning', null, 5, '2020-01-01T00:00:00Z', null, true],
  ['before the beginning', '2026-03-01T00:00:00Z', 5, '2026-02-28T23:59:59Z', null, false],
  [
    'before the beginning by both dates',
    '2026-03-01T00:00:00Z',
    5,
    '2026-02-28T23:59:59Z',
    '2026-02-01T00:00:00Z',
    false,
  ],
  [
    'written since, and copied with another date',
    '2026-03-01T00:00:00Z',
    5,
    '2020-01-01T00:00:00Z',
    '2026-03-02T00:00:00Z',
    true,
  ],
  [
    'written before, and copied without a date',
    '2026-03-01T00:00:00Z',
    5,
    '2026-03-09T00:00:00Z',
    '2015-03-03T00:00:00Z',
    true,
  ],
  ['after the beginning', '2026-03-01T00:00:00Z', 5, '2026-03-01T00:00:00Z', null, true],
  ['old, but come since', '2026-03-01T00:00:00Z', 11, '2020-01-01T00:00:00Z', null, true],
  ['of unknown age', '2026-03-01T00:00:00Z', 5, null, null, true],
])('a mail %s is wanted or not', (_name, since, uid, arrived, sent, wanted) => {
  const cursor = { ...never, importUntil: 10, importSince: moment(since) };
  expect(isWanted({ uid, size: 1, arrivedAt: moment(arrived), sentAt: moment(sent) }, cursor)).toBe(wanted);
});

test.each([
  ['of years ago', 5, '2020-01-01T00:00:00Z', null, null, true],
  ['of just before the account, by another clock', 5, '2026-03-01T11:56:00Z', null, null, false],
  ['of the first days, before all was here', 5, '2026-03-02T00:00:00Z', null, null, false],
  ['that lay in another folder, when all was here', 5, '2026-03-05T00:00:00Z', null, '2026-03-08T12:00:00Z', true],
  ['of an outage, in a folder that was made again', 5, '2026-03-08T13:00:00Z', null, '2026-03-08T12:00:00Z', false],
  ['that was long on its way', 5, '2026-03-08T13:00:00Z', '2026-03-07T13:00:00Z', '2026-03-08T12:00:00Z', false],
  [
    'of years ago, copied without a date',
    5,
    '2026-03-10T12:00:00Z',
    '2015-03-03T10:00:00Z',
    '2026-03-08T12:00:00Z',
    true,
  ],
  ['of years ago, with a date of now', 5, '2015-03-03T10:00:00Z', '2026-03-10T12:00:00Z', '2026-03-08T12:00:00Z', true],
  ['of a clock that is years behind, come since', 11, '2026-03-10T12:00:00Z', '2015-03-03T10:00:00Z', null, false],
  ['moved there later', 11, '2026-03-05T00:00:00Z', null, '2026-03-08T12:00:00Z', false],
  ['of years ago, moved there later', 11, '2020-01-01T00:00:00Z', null, '2026-03-08T12:00:00Z', true],
  ['of unknown age, in an import', 5, null, null, null, true],
  ['of unknown age, come since', 11, null, null, null, false],
])('a mail %s is old or not', (_name, uid, arrived, sent, complete, old) => {
  const mailbox = { createdAt: new Date('2026-03-01T12:00:00Z'), completeUntil: moment(complete) };
  const mail = { uid, size: 1, arrivedAt: moment(arrived), sentAt: moment(sent) };
  expect(isOld(mail, { ...never, importUntil: 10 }, mailbox)).toBe(old);
});

test('a mail too big to share a portion goes alone, even after one that says it is empty', () => {
  const listed = [0, 8 * 1024 * 1024 + 1].map((size, uid) => ({ uid, size, arrivedAt: null, sentAt: null }));
  expect(portionsOf(listed).map(({ mails }) => mails.length)).toEqual([1, 1]);
});

test('portions hold every mail once and in order, and are small', () => {
  const sizes = fc.array(fc.oneof(fc.nat(100_000), fc.nat(mailSizeLimit + 5)), { maxLength: 500 });
  fc.assert(
    fc.property(sizes, (list) => {
      const listed = list.map((size, index) => ({ uid: index * 3 + 1, size, arrivedAt: null, sentAt: null }));
      const portions = portionsOf(listed);
      expect(
        portions.flatMap(({ mails, tooLarge }) => [...mails, ...tooLarge].toSorted((a, b) => a.uid - b.uid)),
      ).toEqual(listed);
      for (const { mails, tooLarge, lastUid } of portions) {
        expect(mails.length + tooLarge.length).toBeLessThanOrEqual(100);
        expect(mails.length === 1 || mails.reduce((sum, { size }) => sum + size, 0) <= 8 * 1024 * 1024).toBe(true);
        expect(tooLarge.every(({ size }) => size > mailSizeLimit)).toBe(true);
        expect(mails.length + tooLarge.length === 1 || !mails.some(isLarge)).toBe(true);
        expect(lastUid).toBe(Math.max(...[...mails, ...tooLarge].map(({ uid }) => uid)));
      }
    }),
  );
});

test('ranges hold every UID once, and no more than may be asked about at once', () => {
  const uids = fc.uniqueArray(fc.integer({ min: 1, max: 4_294_967_295 }), { maxLength: 60 });
  fc.assert(
    fc.property(uids, fc.integer({ min: 1, max: 20 }), (some, most) => {
      const all = some.toSorted((a, b) => a - b);
      const held = rangesOf(all, most).map((range) => {
        const [first = 0, last = 0] = range.split(':').map(Number);
        return all.filter((uid) => uid >= first && uid <= last);
      });
      expect(held.flat()).toEqual(all);
      expect(held.every(({ length }) => length <= most)).toBe(true);
    }),
  );
});
