import type { ServicePlan } from '@patchbay/contracts';
import { workingTime } from '@patchbay/domain/calendar/business-time';
import { holidaysOf } from '@patchbay/domain/calendar/holidays';
import type { PlanBook } from '@patchbay/domain/sla/clocks';
import type { ClockRow } from '@patchbay/store/queries/clocks';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beginKept, foldEvents, type FoldedEvent, type Kept } from './fold.ts';

const calendar = {
  key: 'office',
  nameEn: 'Office',
  nameZh: '办公室',
  timeZone: 'Europe/Berlin',
  intervals: ([1, 2, 3, 4, 5] as const).map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
  holidays: null,
  days: [],
};
const kinds = ['first-response', 'next-response', 'resolution', 'acceptance', 'complaint-acknowledgement'] as const;
const policy = (
  id: string,
  minutes: number,
  clocks: readonly (typeof kinds)[number][],
): ServicePlan['policies'][number] => ({
  id,
  nameEn: id,
  nameZh: id,
  when: { channels: [], queueIds: [], requestTypes: [], grades: [] },
  calendar: 'office',
  targets: clocks.map((clock, at) => ({ clock, minutes, time: at % 2 ? 'calendar' : 'business', warnAt: 60 })),
});
const policies = [policy('a', 90, kinds), policy('b', 400, kinds.slice(0, 3)), policy('c', 20, kinds.slice(2))];
const time = workingTime(calendar, holidaysOf);
const book: PlanBook = {
  policy: ({ policyId }) => policies.find(({ id }) => id === policyId) ?? null,
  time: () => time,
};
const around = { isSpoken: () => false, forwards: new Set<string>() };

const created = { messageId: 'm', kind: 'agent', visibility: 'public', direction: 'out' };
const what = fc.oneof(
  fc.constantFrom<readonly [FoldedEvent['type'], Record<string, unknown>]>(
    ['message.received', { kind: 'customer' }],
    ['message.received', { kind: 'auto-reply' }],
    ['message.created', created],
    ['message.created', { ...created, visibility: 'internal' }],
    ['ticket.assigned', {}],
    ['ticket.released', {}],
    ['ticket.queued', {}],
    ['ticket.reopened', {}],
    ['clock.breached', {}],
  ),
  fc.constantFrom('open', 'pending', 'resolved', 'closed').map((to) => ['ticket.status-changed', { to }] as const),
  fc
    .constantFrom('a', 'b', 'c', null)
    .map((id) => ['ticket.targets-changed', { version: 1, policy: id, reason: '' }] as const),
);
const history = fc
  .array(fc.tuple(what, fc.integer({ min: 0, max: 20 * 3600 })), { maxLength: 40 })
  .map((steps): FoldedEvent[] => {
    let at = Date.parse('2026-03-26T08:00:00Z');
    const first: FoldedEvent = { seq: 1, type: 'ticket.opened', at: new Date(at), data: { channel: 'email' } };
    return [
      first,
      ...steps.map(([[type, data], seconds], index) => {
        at += seconds * 1000;
        return { seq: index + 2, type, at: new Date(at), data };
      }),
    ];
  });

const begun = (): Kept => beginKept('0198f000-0000-7000-8000-000000000000', { version: 1, policyId: 'a', reason: '' });
const put = (rows: Map<string, ClockRow>, clocks: readonly ClockRow[]) =>
  clocks.forEach((clock) => rows.set(`${clock.kind} ${clock.round}`, clock));

it('clocks that are kept as events pass, in whatever batches, are those of a rebuild', () => {
  fc.assert(
    fc.property(history, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (events, sizes) => {
      const running = new Map<string, ClockRow>();
      let kept = begun();
      for (let at = 0, turn = 0; at < events.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        // An event that was in the last batch comes again: it changes nothing.
        const batch = events.slice(Math.max(0, at - 1), at + size);
        const folded = foldEvents(JSON.parse(JSON.stringify(kept)) as Kept, batch, around, book);
        put(running, folded.clocks);
        kept = folded.kept;
        at += size;
      }
      const whole = foldEvents(begun(), events, around, book);
      const rebuilt = new Map<string, ClockRow>();
      put(rebuilt, whole.clocks);
      expect(kept).toEqual(whole.kept);
      expect(Object.fromEntries(running)).toEqual(Object.fromEntries(rebuilt));
    }),
    { numRuns: 300 },
  );
});
