/** The router's second part: which agent is offered which ticket. Decisions are pure; each holds only if its claim finds it still true. */
import { decideNext, decideOffer, openRings, orderWaiting } from '@patchbay/domain';
import type { AgentSnapshot } from '@patchbay/domain';
import {
  agentsFor,
  offerTicket,
  overflowTicket,
  readAgentAtWork,
  readQueueRules,
  waitingTickets,
} from '@patchbay/store';
import type { AgentRow, QueueAgents, QueueRulesRow, WaitingTicket } from '@patchbay/store';
import { readHours } from '../opening-hours.ts';
import type { Parts } from '../parts.ts';

/** Waiting tickets of a channel looked at in one round; the next offer or the sweep goes on from there. */
const roundSize = 50;
/** Of each channel of each queue, for one agent who has become free. */
const servedSize = 20;

/** Handles the job `assign-waiting`: offers what waits in a queue, most urgent first, or lets it overflow. */
export async function assignWaiting(parts: Parts, { queueId }: { queueId: string }): Promise<void> {
  const [waiting, rules] = await Promise.all([
    waitingTickets(parts.db.sql, [queueId], roundSize),
    readQueueRules(parts.db.sql, [queueId]),
  ]);
  const known = rules.get(queueId);
  if (!known || waiting.length === 0) return;
  const queue = await whereItOverflows(parts, known);
  const crew = crewOf(parts, queue, waiting);
  const overflowedTo = new Set<string>();
  let changed = false;
  for (const item of orderWaiting(waiting, rules, parts.now())) {
    const outcome = await offerOne(parts, item, queue, crew);
    changed ||= outcome !== null;
    if (outcome !== null && outcome !== 'offered') overflowedTo.add(outcome);
  }
  if (changed) parts.relay.nudge();
  for (const next of overflowedTo) parts.jobs.add('assign-waiting', { queueId: next });
}

/** With the overflow that there is at this hour. */
async function whereItOverflows(parts: Parts, queue: QueueRulesRow): Promise<QueueRulesRow> {
  if (!queue.rings.some(({ kind }) => kind === 'queue')) return queue;
  const hours = await readHours(parts.db);
  const now = parts.now();
  return openRings(queue, (id) => hours.ofQueue(id).isOpen(now));
}

interface Crew {
  read(): Promise<QueueAgents>;
  /** An agent has one more item of the channel. */
  gave(agentId: string, item: WaitingTicket): void;
  /** Somebody else changed something: it is read again for the next decision. */
  forget(): void;
}

/** The queue's agents as they stand, read once and kept up with what is offered here. */
function crewOf(parts: Parts, queue: QueueRulesRow, waiting: readonly WaitingTicket[]): Crew {
  const channels = [...new Set(waiting.map(({ channel }) => channel))];
  let known: QueueAgents | undefined;
  return {
    read: async () => (known ??= await agentsFor(parts.db.sql, queue.queueId, channels, waiting)),
    gave(agentId, { channel }) {
      const agent = known?.agents.find((one) => one.agentId === agentId);
      if (agent) gaveTo(agent, channel);
    },
    forget: () => (known = undefined),
  };
}

function gaveTo(agent: AgentRow, channel: WaitingTicket['channel']): void {
  agent.load[channel] = (agent.load[channel] ?? 0) + 1;
  agent.totalLoad += 1;
}

/** `offered`, the queue that it went on to, or null. */
async function offerOne(parts: Parts, item: WaitingTicket, queue: QueueRulesRow, crew: Crew): Promise<string | null> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { agents, rest } = await crew.read();
    const seen = agents.map((agent) => snapshotOf(parts, item, agent));
    const decision = decideOffer(item, queue, seen, parts.now(), rest);
    const { ticketId, reason, why } = decision;
    if (decision.outcome === 'waiting') return null;
    if (decision.outcome === 'overflowed') {
      const { queueId } = decision;
      return (await overflowTicket(parts.db.sql, { ticketId, queueId, reason, why })) ? queueId : null;
    }
    const { agentId } = decision;
    if (await offerTicket(parts.db.sql, { ticketId, agentId, seconds: offerSeconds(parts, queue), reason, why })) {
      crew.gave(agentId, item);
      return 'offered';
    }
    crew.forget();
  }
  return null;
}

const offerSeconds = (parts: Parts, queue: QueueRulesRow): number => queue.offerSeconds ?? parts.config.offerSeconds;

/** Handles the job `serve-agent`: who has become free is offered what comes first in all their queues, until they are full. */
export async function serveAgent(parts: Parts, { agentId }: { agentId: string }): Promise<void> {
  let offered = false;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const agent = await readAgentAtWork(parts.db.sql, agentId, []);
    if (agent?.presence !== 'online') break;
    const waiting = await waitingTickets(parts.db.sql, agent.queueIds, servedSize, channelsWithRoom(agent));
    if (waiting.length === 0) break;
    const outcome = await serveOnce(parts, agent, waiting);
    offered ||= outcome.offered;
    if (!outcome.conflict) break;
  }
  if (offered) parts.relay.nudge();
}

/** Offers from this look as much as the agent can have; a conflict means that something was taken meanwhile. */
async function serveOnce(parts: Parts, { agentId }: AgentRow, waiting: WaitingTicket[]) {
  const ids = waiting.map(({ ticketId }) => ticketId);
  const agent = await readAgentAtWork(parts.db.sql, agentId, ids);
  const rules = await readQueueRules(parts.db.sql, [...new Set(waiting.map(({ queueId }) => queueId))]);
  let left = waiting;
  let offered = false;
  while (agent) {
    const decision = decideNext(left, rules, (item) => snapshotOf(parts, item, agent), parts.now());
    const item = left.find(({ ticketId }) => ticketId === decision?.ticketId);
    const queue = item && rules.get(item.queueId);
    if (!decision || !item || !queue) break;
    const { ticketId, reason, why } = decision;
    const seconds = offerSeconds(parts, queue);
    if (!(await offerTicket(parts.db.sql, { ticketId, agentId, seconds, reason, why })))
      return { offered, conflict: true };
    gaveTo(agent, item.channel);
    left = left.filter((one) => one !== item);
    offered = true;
  }
  return { offered, conflict: false };
}

function channelsWithRoom({ load, capacity }: AgentRow): string[] {
  return Object.entries(capacity).flatMap(([channel, most]) =>
    (load[channel as keyof typeof load] ?? 0) < most ? [channel] : [],
  );
}

/** An agent without a phone cannot be connected to a caller. */
function snapshotOf(
  parts: Parts,
  item: WaitingTicket,
  { declined, load, capacity, ...agent }: AgentRow,
): AgentSnapshot {
  return {
    ...agent,
    load: load[item.channel] ?? 0,
    capacity: capacity[item.channel] ?? 0,
    declined: declined.includes(item.ticketId),
    reachable: agent.hasPhone || parts.channels.get(item.channel)?.calls === undefined,
  };
}
