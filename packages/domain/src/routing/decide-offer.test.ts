import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presenceState } from '@patchbay/contracts';
import { decideOffer } from './decide-offer.ts';
import type { AgentSnapshot, QueueRules, WaitingItem } from './snapshot.ts';

const now = new Date('2026-03-02T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const agent = (agentId: string, over: Partial<AgentSnapshot> = {}): AgentSnapshot => ({
  agentId,
  name: agentId.toUpperCase(),
  presence: 'online',
  idleSince: minutesAgo(5),
  load: 0,
  capacity: 2,
  totalLoad: 0,
  totalCapacity: null,
  queueIds: ['q'],
  skills: {},
  reachable: true,
  declined: false,
  ...over,
});
const item = (over: Partial<WaitingItem> = {}): WaitingItem => ({
  ticketId: 't',
  queueId: 'q',
  channel: 'chat',
  priority: 0,
  waitingSince: minutesAgo(1),
  inQueueSince: minutesAgo(1),
  preferred: null,
  overflowed: [],
  ...over,
});
const queue = (over: Partial<QueueRules> = {}): QueueRules => ({
  queueId: 'q',
  priorityBase: 0,
  ageing: 1,
  stickySeconds: 0,
  skills: [],
  rings: [],
  ...over,
});
const last = (agentId: string, expected = true) => ({ agentId, because: 'last-agent', expected }) as const;
const french = { skillId: 'french', level: 3 };
const tax = { skillId: 'tax', level: 2 };

describe('decideOffer', () => {
  it.each<[string, WaitingItem, QueueRules, AgentSnapshot[], string]>([
    ['no agents', item(), queue(), [], 'nobody'],
    ['longest idle', item(), queue(), [agent('a'), agent('b', { idleSince: minutesAgo(9) })], 'b: idle-longest'],
    ['ties by id', item(), queue(), [agent('b'), agent('a')], 'a: idle-longest'],
    [
      'who had it before longer idle',
      item({ preferred: last('a') }),
      queue(),
      [agent('a', { idleSince: now }), agent('b')],
      'a: last-agent',
    ],
    [
      "the customer's own agent",
      item({ preferred: { agentId: 'a', because: 'own-agent', expected: true } }),
      queue(),
      [agent('a', { idleSince: now }), agent('b')],
      'a: own-agent',
    ],
    [
      'who had it is away, and none is kept',
      item({ preferred: last('a', false) }),
      queue({ stickySeconds: 600 }),
      [agent('a', { presence: 'away' }), agent('b')],
      'b: idle-longest',
    ],
    [
      'kept for who had it and is full',
      item({ preferred: last('a') }),
      queue({ stickySeconds: 61 }),
      [agent('a', { load: 2 }), agent('b')],
      'kept-for-agent',
    ],
    [
      'not kept longer than that',
      item({ preferred: last('a') }),
      queue({ stickySeconds: 60 }),
      [agent('a', { load: 2 }), agent('b')],
      'b: idle-longest',
    ],
    ['another queue', item(), queue(), [agent('a', { queueIds: ['other'] })], 'nobody'],
    ['at capacity', item(), queue(), [agent('a', { load: 2 })], 'nobody'],
    ['over capacity', item(), queue(), [agent('a', { load: 3 })], 'nobody'],
    ['full in total', item(), queue(), [agent('a', { totalLoad: 4, totalCapacity: 4 })], 'nobody'],
    ['room in total', item(), queue(), [agent('a', { totalLoad: 3, totalCapacity: 4 })], 'a: idle-longest'],
    ['no phone', item({ channel: 'phone' }), queue(), [agent('a', { reachable: false })], 'nobody'],
    ['declined', item(), queue(), [agent('a', { declined: true })], 'nobody'],
    ['wrap-up', item(), queue(), [agent('a', { presence: 'wrap-up' })], 'nobody'],
    ['busy', item(), queue(), [agent('a', { presence: 'busy' })], 'nobody'],
    ['offline', item(), queue(), [agent('a', { presence: 'offline' })], 'nobody'],
    ['not skilled', item(), queue({ skills: [french] }), [agent('a', { skills: { tax: 5 } })], 'nobody'],
    ['below the level', item(), queue({ skills: [french] }), [agent('a', { skills: { french: 2 } })], 'nobody'],
    ['skilled', item(), queue({ skills: [french] }), [agent('a', { skills: { french: 3 } })], 'a: idle-longest'],
    [
      'the best skilled before longer idle',
      item(),
      queue({ skills: [french, tax] }),
      [
        agent('a', { skills: { french: 3, tax: 2 }, idleSince: minutesAgo(60) }),
        agent('b', { skills: { french: 4, tax: 3 } }),
      ],
      'b: best-skilled',
    ],
    [
      'of the equally skilled the longest idle',
      item(),
      queue({ skills: [french] }),
      [agent('a', { skills: { french: 4 } }), agent('b', { skills: { french: 4 }, idleSince: minutesAgo(9) })],
      'b: idle-longest',
    ],
    [
      'who had it needs no skill',
      item({ preferred: last('a') }),
      queue({ skills: [french] }),
      [agent('a'), agent('b', { skills: { french: 5 } })],
      'a: last-agent',
    ],
    [
      'wider after its time',
      item(),
      queue({ skills: [french], rings: [{ kind: 'wider', afterSeconds: 60, lower: 1 }] }),
      [agent('a', { skills: { french: 2 } })],
      'a: idle-longest',
    ],
    [
      'not wider before',
      item(),
      queue({ skills: [french], rings: [{ kind: 'wider', afterSeconds: 61, lower: 1 }] }),
      [agent('a', { skills: { french: 2 } })],
      'nobody',
    ],
    [
      'overflows when nobody is there',
      item(),
      queue({ rings: [{ kind: 'queue', afterSeconds: 60, queueId: 'r' }] }),
      [agent('a', { load: 2 })],
      'to r: overflow',
    ],
    [
      'does not overflow to where somebody is',
      item(),
      queue({ rings: [{ kind: 'queue', afterSeconds: 60, queueId: 'r' }] }),
      [agent('a')],
      'a: idle-longest',
    ],
    [
      'does not overflow back',
      item({ overflowed: ['r'] }),
      queue({ rings: [{ kind: 'queue', afterSeconds: 60, queueId: 'r' }] }),
      [],
      'nobody',
    ],
    [
      'is counted from when it came into the queue',
      item({ waitingSince: minutesAgo(30) }),
      queue({ rings: [{ kind: 'queue', afterSeconds: 61, queueId: 'r' }] }),
      [],
      'nobody',
    ],
  ])('%s', (_name, waiting, rules, agents, expected) => {
    const decision = decideOffer(waiting, rules, agents, now);
    const told =
      decision.outcome === 'offered'
        ? `${decision.agentId}: ${decision.why.code}`
        : decision.outcome === 'overflowed'
          ? `to ${decision.queueId}: ${decision.why.code}`
          : decision.why.code;
    expect(told).toBe(expected);
  });

  it('says why and counts the others', () => {
    const agents = [
      agent('a'),
      agent('b', { presence: 'away' }),
      agent('c', { load: 2 }),
      agent('d', { idleSince: now }),
    ];
    expect(decideOffer(item(), queue(), agents, now).reason).toBe(
      'A is idle longest, for 5 min. 4 agents: 1 also available, 1 at capacity, 1 away, 1 offered',
    );
    expect(decideOffer(item({ preferred: last('d') }), queue(), [agent('d')], now).reason).toBe(
      'D had the ticket or served the customer before. 1 agent: 1 offered',
    );
    expect(
      decideOffer(
        item({ preferred: { agentId: 'd', because: 'own-agent', expected: true } }),
        queue(),
        [agent('d')],
        now,
      ).reason,
    ).toBe("D is the customer's own agent. 1 agent: 1 offered");
    expect(decideOffer(item(), queue(), agents.slice(1, 3), now, { offline: 3 }).reason).toBe(
      'Nobody is available. 5 agents: 1 at capacity, 1 away, 3 offline',
    );
    expect(decideOffer(item(), queue(), [], now).reason).toBe('Nobody is available. There are no agents');
    expect(decideOffer(item({ priority: 7 }), queue({ priorityBase: 2, ageing: 3 }), agents, now).why).toEqual({
      code: 'idle-longest',
      agentName: 'A',
      idleSeconds: 300,
      waitedSeconds: 60,
      priority: { queue: 2, ticket: 7, waiting: 3, total: 12 },
      counts: { away: 1, full: 1, available: 1 },
      agents: 4,
    });
  });

  const snapshot: fc.Arbitrary<AgentSnapshot> = fc.record({
    agentId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    name: fc.constant('Name'),
    presence: fc.constantFrom(...presenceState.options),
    idleSince: fc.nat(3).map(minutesAgo),
    load: fc.nat(3),
    capacity: fc.nat(3),
    totalLoad: fc.nat(3),
    totalCapacity: fc.constantFrom(null, 1, 2, 3),
    queueIds: fc.subarray(['q', 'r']),
    skills: fc.record({ french: fc.nat(5) }),
    reachable: fc.boolean(),
    declined: fc.boolean(),
  });
  const crew = fc.uniqueArray(snapshot, { selector: (one) => one.agentId });
  const anyItem = fc.constantFrom(last('a'), last('b', false), null).map((preferred) => item({ preferred }));
  const anyQueue = fc
    .record({ stickySeconds: fc.constantFrom(0, 600), level: fc.nat(3) })
    .map(({ level, ...over }) => queue({ ...over, skills: level > 0 ? [{ skillId: 'french', level }] : [] }));

  it('offers only to those who can take it, and waits only when nobody can or it is kept', () => {
    fc.assert(
      fc.property(anyItem, anyQueue, crew, (waiting, rules, agents) => {
        const able = agents.filter(
          (one) =>
            one.presence === 'online' &&
            one.queueIds.includes('q') &&
            one.load < one.capacity &&
            (one.totalCapacity === null || one.totalLoad < one.totalCapacity) &&
            one.reachable &&
            (one.agentId === waiting.preferred?.agentId ||
              rules.skills.every(({ level }) => (one.skills['french'] ?? 0) >= level)) &&
            !one.declined,
        );
        const decision = decideOffer(waiting, rules, agents, now);
        if (decision.outcome === 'offered') expect(able.map((one) => one.agentId)).toContain(decision.agentId);
        else if (decision.why.code === 'nobody') expect(able).toEqual([]);
        else expect(rules.stickySeconds).toBeGreaterThan(60);
        const counted = Object.values(decision.why.counts ?? {}).reduce((sum, count) => sum + count, 0);
        expect(counted + (decision.outcome === 'offered' ? 1 : 0)).toBe(agents.length);
      }),
    );
  });

  it('does not depend on the order of the agents', () => {
    fc.assert(
      fc.property(anyItem, anyQueue, crew, (waiting, rules, agents) => {
        expect(decideOffer(waiting, rules, agents.toReversed(), now)).toEqual(decideOffer(waiting, rules, agents, now));
      }),
    );
  });
});
