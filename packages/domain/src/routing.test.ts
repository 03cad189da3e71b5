import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presenceState } from '@patchbay/contracts';
import { decideOffer, orderWaiting } from './routing.ts';
import type { AgentSnapshot, WaitingItem } from './routing.ts';

const now = new Date('2026-03-02T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const agent = (agentId: string, over: Partial<AgentSnapshot> = {}): AgentSnapshot => ({
  agentId,
  name: agentId.toUpperCase(),
  presence: 'online',
  idleSince: minutesAgo(5),
  load: 0,
  capacity: 2,
  queueIds: ['q'],
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
  preferredAgentId: null,
  ...over,
});

describe('decideOffer', () => {
  it.each<[string, WaitingItem, AgentSnapshot[], string | null]>([
    ['no agents', item(), [], null],
    ['longest idle', item(), [agent('a'), agent('b', { idleSince: minutesAgo(9) })], 'b'],
    ['ties by id', item(), [agent('b'), agent('a')], 'a'],
    [
      'preferred before longer idle',
      item({ preferredAgentId: 'a' }),
      [agent('a', { idleSince: now }), agent('b')],
      'a',
    ],
    ['preferred but away', item({ preferredAgentId: 'a' }), [agent('a', { presence: 'away' }), agent('b')], 'b'],
    ['preferred but declined', item({ preferredAgentId: 'a' }), [agent('a', { declined: true }), agent('b')], 'b'],
    ['another queue', item(), [agent('a', { queueIds: ['other'] })], null],
    ['at capacity', item(), [agent('a', { load: 2 })], null],
    ['over capacity', item(), [agent('a', { load: 3 })], null],
    ['no phone', item({ channel: 'phone' }), [agent('a', { reachable: false })], null],
    ['declined', item(), [agent('a', { declined: true })], null],
    ['wrap-up', item(), [agent('a', { presence: 'wrap-up' })], null],
    ['busy', item(), [agent('a', { presence: 'busy' })], null],
    ['offline', item(), [agent('a', { presence: 'offline' })], null],
  ])('%s', (_name, waiting, agents, expected) => {
    const decision = decideOffer(waiting, agents, now);
    expect(decision.outcome === 'offered' ? decision.agentId : null).toBe(expected);
  });

  it('says why and counts the others', () => {
    const agents = [
      agent('a'),
      agent('b', { presence: 'away' }),
      agent('c', { load: 2 }),
      agent('d', { idleSince: now }),
    ];
    expect(decideOffer(item(), agents, now).reason).toBe(
      'A is idle longest, for 5 min. 4 agents: 1 also available, 1 at capacity, 1 away, 1 offered',
    );
    expect(decideOffer(item({ preferredAgentId: 'd' }), [agent('d')], now).reason).toBe(
      'D had the ticket before. 1 agent: 1 offered',
    );
    expect(decideOffer(item(), agents.slice(1, 3), now).reason).toBe(
      'Nobody is available. 2 agents: 1 at capacity, 1 away',
    );
    expect(decideOffer(item(), [], now).reason).toBe('Nobody is available. There are no agents');
  });

  const snapshot: fc.Arbitrary<AgentSnapshot> = fc.record({
    agentId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    name: fc.constant('Name'),
    presence: fc.constantFrom(...presenceState.options),
    idleSince: fc.nat(3).map(minutesAgo),
    load: fc.nat(3),
    capacity: fc.nat(3),
    queueIds: fc.subarray(['q', 'r']),
    reachable: fc.boolean(),
    declined: fc.boolean(),
  });
  const team = fc.uniqueArray(snapshot, { selector: (one) => one.agentId });
  const anyItem = fc.record({ preferredAgentId: fc.constantFrom('a', 'b', null) }).map(item);

  it('offers only to those who can take it, and waits only when nobody can', () => {
    fc.assert(
      fc.property(anyItem, team, (waiting, agents) => {
        const able = agents.filter(
          (one) =>
            one.presence === 'online' &&
            one.queueIds.includes('q') &&
            one.load < one.capacity &&
            one.reachable &&
            !one.declined,
        );
        const decision = decideOffer(waiting, agents, now);
        if (decision.outcome === 'waiting') expect(able).toEqual([]);
        else expect(able.map((one) => one.agentId)).toContain(decision.agentId);
      }),
    );
  });

  it('does not depend on the order of the agents', () => {
    fc.assert(
      fc.property(anyItem, team, (waiting, agents) => {
        expect(decideOffer(waiting, agents.toReversed(), now)).toEqual(decideOffer(waiting, agents, now));
      }),
    );
  });
});

describe('orderWaiting', () => {
  it('serves urgent before old before the rest', () => {
    const items = [
      item({ ticketId: 'd' }),
      item({ ticketId: 'c' }),
      item({ ticketId: 'b', waitingSince: minutesAgo(9) }),
      item({ ticketId: 'a', priority: 1, waitingSince: now }),
    ];
    expect(orderWaiting(items).map((one) => one.ticketId)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not depend on the order given and keeps every item', () => {
    const one = fc
      .record({ ticketId: fc.uuid(), priority: fc.nat(2), waitingSince: fc.nat(3).map(minutesAgo) })
      .map(item);
    const list = fc.uniqueArray(one, { selector: (waiting) => waiting.ticketId });
    fc.assert(
      fc.property(list, (items) => {
        expect(orderWaiting(items.toReversed())).toEqual(orderWaiting(items));
        expect(new Set(orderWaiting(items))).toEqual(new Set(items));
      }),
    );
  });
});
