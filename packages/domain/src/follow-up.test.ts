import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  followUpTimeliness,
  planFollowUp,
  timelinessOf,
  type FollowUpSituation,
  type FollowUpTask,
} from './follow-up.ts';
import { defaultGradingPolicy } from './grading-policy.ts';

const policy = { ...defaultGradingPolicy, cadence: { enabled: true, leadDays: 3 } };
const start = new Date('2026-01-01T00:00:00Z');
const day = (n: number) => new Date(start.getTime() + n * 86_400_000);
const vip = (change: Partial<FollowUpSituation> = {}): FollowUpSituation => ({
  customerId: 'c',
  grade: 'vip',
  lastContact: null,
  knownSince: start,
  open: null,
  ...change,
});

describe('follow-ups', () => {
  it.each<[string, FollowUpSituation, number, ReturnType<typeof planFollowUp>]>([
    ['not yet', vip(), 26, { kept: null, planned: null }],
    [
      'three days before the thirtieth',
      vip(),
      27,
      { kept: null, planned: { dueAt: new Date(day(31).getTime() - 1), key: `follow-up:c:${start.getTime()}` } },
    ],
    [
      'with the lead days where the interval was over long ago',
      vip(),
      400,
      { kept: null, planned: { dueAt: new Date(day(404).getTime() - 1), key: `follow-up:c:${start.getTime()}` } },
    ],
    ['never for a grade without an interval', vip({ grade: 'low' }), 400, { kept: null, planned: null }],
    ['never for a grade that is gone', vip({ grade: 'gold' }), 400, { kept: null, planned: null }],
    [
      'not while one is open',
      vip({ open: { taskId: 't', createdAt: day(27), dueAt: day(30) } }),
      60,
      { kept: null, planned: null },
    ],
    [
      'done by a contact',
      vip({
        open: { taskId: 't', createdAt: day(27), dueAt: day(30) },
        lastContact: { at: day(29), agentId: 'ann' },
      }),
      29,
      { kept: { taskId: 't', at: day(29), by: 'ann', dueAt: day(30) }, planned: null },
    ],
  ])('%s', (_name, situation, at, expected) => {
    expect(planFollowUp(policy, situation, day(at), 'UTC')).toEqual(expected);
  });

  it('are done in time until the day ends where the centre is', () => {
    const midnight = { ...vip(), knownSince: new Date('2026-01-01T15:30:00Z') };
    const { planned } = planFollowUp(policy, midnight, new Date('2026-01-29T00:00:00Z'), 'Asia/Shanghai');
    expect(planned?.dueAt.toISOString()).toBe('2026-01-31T15:59:59.999Z');
  });

  it('are not planned while the cadence is off', () => {
    expect(planFollowUp(defaultGradingPolicy, vip(), day(400), 'UTC')).toEqual({ kept: null, planned: null });
  });

  it('never make two tasks at once, nor two for one interval, whatever happens', () => {
    const happenings = fc.array(fc.tuple(fc.constantFrom('contact', 'skip', 'wait'), fc.integer({ min: 0, max: 40 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(happenings, (steps) => {
        const keys: string[] = [];
        let at = 0;
        let situation = vip();
        for (const [what, days] of steps) {
          at += days;
          if (what === 'contact') situation = { ...situation, lastContact: { at: day(at), agentId: 'ann' } };
          if (what === 'skip') situation = { ...situation, open: null };
          for (let look = 0; look < 2; look += 1) {
            const { kept, planned } = planFollowUp(policy, situation, day(at), 'UTC');
            if (kept) situation = { ...situation, open: null };
            expect(planned !== null && situation.open !== null).toBe(false);
            // The database refuses a key that is there already.
            if (!planned || keys.includes(planned.key)) continue;
            keys.push(planned.key);
            situation = { ...situation, open: { taskId: planned.key, createdAt: day(at), dueAt: planned.dueAt } };
          }
        }
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});

describe('timeliness', () => {
  const task = (state: FollowUpTask['state'], due: number, done: number | null = null): FollowUpTask => ({
    state,
    dueAt: day(due),
    doneAt: done === null ? null : day(done),
  });

  it('is the share done by the due date', () => {
    const tasks = [task('done', 5, 5), task('done', 5, 6), task('open', 5), task('open', 50), task('skipped', 5)];
    expect(followUpTimeliness(tasks, day(10))).toEqual({ due: 3, inTime: 1, late: 1, open: 1, share: 1 / 3 });
  });

  it('is nothing where nothing was due', () => {
    expect(timelinessOf({ due: 0, inTime: 0, done: 0 })).toMatchObject({ due: 0, share: null });
  });
});
