/** A day of 20,000 contacts on virtual time through the real decisions, with agents who come, go, decline and let offers pass. */
import { describe, expect, it } from 'vitest';
import type { PresenceState } from '@patchbay/contracts';
import { decideNext } from './decide-next.ts';
import { decideOffer } from './decide-offer.ts';
import { effectivePriority } from './priority.ts';
import type { AgentSnapshot, QueueRules, RoutingDecision, WaitingItem } from './snapshot.ts';

const dayMs = 24 * 3600_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const offerMs = 20_000;
const declinedForMs = 120_000;
const channels = ['phone', 'chat', 'email'] as const;
const handlingMs = { phone: 180_000, chat: 420_000, email: 300_000 };
const mostOwn = 20;
/**
 * Nobody is overtaken by what comes so much later: the most that a later item can be ahead by (the phone's base, the highest priority) at the
 * pace at which every item gains at the least, in minutes.
 */
const boundMinutes = (10 + mostOwn) / 1;

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Agent {
  id: string;
  presence: PresenceState;
  idleSince: number;
  held: Record<(typeof channels)[number], number>;
  skills: Record<string, number>;
  queueIds: string[];
}
interface Contact extends WaitingItem {
  channel: (typeof channels)[number];
  offeredTo: string | null;
  declines: Map<string, number>;
}

const capacity = { phone: 1, chat: 3, email: 4 };
const totalCapacity = 5;
const rules: QueueRules[] = [
  { queueId: 'phone', priorityBase: 10, ageing: 2, stickySeconds: 0, skills: [], rings: [] },
  {
    queueId: 'chat',
    priorityBase: 5,
    ageing: 1,
    stickySeconds: 30,
    skills: [{ skillId: 'write', level: 3 }],
    rings: [
      { kind: 'wider', afterSeconds: 120, lower: 2 },
      { kind: 'queue', afterSeconds: 900, queueId: 'email' },
    ],
  },
  { queueId: 'email', priorityBase: 0, ageing: 1, stickySeconds: 60, skills: [], rings: [] },
];
const queues = new Map(rules.map((queue) => [queue.queueId, queue]));

/** What happens in a day, as decisions with what they were made from. */
function simulate(seed: number, agentCount: number, contacts: number) {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const agents = Array.from({ length: agentCount }, (_, index): Agent => {
    const queueIds = ['phone', 'chat', 'email'].filter(() => random() < 0.8);
    return {
      id: `agent-${String(index).padStart(3, '0')}`,
      presence: 'online',
      idleSince: start,
      held: { phone: 0, chat: 0, email: 0 },
      skills: { write: 1 + Math.floor(random() * 5) },
      queueIds: queueIds.length > 0 ? queueIds : ['phone'],
    };
  });
  const byId = new Map(agents.map((agent) => [agent.id, agent]));
  const waiting = new Map<string, Contact>();
  const log: string[] = [];
  let longestWait = 0;
  let mostWaiting = 0;
  let served = 0;
  let reasons = 0;
  let declined = 0;
  let overflowed = 0;
  const codes = new Map<string, number>();

  // A binary heap of what is to come, ties in the order in which they were planned.
  const heap: { at: number; order: number; run: () => void }[] = [];
  const before = (a: number, b: number) => {
    const [x, y] = [heap[a], heap[b]];
    return x && y ? x.at < y.at || (x.at === y.at && x.order < y.order) : false;
  };
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b] as never, heap[a] as never]);
  let planned = 0;
  const plan = (at: number, run: () => void) => {
    heap.push({ at, order: (planned += 1), run });
    for (let child = heap.length - 1; child > 0 && before(child, (child - 1) >> 1); child = (child - 1) >> 1)
      swap(child, (child - 1) >> 1);
  };
  const next = () => {
    const top = heap[0];
    const last = heap.pop();
    if (heap.length > 0 && last) {
      heap[0] = last;
      for (let parent = 0; ;) {
        const [left, right] = [2 * parent + 1, 2 * parent + 2];
        let least = parent;
        if (left < heap.length && before(left, least)) least = left;
        if (right < heap.length && before(right, least)) least = right;
        if (least === parent) break;
        swap(parent, least);
        parent = least;
      }
    }
    return top;
  };

  let at = start;
  const total = ({ held }: Agent) => held.phone + held.chat + held.email;
  const seen = (agent: Agent, item: Contact): AgentSnapshot => ({
    agentId: agent.id,
    name: agent.id,
    presence: agent.presence,
    idleSince: new Date(agent.idleSince),
    load: agent.held[item.channel],
    capacity: capacity[item.channel],
    totalLoad: total(agent),
    totalCapacity,
    queueIds: agent.queueIds,
    skills: agent.skills,
    reachable: true,
    declined: (item.declines.get(agent.id) ?? 0) > at,
  });
  const refresh = (item: Contact) => {
    const preferred = item.preferred && byId.get(item.preferred.agentId);
    if (item.preferred && preferred)
      item.preferred.expected =
        ['online', 'busy', 'wrap-up'].includes(preferred.presence) &&
        preferred.queueIds.includes(item.queueId) &&
        (item.declines.get(preferred.id) ?? 0) <= at;
  };
  const open = () => [...waiting.values()].filter(({ offeredTo }) => offeredTo === null);

  /** Holds the decision to what is promised of it, independently of how it was made. */
  const check = (decision: RoutingDecision, item: Contact, agent: Agent) => {
    const { why } = decision;
    const queue = queues.get(item.queueId) as QueueRules;
    const priority = effectivePriority(item, queue, new Date(at));
    if (why.priority?.total !== priority.total) throw new Error('The reason does not have the priority');
    if (agent.presence !== 'online') throw new Error('Offered to somebody who is not there');
    if (agent.held[item.channel] > capacity[item.channel] || total(agent) > totalCapacity)
      throw new Error('Offered beyond the limits');
    if ((item.declines.get(agent.id) ?? 0) > at) throw new Error('Offered again at once');
    const asked = queue.skills.map(({ level }) => level - (why.lowered ?? 0));
    if (agent.id !== item.preferred?.agentId && asked.some((level) => (agent.skills['write'] ?? 0) < level))
      throw new Error('Offered to somebody who is not skilled enough');
    reasons += decision.reason.length > 0 ? 1 : 0;
    codes.set(why.code, (codes.get(why.code) ?? 0) + 1);
  };

  const offer = (item: Contact, agent: Agent, decision: RoutingDecision) => {
    agent.held[item.channel] += 1;
    check(decision, item, agent);
    item.offeredTo = agent.id;
    log.push(`${at} ${item.ticketId} ${agent.id} ${decision.why.code}`);
    const fate = random();
    if (fate < 0.05) plan(at + 2_000, () => withdraw(item, agent));
    else if (fate < 0.08) plan(at + offerMs, () => withdraw(item, agent));
    else plan(at + 1_000 + random() * 5_000, () => accept(item, agent));
  };
  const withdraw = (item: Contact, agent: Agent) => {
    if (item.offeredTo !== agent.id) return;
    declined += 1;
    item.offeredTo = null;
    item.declines.set(agent.id, at + declinedForMs);
    agent.held[item.channel] -= 1;
    assign(item);
    serve(agent);
  };
  const accept = (item: Contact, agent: Agent) => {
    if (item.offeredTo !== agent.id) return;
    waiting.delete(item.ticketId);
    longestWait = Math.max(longestWait, at - item.waitingSince.getTime());
    agent.idleSince = at;
    plan(at + handlingMs[item.channel] * (0.3 + 1.4 * random()), () => {
      agent.held[item.channel] -= 1;
      served += 1;
      serve(agent);
    });
  };
  const assign = (item: Contact) => {
    refresh(item);
    const queue = queues.get(item.queueId) as QueueRules;
    const crew = agents.filter(({ queueIds }) => queueIds.includes(item.queueId)).map((agent) => seen(agent, item));
    const decision = decideOffer(item, queue, crew, new Date(at));
    if (decision.outcome === 'offered') offer(item, byId.get(decision.agentId) as Agent, decision);
    if (decision.outcome === 'overflowed') {
      overflowed += 1;
      item.overflowed = [...item.overflowed, item.queueId];
      item.queueId = decision.queueId;
      item.inQueueSince = new Date(at);
      assign(item);
    }
  };
  const serve = (agent: Agent) => {
    while (agent.presence === 'online' && total(agent) < totalCapacity) {
      const items = open().filter(
        ({ queueId, channel }) => agent.queueIds.includes(queueId) && agent.held[channel] < capacity[channel],
      );
      for (const item of items) refresh(item);
      const decision = decideNext(items, queues, (item) => seen(agent, item), new Date(at));
      if (!decision) return;
      const item = waiting.get(decision.ticketId) as Contact;
      // Nobody who could be offered as much is passed over.
      const mine = decision.why.priority?.total ?? 0;
      for (const other of items) {
        const queue = queues.get(other.queueId) as QueueRules;
        if (other.preferred || queue.skills.length > 0 || (other.declines.get(agent.id) ?? 0) > at) continue;
        if (effectivePriority(other, queue, new Date(at)).total > mine)
          throw new Error('Something more urgent was passed over');
        if (item.waitingSince.getTime() - other.waitingSince.getTime() > boundMinutes * 60_000)
          throw new Error('Something was overtaken by what came long after it');
      }
      offer(item, agent, decision);
    }
  };

  for (let index = 0; index < contacts; index += 1) {
    // Busy around noon.
    const moment = start + dayMs * ((random() + random() + random()) / 3);
    const channel = pick(channels);
    const preferred =
      random() < 0.1 ? { agentId: pick(agents).id, because: 'last-agent' as const, expected: true } : null;
    const priority = Math.floor(random() ** 4 * mostOwn);
    plan(moment, () => {
      const item: Contact = {
        ticketId: String(index).padStart(5, '0'),
        queueId: channel,
        channel,
        priority,
        waitingSince: new Date(at),
        inQueueSince: new Date(at),
        preferred,
        overflowed: [],
        offeredTo: null,
        declines: new Map(),
      };
      waiting.set(item.ticketId, item);
      mostWaiting = Math.max(mostWaiting, waiting.size);
      assign(item);
    });
  }
  for (const agent of agents)
    for (let pause = 0; pause < 6; pause += 1) {
      const from = start + dayMs * random();
      plan(from, () => {
        agent.presence = pick(['away', 'busy', 'offline'] as const);
        for (const item of waiting.values()) if (item.offeredTo === agent.id) withdraw(item, agent);
      });
      plan(from + 900_000, () => {
        agent.presence = 'online';
        agent.idleSince = at;
        serve(agent);
      });
    }
  // What time alone changes (rings, what is kept, who declined) is looked at again, as the sweep does.
  for (let tick = start; tick < start + dayMs * 1.5; tick += 15_000)
    plan(tick, () => {
      for (const item of open().slice(0, 50)) if (item.offeredTo === null) assign(item);
    });

  for (let event = next(); event; event = next()) {
    ({ at } = event);
    event.run();
    for (const agent of agents)
      if (channels.some((channel) => agent.held[channel] > capacity[channel] || agent.held[channel] < 0))
        throw new Error(`${agent.id} holds more than the limit`);
  }
  return {
    offersMade: log.join('\n'),
    left: waiting.size,
    served,
    offers: log.length,
    reasons,
    declined,
    overflowed,
    mostWaiting,
    longestWaitMinutes: longestWait / 60_000,
    codes: Object.fromEntries(codes),
  };
}

describe('a simulated day', () => {
  it('serves everybody in a bounded time, within all limits, each offer with its reason', () => {
    const day = simulate(7, 32, 20_000);
    expect(day).toMatchObject({ served: 20_000, left: 0, reasons: day.offers });
    expect(day.longestWaitMinutes).toBeLessThan(2 * boundMinutes);
    expect(day.mostWaiting).toBeGreaterThan(40);
    expect(day.declined).toBeGreaterThan(500);
    expect(day.overflowed).toBeGreaterThan(0);
    for (const code of ['became-free', 'idle-longest', 'best-skilled', 'last-agent'])
      expect(day.codes[code]).toBeGreaterThan(20);
  });

  it('is the same day from the same seed, and another from another', () => {
    expect(simulate(7, 8, 2_000).offersMade).toBe(simulate(7, 8, 2_000).offersMade);
    expect(simulate(8, 8, 2_000).offersMade).not.toBe(simulate(7, 8, 2_000).offersMade);
  });
});
