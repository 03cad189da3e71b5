import type { ChannelName } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import type { FactEvent } from './figure-world.ts';
import { foldFacts } from './fold.ts';
import { answerTargets, durationNames, sumNames } from './facts.ts';

const start = Date.parse('2026-03-02T09:00:00Z');
const id = '0190c1f4-0000-7000-8000-000000000001';
type Said = [after: number, type: FactEvent['type'], data?: object, of?: Partial<FactEvent>];

const opened = (channel: ChannelName, of: Partial<FactEvent> = {}): Said => [0, 'ticket.opened', { channel }, of];
const asks = (after: number, channel: ChannelName = 'email'): Said => [
  after,
  'message.received',
  { kind: 'customer', channel },
];
const answers = (after: number, firstResponseSeconds: number | null = null): Said => [
  after,
  'message.created',
  { kind: 'agent', visibility: 'public', direction: 'out', channel: 'email', firstResponseSeconds },
  { actorId: 'ann' },
];
const assigned = (after: number, agentId = 'ann'): Said => [after, 'ticket.assigned', { agentId }];
const status = (after: number, to: string): Said => [
  after,
  'ticket.status-changed',
  { from: 'open', to },
  { actorId: 'ann' },
];
const reopens = (after: number): Said => [after, 'ticket.reopened', {}];
const call = (after: number, state: string, agentId: string | null = null): Said => [
  after,
  'call.changed',
  { state },
  { agentId },
];
const presence = (after: number, to: string, from = 'offline'): Said => [
  after,
  'agent.presence-changed',
  { agentId: 'ann', from, to },
  { ticketId: null },
];

function fold(...said: Said[]) {
  const events = said.map(([after, type, data = {}, of = {}]): FactEvent => ({
    type,
    at: new Date(start + after * 1000).toISOString(),
    ticketId: id,
    queueId: 'q',
    agentId: null,
    actorId: null,
    data: data as Record<string, unknown>,
    ...of,
  }));
  return foldFacts({ tickets: new Map(), agents: new Map() }, events, {
    businessTime: (from, to) => (to - from) / 2,
    answerMs: answerTargets([]),
    attributes: () => ({ type: 'order', grade: 'gold' }),
    teamOf: (agentId) => (agentId === 'ann' ? 'team' : ''),
  });
}

/** Everything added up, without what is nothing. */
function added(...said: Said[]) {
  const facts = fold(...said);
  const total: Record<string, number | number[]> = {};
  for (const name of sumNames) {
    const sum = facts.reduce((all, { sums }) => all + (sums[name] ?? 0), 0);
    if (sum !== 0) total[name] = sum;
  }
  for (const name of durationNames) {
    const found = facts.flatMap(({ durations }) => durations[name] ?? []);
    if (found.length > 0) total[name] = found;
  }
  return total;
}

describe('a mail', () => {
  const answered = {
    opened: 1,
    offered: 1,
    received: 1,
    answered: 1,
    answeredInTarget: 1,
    waitMs: 60_000,
    answerWait: [60],
  };
  const first = { firstResponse: [60], firstResponseBusiness: [30] };

  it('is offered when it comes and answered by the first public message of an agent', () => {
    expect(added(opened('email'), asks(0), assigned(10), answers(60, 60))).toEqual({ ...answered, ...first });
  });

  it('is late after 24 hours', () => {
    const { answeredInTarget, answered: count } = added(opened('email'), asks(0), answers(86_401, 86_401));
    expect([answeredInTarget, count]).toEqual([undefined, 1]);
  });

  it('has further responses, each from the first message that had none', () => {
    expect(added(opened('email'), asks(0), answers(60, 60), asks(100), asks(200), answers(300), answers(310))).toEqual({
      ...answered,
      ...first,
      received: 3,
      nextResponse: [200],
      nextResponseBusiness: [100],
    });
  });

  it('that is settled after one contact is so until it is reopened', () => {
    const settled = { resolved: 1, firstContact: 1, resolution: [120], resolutionBusiness: [60] };
    const told = [opened('email'), asks(0), answers(60, 60), status(120, 'resolved')];
    expect(added(...told, status(200, 'closed'))).toEqual({ ...answered, ...first, ...settled });
    expect(added(...told, asks(300), reopens(300))).toEqual({
      ...answered,
      ...first,
      ...settled,
      received: 2,
      offered: 2,
      reopened: 1,
      firstContactUndone: 1,
    });
  });

  it('that is reopened days later was not settled at the first contact on the day on which it was', () => {
    const facts = fold(
      opened('email'),
      assigned(5),
      asks(0),
      answers(60, 60),
      status(120, 'resolved'),
      [86_400, 'ticket.request-changed', { from: 'order', to: 'complaint' }],
      [2 * 86_400, 'ticket.reopened', {}, { agentId: 'bob' }],
    );
    const [undone, ...more] = facts.filter(({ sums }) => sums.firstContactUndone);
    expect([undone?.at, undone?.dimensions, more]).toEqual([
      start + 120_000,
      { queueId: 'q', channel: 'email', agentId: 'ann', teamId: 'team', type: 'order', grade: 'gold' },
      [],
    ]);
    expect(facts.filter(({ sums }) => sums.reopened).map(({ at }) => at)).toEqual([start + 2 * 86_400_000]);
  });

  it('that was settled and waits for the customer again is settled no longer', () => {
    const told = [opened('email'), asks(0), answers(60, 60), status(120, 'resolved'), status(130, 'pending')];
    expect(added(...told)).toMatchObject({ resolved: 1, reopened: 1, firstContactUndone: 1 });
    expect(added(...told, asks(200), reopens(200), status(300, 'resolved'))).toMatchObject({
      resolved: 2,
      reopened: 1,
      settledAgain: 1,
    });
  });

  it('that is settled again after it was reopened is so on that day, and its offer is of no agent', () => {
    const facts = fold(
      opened('email'),
      asks(0),
      assigned(5),
      answers(60, 60),
      status(120, 'resolved'),
      [86_400, 'ticket.reopened', {}, { agentId: 'ann' }],
      status(90_000, 'resolved'),
      status(90_001, 'open'),
      status(90_002, 'closed'),
    );
    const of = (name: 'settledAgain' | 'resolved' | 'offered') =>
      facts.filter(({ sums }) => sums[name]).map(({ at, dimensions }) => [(at - start) / 1000, dimensions.agentId]);
    expect(of('resolved')).toEqual([
      [120, 'ann'],
      [90_000, 'ann'],
      [90_002, 'ann'],
    ]);
    expect(of('settledAgain')).toEqual([
      [90_000, 'ann'],
      [90_002, 'ann'],
    ]);
    expect(of('offered')).toEqual([
      [0, ''],
      [86_400, ''],
    ]);
  });

  it('that needed a second contact is not settled at the first', () => {
    const { firstContact } = added(
      opened('email'),
      asks(0),
      answers(60, 60),
      asks(90),
      answers(100),
      status(120, 'resolved'),
    );
    expect(firstContact).toBeUndefined();
  });

  it('that waited for the customer goes on and is not reopened', () => {
    const { reopened, offered } = added(
      opened('email'),
      asks(0),
      answers(60, 60),
      status(61, 'pending'),
      asks(90),
      reopens(90),
    );
    expect([reopened, offered]).toEqual([undefined, 1]);
  });

  it('that nobody answers before it is settled is offered only; what an agent begins is offered to nobody', () => {
    expect(added(opened('email'), status(10, 'closed'))).toMatchObject({ offered: 1, resolved: 1 });
    expect(added(opened('email', { actorId: 'ann' }))).toEqual({ opened: 1 });
  });

  it('passed on by its agent, to another or to another queue, is a transfer of who had it', () => {
    const facts = fold(opened('email'), assigned(5), assigned(9, 'bob'), [
      12,
      'ticket.queued',
      { queueId: 'other', fromQueueId: 'q', fromAgentId: 'bob' },
    ]);
    const passed = facts.filter(({ sums }) => sums.transferred === 1).map(({ dimensions }) => dimensions);
    expect(passed.map(({ agentId, queueId }) => [agentId, queueId])).toEqual([
      ['ann', 'q'],
      ['bob', 'q'],
    ]);
  });
});

describe('a call', () => {
  const rings = [opened('phone'), call(0, 'waiting')];
  const offered = { opened: 1, offered: 1 };

  it('is answered when an agent talks, and handled when it ends: talk without hold, and hold', () => {
    const told = [
      ...rings,
      assigned(8),
      call(8, 'connecting', 'ann'),
      call(15, 'talking', 'ann'),
      call(45, 'held', 'ann'),
    ];
    expect(added(...told, call(65, 'talking', 'ann'), call(75, 'ended', 'ann'), call(80, 'ended', 'ann'))).toEqual({
      ...offered,
      answered: 1,
      answeredInTarget: 1,
      waitMs: 15_000,
      answerWait: [15],
      handled: 1,
      talkMs: 40_000,
      holdMs: 20_000,
    });
  });

  it.each([
    [3, { abandonedShort: 1, abandonedInTarget: 1 }],
    [5, { abandonedShort: 1, abandonedInTarget: 1 }],
    [5.001, { abandonedInTarget: 1 }],
    [20, { abandonedInTarget: 1 }],
    [20.001, {}],
  ])('that is given up after %s s', (after, also) => {
    expect(added(...rings, call(after, 'missed'))).toEqual({
      ...offered,
      abandoned: 1,
      abandonedWaitMs: after * 1000,
      ...also,
    });
  });

  it('that the voicemail answers is neither answered nor abandoned', () => {
    expect(added(...rings, call(40, 'voicemail'), call(60, 'ended'))).toEqual({ ...offered, diverted: 1 });
  });

  it('has the wrap-up after it, for its queue', () => {
    const told = [presence(0, 'online'), ...rings, assigned(5), call(10, 'talking', 'ann'), call(40, 'ended', 'ann')];
    const facts = fold(...told, presence(40, 'wrap-up', 'online'), presence(70, 'online', 'wrap-up'));
    expect(
      facts
        .filter(({ sums }) => sums.wrapMs)
        .map(({ sums, dimensions, ticketId }) => [sums.wrapMs, dimensions, ticketId]),
    ).toEqual([
      [30_000, { queueId: 'q', channel: 'phone', agentId: 'ann', teamId: 'team', type: 'order', grade: 'gold' }, id],
    ]);
  });
});

describe('a call that an agent places', () => {
  const placed = (after: number, state: string): Said => [
    after,
    'call.changed',
    { state, direction: 'out' },
    { agentId: 'ann', actorId: 'ann' },
  ];
  const talked = [placed(10, 'connecting'), placed(20, 'talking'), placed(30, 'held'), placed(35, 'talking')];

  it.each<[string, Said[], object]>([
    [
      'on a mail that waits for its answer',
      [opened('email'), ...talked, placed(50, 'ended'), placed(51, 'ended')],
      { opened: 1, offered: 1, handled: 1, talkMs: 25_000, holdMs: 5_000 },
    ],
    [
      'after a call that was given up',
      [opened('phone'), call(0, 'waiting'), call(4, 'missed'), ...talked, placed(50, 'ended')],
      {
        opened: 1,
        offered: 1,
        abandoned: 1,
        abandonedInTarget: 1,
        abandonedShort: 1,
        abandonedWaitMs: 4_000,
        handled: 1,
        talkMs: 25_000,
        holdMs: 5_000,
      },
    ],
    [
      'that reaches nobody',
      [opened('email'), placed(10, 'connecting'), placed(40, 'missed')],
      { opened: 1, offered: 1 },
    ],
  ])('%s is handled and never offered, answered or abandoned', (_name, told, expected) => {
    expect(added(...told)).toEqual(expected);
  });

  it('occupies the agent from the first ring to the end', () => {
    expect(
      added(presence(0, 'online'), opened('email'), ...talked, placed(50, 'ended'), presence(100, 'offline', 'online')),
    ).toMatchObject({ staffedMs: 100_000, occupiedMs: 40_000, availableMs: 60_000 });
  });
});

describe('a call that goes from one agent to another', () => {
  const told = [opened('phone'), call(0, 'waiting'), assigned(5), call(10, 'talking', 'ann'), call(40, 'held', 'ann')];
  const handledBy = (...more: Said[]) =>
    fold(...told, ...more)
      .filter(({ sums }) => sums.handled)
      .map(({ sums, dimensions: { agentId, teamId } }) => [agentId, teamId, sums.talkMs, sums.holdMs]);

  it('is handled by each for as long as they had it', () => {
    expect(handledBy(assigned(45, 'bob'), call(50, 'talking', 'bob'), call(80, 'ended', 'bob'))).toEqual([
      ['ann', 'team', 30_000, 5_000],
      ['bob', '', 30_000, 5_000],
    ]);
  });

  it('is so also where only the call itself says who has it', () => {
    expect(handledBy(call(50, 'talking', 'bob'), call(80, 'ended', 'bob'))).toEqual([
      ['ann', 'team', 30_000, 10_000],
      ['bob', '', 30_000, 0],
    ]);
  });

  it('stays with who talks until somebody else has it', () => {
    expect(handledBy([45, 'ticket.released', { agentId: 'ann' }], call(60, 'ended'))).toEqual([
      ['ann', 'team', 30_000, 20_000],
    ]);
  });

  it('has the wrap-up of each with what they had', () => {
    const facts = fold(
      presence(0, 'online'),
      ...told,
      assigned(45, 'bob'),
      presence(45, 'wrap-up', 'online'),
      call(50, 'talking', 'bob'),
      presence(60, 'online', 'wrap-up'),
      call(80, 'ended', 'bob'),
    );
    const wraps = facts.filter(({ sums }) => sums.wrapMs);
    expect(wraps.map(({ sums, dimensions }) => [sums.wrapMs, dimensions.agentId, dimensions.channel])).toEqual([
      [15_000, 'ann', 'phone'],
    ]);
  });
});

describe('a chat', () => {
  it('is answered when an agent takes it, and handled until it is settled', () => {
    expect(added(opened('chat'), assigned(30), status(90, 'resolved'))).toMatchObject({
      answered: 1,
      answeredInTarget: 1,
      waitMs: 30_000,
      handled: 1,
      talkMs: 60_000,
    });
  });

  it('that is settled before anybody took it was abandoned', () => {
    expect(added(opened('chat'), status(90, 'closed'))).toMatchObject({ abandoned: 1, abandonedWaitMs: 90_000 });
  });
});

describe('the time of an agent', () => {
  it('is there, free, at work and away, in the quarters of the hour in which it passed', () => {
    const facts = fold(
      presence(0, 'online'),
      opened('email'),
      assigned(600),
      status(1200, 'pending'),
      presence(2000, 'away'),
      presence(2400, 'offline'),
    );
    const times = facts.filter(({ sums }) => sums.staffedMs);
    expect(times.map(({ at, sums }) => [(at - start) / 1000, sums])).toEqual([
      [0, { staffedMs: 600_000, availableMs: 600_000 }],
      [600, { staffedMs: 300_000, occupiedMs: 300_000 }],
      [900, { staffedMs: 300_000, occupiedMs: 300_000 }],
      [1200, { staffedMs: 600_000, availableMs: 600_000 }],
      [1800, { staffedMs: 200_000, availableMs: 200_000 }],
      [2000, { staffedMs: 400_000, awayMs: 400_000 }],
    ]);
  });

  it('is busy without anything in hand, and nothing while offline', () => {
    expect(added(presence(0, 'busy'), presence(100, 'offline'), presence(500, 'online'))).toEqual({
      staffedMs: 100_000,
      occupiedMs: 100_000,
    });
  });
});

it('facts carry the request type that the ticket has by then', () => {
  const facts = fold(
    opened('email'),
    [1, 'ticket.request-changed', { from: 'order', to: 'complaint' }],
    status(9, 'resolved'),
  );
  expect(facts.map(({ dimensions }) => dimensions.type)).toEqual(['order', 'complaint']);
});

it('events of tickets that nobody has told of are counted where they can be', () => {
  expect(added(asks(0, 'sms'), status(5, 'resolved'), call(6, 'waiting'))).toEqual({ received: 1 });
});

describe('a target of the queue', () => {
  const at = (after: number) => new Date(start + after * 1000);
  const known = [
    { queueId: 'q', channel: 'chat' as const, since: at(0), seconds: 30 },
    { queueId: 'q', channel: 'chat' as const, since: at(100), seconds: 10 },
    { queueId: 'q', channel: 'chat' as const, since: at(200), seconds: null },
  ];
  const target = answerTargets(known);
  it.each<[string, ChannelName, number, number]>([
    ['q', 'chat', -1, 60],
    ['q', 'chat', 0, 30],
    ['q', 'chat', 99, 30],
    ['q', 'chat', 100, 10],
    ['q', 'chat', 200, 60],
    ['q', 'phone', 150, 20],
    ['p', 'chat', 150, 60],
  ])('of %s on %s after %i s is %i s', (queueId, channel, after, seconds) => {
    expect(target(queueId, channel, at(after).getTime())).toBe(seconds * 1000);
  });
  it('is what a contact goes by that came while it held, whenever it is answered', () => {
    const taken = (opensAt: number, takenAt: number) =>
      foldFacts(
        { tickets: new Map(), agents: new Map() },
        [
          { type: 'ticket.opened' as const, at: at(opensAt), data: { channel: 'chat' } },
          { type: 'ticket.assigned' as const, at: at(takenAt), data: { agentId: 'ann' } },
        ].map((event) => ({
          ...event,
          at: event.at.toISOString(),
          ticketId: id,
          queueId: 'q',
          agentId: null,
          actorId: null,
        })),
        {
          businessTime: () => 0,
          answerMs: target,
          attributes: () => ({ type: '', grade: '' }),
          teamOf: () => '',
        },
      ).reduce((all, { sums }) => all + (sums.answeredInTarget ?? 0), 0);
    expect([taken(90, 120), taken(90, 121), taken(100, 110), taken(100, 111), taken(190, 201)]).toEqual([
      1, 0, 1, 0, 0,
    ]);
  });
});
