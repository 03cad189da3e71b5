import type { BusinessCalendar, ServicePolicy, ServiceTarget } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { workingTime } from '../calendar/business-time.ts';
import { holidaysOf } from '../calendar/holidays.ts';
import { advance, beginState, clocksOfTicket, type Clock, type PlanBook, type TicketState } from './clocks.ts';
import { daysOf, pausesOf, runningTime, standingOf } from './explain.ts';
import { factOf, type Choice, type TicketFact } from './facts.ts';
import { choosePolicy, defaultPlan } from './policy.ts';

const office: BusinessCalendar = {
  key: 'office',
  nameEn: 'Office',
  nameZh: '办公室',
  timeZone: 'Europe/Berlin',
  intervals: ([1, 2, 3, 4, 5] as const).map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
  holidays: { country: 'DE', region: 'BY', open: [] },
  days: [],
};
const any = { channels: [], queueIds: [], requestTypes: [], grades: [] };
const target = (
  clock: ServiceTarget['clock'],
  minutes: number,
  time: ServiceTarget['time'] = 'business',
): ServiceTarget => ({
  clock,
  minutes,
  time,
  warnAt: 50,
});
const policy = (id: string, ...targets: ServiceTarget[]): ServicePolicy => ({
  id,
  nameEn: id,
  nameZh: id,
  when: any,
  calendar: 'office',
  targets,
});
const policies = [
  policy(
    'usual',
    target('first-response', 60),
    target('next-response', 120),
    target('resolution', 16 * 60),
    target('acceptance', 30),
  ),
  policy('fast', target('first-response', 20), target('resolution', 240)),
  policy('slow', target('first-response', 600), target('resolution', 32 * 60)),
  policy(
    'complaint',
    target('complaint-acknowledgement', 1440, 'calendar'),
    target('complaint-resolution', 4320, 'calendar'),
  ),
  policy('none'),
];
const time = workingTime(office, holidaysOf);
const book: PlanBook = {
  policy: ({ policyId }) => policies.find(({ id }) => id === policyId) ?? null,
  time: () => time,
};
const choice = (policyId: string): Choice => ({ version: 1, policyId, reason: policyId });

const opened: TicketFact = { kind: 'opened', spoken: false };
const called: TicketFact = { kind: 'opened', spoken: true };
const wrote: TicketFact = { kind: 'customer-wrote' };
const answered: TicketFact = { kind: 'answered' };
const accepted: TicketFact = { kind: 'accepted' };
const waits: TicketFact = { kind: 'waits' };
const pending: TicketFact = { kind: 'status', status: 'pending' };
const resolved: TicketFact = { kind: 'status', status: 'resolved' };
const closed: TicketFact = { kind: 'status', status: 'closed' };
const open: TicketFact = { kind: 'status', status: 'open' };
const now = (policyId: string): TicketFact => ({ kind: 'targets', choice: choice(policyId) });

type Step = readonly [at: string, ...facts: TicketFact[]];

/** Times of 2026 in Munich's winter: `03-02 09:00` is a Monday. */
const ms = (at: string): number => Date.parse(`2026-${at.replace(' ', 'T')}:00+01:00`);
const told = (at: number | null): string | null =>
  at === null ? null : new Date(at + 3600_000).toISOString().slice(5, 16).replace('T', ' ');

function play(first: string, steps: readonly Step[]): Map<string, Clock> {
  let state: TicketState = beginState(choice(first));
  const clocks = new Map<string, Clock>();
  const put = (some: readonly Clock[]) => some.forEach((clock) => clocks.set(`${clock.kind} ${clock.round}`, clock));
  for (const [at, ...facts] of steps)
    for (const fact of facts) {
      const next = advance(state, fact, ms(at), book);
      state = next.state;
      put(next.over);
    }
  put(clocksOfTicket(state, book));
  return clocks;
}

interface Seen {
  due?: string | null;
  state?: Clock['state'];
  met?: string | null;
  business?: number;
}
const begin: Step = ['03-02 09:00', opened, wrote];

/** History, the clock that is looked at, and what it says. Business time in minutes. */
const table: readonly (readonly [string, string, readonly Step[], string, Seen])[] = [
  ['due within the day', 'usual', [begin], 'first-response 1', { due: '03-02 10:00', state: 'running', met: null }],
  ['opened when it is closed', 'usual', [['03-01 22:00', opened, wrote]], 'first-response 1', { due: '03-02 10:00' }],
  ['opened on Friday evening', 'usual', [['03-06 16:45', opened, wrote]], 'first-response 1', { due: '03-09 09:45' }],
  [
    'answered in time',
    'usual',
    [begin, ['03-02 09:20', answered]],
    'first-response 1',
    { met: '03-02 09:20', state: 'met', business: 20 },
  ],
  [
    'answered late',
    'usual',
    [begin, ['03-02 11:00', answered]],
    'first-response 1',
    { due: '03-02 10:00', met: '03-02 11:00' },
  ],
  [
    'a second message changes nothing',
    'usual',
    [begin, ['03-02 09:30', wrote]],
    'first-response 1',
    { due: '03-02 10:00' },
  ],
  [
    'what is not a customer’s asks for nothing',
    'usual',
    [['03-02 09:00', opened]],
    'resolution 1',
    { due: '03-03 17:00' },
  ],
  [
    'paused while waiting for the customer',
    'usual',
    [begin, ['03-02 10:00', answered], ['03-02 11:00', pending]],
    'resolution 1',
    { due: null, state: 'paused', business: 120 },
  ],
  [
    'goes on with the answer',
    'usual',
    [begin, ['03-02 11:00', pending], ['03-03 09:00', open, wrote]],
    'resolution 1',
    { due: '03-04 15:00' },
  ],
  [
    'paused over midnight',
    'usual',
    [begin, ['03-02 16:00', pending], ['03-03 10:00', open]],
    'resolution 1',
    { due: '03-04 11:00', business: 7 * 60 },
  ],
  [
    'paused at night costs nothing',
    'usual',
    [begin, ['03-02 18:00', pending], ['03-03 08:00', open]],
    'resolution 1',
    { due: '03-03 17:00' },
  ],
  [
    'paused over a weekend',
    'usual',
    [
      ['03-06 09:00', opened, wrote],
      ['03-06 12:00', pending],
      ['03-09 12:00', open],
    ],
    'resolution 1',
    { due: '03-10 17:00' },
  ],
  [
    'paused twice',
    'usual',
    [begin, ['03-02 10:00', pending], ['03-02 11:00', open], ['03-02 12:00', pending], ['03-02 13:00', open]],
    'resolution 1',
    { due: '03-04 11:00' },
  ],
  [
    'a pause does not undo a breach',
    'usual',
    [begin, ['03-02 11:00', pending]],
    'first-response 1',
    { due: '03-02 10:00', state: 'paused' },
  ],
  [
    'answered within a pause',
    'usual',
    [begin, ['03-02 09:10', pending], ['03-02 15:00', answered]],
    'first-response 1',
    { due: '03-02 15:50', met: '03-02 15:00' },
  ],
  [
    'resolved in time',
    'usual',
    [begin, ['03-02 12:00', answered, resolved]],
    'resolution 1',
    { met: '03-02 12:00', state: 'met', business: 180 },
  ],
  ['closing resolves, too', 'usual', [begin, ['03-02 12:00', closed]], 'resolution 1', { met: '03-02 12:00' }],
  [
    'settled without an answer',
    'usual',
    [begin, ['03-02 09:30', closed]],
    'first-response 1',
    { state: 'stopped', due: null, met: null },
  ],
  [
    'reopened: time that was resolved does not count',
    'usual',
    [begin, ['03-02 10:00', answered, resolved], ['03-03 09:00', open, wrote]],
    'resolution 1',
    { met: null, state: 'running', due: '03-04 16:00' },
  ],
  [
    'reopened and resolved again',
    'usual',
    [begin, ['03-02 10:00', answered, resolved], ['03-03 09:00', open], ['03-03 10:00', resolved]],
    'resolution 1',
    { met: '03-03 10:00', business: 120 },
  ],
  [
    'resolved, then closed: met when resolved',
    'usual',
    [begin, ['03-02 10:00', resolved], ['03-05 10:00', closed]],
    'resolution 1',
    { met: '03-02 10:00' },
  ],
  [
    'answering a resolved ticket opens it',
    'usual',
    [begin, ['03-02 10:00', resolved], ['03-02 11:00', answered]],
    'resolution 1',
    { met: null, state: 'running' },
  ],
  [
    'from resolved to waiting',
    'usual',
    [begin, ['03-02 10:00', resolved], ['03-02 11:00', pending]],
    'resolution 1',
    { met: null, state: 'paused' },
  ],
  [
    'reopened before it was answered',
    'usual',
    [begin, ['03-02 09:30', closed], ['03-02 13:30', open, wrote]],
    'first-response 1',
    { due: '03-02 14:00' },
  ],
  [
    'next response begins with what is not answered',
    'usual',
    [begin, ['03-02 09:30', answered], ['03-02 12:00', wrote], ['03-02 13:00', wrote]],
    'next-response 1',
    { due: '03-02 14:00', state: 'running' },
  ],
  [
    'next response, answered',
    'usual',
    [begin, ['03-02 09:30', answered], ['03-02 12:00', wrote], ['03-02 12:30', answered]],
    'next-response 1',
    { met: '03-02 12:30', business: 30 },
  ],
  [
    'next response, the second',
    'usual',
    [begin, ['03-02 09:30', answered], ['03-02 12:00', wrote], ['03-02 12:30', answered], ['03-02 16:00', wrote]],
    'next-response 2',
    { due: '03-03 10:00' },
  ],
  ['accepted', 'usual', [begin, ['03-02 09:10', accepted]], 'acceptance 1', { met: '03-02 09:10', due: '03-02 09:30' }],
  [
    'handed back: waits again',
    'usual',
    [begin, ['03-02 09:10', accepted], ['03-02 11:00', waits]],
    'acceptance 2',
    { due: '03-02 11:30', met: null },
  ],
  ['moved while it waits: goes on', 'usual', [begin, ['03-02 09:20', waits]], 'acceptance 1', { due: '03-02 09:30' }],
  [
    'moved while pending: open again',
    'usual',
    [begin, ['03-02 10:00', pending], ['03-02 12:00', waits]],
    'resolution 1',
    { state: 'running', due: '03-04 11:00' },
  ],
  [
    'policy change: what has run counts',
    'usual',
    [begin, ['03-02 09:10', now('slow')]],
    'first-response 1',
    { due: '03-03 11:00' },
  ],
  [
    'policy change to a shorter one: due at once',
    'usual',
    [begin, ['03-02 09:30', now('fast')]],
    'first-response 1',
    { due: '03-02 09:20' },
  ],
  [
    'policy change: a breach stays',
    'usual',
    [begin, ['03-02 10:30', now('slow')]],
    'first-response 1',
    { due: '03-02 10:00' },
  ],
  [
    'policy change: what is over keeps its judgement',
    'usual',
    [begin, ['03-02 09:30', answered], ['03-02 09:40', now('fast')]],
    'first-response 1',
    { due: '03-02 10:00', met: '03-02 09:30' },
  ],
  [
    'policy change in a pause',
    'usual',
    [begin, ['03-02 11:00', pending], ['03-02 12:00', now('fast')], ['03-02 13:00', open]],
    'resolution 1',
    { due: '03-02 15:00' },
  ],
  [
    'policy change: no target any more',
    'usual',
    [begin, ['03-02 09:10', now('none')]],
    'first-response 1',
    { state: 'dropped' },
  ],
  [
    'policy change and back',
    'usual',
    [begin, ['03-02 09:10', now('none')], ['03-02 09:20', now('usual')]],
    'first-response 1',
    { state: 'running', due: '03-02 10:00' },
  ],
  [
    'became a complaint: counts from the first message',
    'usual',
    [begin, ['03-02 15:00', now('complaint')]],
    'complaint-acknowledgement 1',
    { due: '03-03 09:00' },
  ],
  [
    'a complaint that was answered before',
    'usual',
    [begin, ['03-02 10:00', answered], ['03-02 15:00', now('complaint')]],
    'complaint-acknowledgement 1',
    { met: '03-02 10:00' },
  ],
  [
    'a complaint is resolved within three days',
    'complaint',
    [['03-06 10:00', opened, wrote]],
    'complaint-resolution 1',
    { due: '03-09 10:00' },
  ],
  [
    'a call is answered when it is resolved',
    'usual',
    [
      ['03-02 09:00', called, wrote],
      ['03-02 09:30', resolved],
    ],
    'first-response 1',
    { met: '03-02 09:30' },
  ],
  ['over Easter', 'usual', [['04-02 15:30', opened, wrote]], 'first-response 1', { due: '04-07 08:30' }],
  [
    'paused over the change to summer time',
    'usual',
    [
      ['03-27 09:00', opened, wrote],
      ['03-27 12:00', pending],
      ['03-30 08:00', open],
    ],
    'resolution 1',
    { due: '03-31 13:00' },
  ],
];

describe('clocks of a ticket', () => {
  it.each(table)('%s', (_name, first, steps, which, expected) => {
    const clock = play(first, steps).get(which);
    expect(clock).toBeDefined();
    if (!clock) return;
    const seen = {
      due: told(clock.dueAt),
      state: clock.state,
      met: told(clock.metAt),
      business: clock.businessMs / 60_000,
    };
    expect(seen).toMatchObject(expected);
  });

  it('no clock without a target, and none before its begin', () => {
    expect([...play('none', [begin]).keys()]).toEqual([]);
    expect(play('usual', [['03-02 09:00', opened]]).has('first-response 1')).toBe(false);
    expect([...play('usual', [begin]).keys()]).toEqual(['first-response 1', 'resolution 1', 'acceptance 1']);
  });

  it('says how it stands at a moment', () => {
    const clock = play('usual', [begin]).get('first-response 1') as Clock;
    const at = (moment: string) => standingOf(clock, ms(moment));
    expect(['03-02 09:29', '03-02 09:30', '03-02 09:59', '03-02 10:00'].map(at)).toEqual([
      'running',
      'warning',
      'warning',
      'breached',
    ]);
    const late = play('usual', [begin, ['03-02 11:00', answered]]).get('first-response 1') as Clock;
    expect(standingOf(late, ms('03-02 12:00'))).toBe('missed');
  });

  it('explains pauses, days and both durations', () => {
    const steps: Step[] = [
      ['04-02 15:00', opened, wrote],
      ['04-02 15:30', pending],
      ['04-07 09:00', open],
    ];
    const clock = play('usual', steps).get('resolution 1') as Clock;
    expect(pausesOf(clock)).toEqual([{ from: ms('04-02 15:30'), to: ms('04-07 09:00'), cause: 'pending' }]);
    expect(runningTime(clock, time, ms('04-07 10:00'))).toEqual({ businessMs: 90 * 60_000, calendarMs: 90 * 60_000 });
    const over = play('usual', [['04-02 15:30', opened, wrote]]).get('first-response 1') as Clock;
    const days = daysOf(over, time, ms('04-02 16:00')).map(({ date, name, open: spans }) => [date, name, spans.length]);
    expect(days).toEqual([
      ['2026-04-02', null, 1],
      ['2026-04-03', 'Good Friday', 0],
      ['2026-04-04', null, 0],
      ['2026-04-05', null, 0],
      ['2026-04-06', 'Easter Monday', 0],
      ['2026-04-07', null, 1],
    ]);
  });
});

describe('what an event means', () => {
  const around = { isSpoken: (channel: string) => channel === 'phone', forwards: new Set(['m2']) };
  const created = { messageId: 'm1', kind: 'agent', visibility: 'public', direction: 'out' };
  it.each([
    ['an answer', 'message.created', created, answered],
    ['a note', 'message.created', { ...created, visibility: 'internal' }, null],
    ['an acknowledgement', 'message.created', { ...created, kind: 'system' }, null],
    ['a message passed on', 'message.created', { ...created, messageId: 'm2' }, null],
    ['the customer', 'message.received', { kind: 'customer' }, wrote],
    ['an automatic reply', 'message.received', { kind: 'auto-reply' }, null],
    ['a bounce', 'message.received', { kind: 'bounce' }, null],
    ['a call comes in', 'call.changed', { state: 'waiting', step: 'ringing' }, wrote],
    ['a person talks', 'call.changed', { state: 'talking', step: 'answered' }, answered],
    ['the voicemail', 'call.changed', { state: 'voicemail', step: 'voicemail' }, null],
    ['a breach', 'clock.breached', {}, null],
  ] as const)('%s', (_name, type, data, expected) => {
    expect(factOf({ type, data }, around)).toEqual(expected);
  });
});

describe('which policy', () => {
  const traits = { channel: 'email', queueId: null, requestType: null, grade: null } as const;
  const plan = defaultPlan(office);
  it.each([
    ['mail', traits, 'written', 'Mail and messages: holds for every ticket'],
    ['a call', { ...traits, channel: 'phone' }, 'calls', 'Calls: channel phone'],
    [
      'a complaint by phone',
      { ...traits, channel: 'phone', requestType: 'complaint' },
      'complaints',
      'Complaints: request type complaint',
    ],
  ] as const)('%s', (_name, given, id, reason) => {
    const chosen = choosePolicy(plan, given);
    expect([chosen.policy?.id, chosen.reason]).toEqual([id, reason]);
  });

  it('by grade and queue, first match in order', () => {
    const vip = { ...policy('vip'), when: { ...any, grades: ['a'], queueIds: ['q'] } };
    const both = { policies: [vip, policy('rest')] };
    expect(choosePolicy(both, { ...traits, grade: 'a', queueId: 'q' }).policy?.id).toBe('vip');
    expect(choosePolicy(both, { ...traits, grade: 'a' }).policy?.id).toBe('rest');
    expect(choosePolicy({ policies: [vip] }, traits)).toEqual({ policy: null, reason: 'No policy fits the ticket' });
  });
});
