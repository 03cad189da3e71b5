/** Escalation (service norm R3): rules follow the events, each carried out once for each of its causes; and what somebody escalates by hand. */
import {
  escalationRules,
  HubError,
  type EscalationAction,
  type EscalationCreate,
  type EscalationRules,
  type EventData,
  type JobData,
} from '@patchbay/contracts';
import { escalationsOf, type Escalation, type Occurrence } from '@patchbay/domain/sla/escalation';
import { moveTicket, readSetting, setTicketPriority, writeSetting } from '@patchbay/store';
import type { Queryable, RoutedEvent } from '@patchbay/store';
import { openTicketsOf, readTraits, type TraitsRow } from '@patchbay/store/queries/clocks';
import { insertEscalation, insertPage, supervisorsAmong, tellEscalated } from '@patchbay/store/queries/escalations';
import { missingQueues } from '@patchbay/store/queries/queues';
import { readTicket } from '@patchbay/store/queries/tickets';
import { hasRole, type Principal } from '../auth/principal.ts';
import { carrierAccount } from '../channels.ts';
import type { EventReader } from '../live/event-readers.ts';
import type { Parts } from '../parts.ts';
import { refuseWhileOnTheLine } from '../pipeline/assign.ts';
import { changeSetting, type ChangingCall } from '../setting-changes.ts';

const settingKey = 'escalation-rules';
/** Higher than any priority that is set by hand. */
const highestPriority = 1000;

/** As a manager has made them; none where they cannot be read. */
export async function readEscalationRules(sql: Queryable): Promise<EscalationRules> {
  const parsed = escalationRules.safeParse(await readSetting(sql, settingKey));
  return parsed.success ? parsed.data : { rules: [] };
}

/** @throws HubError `unprocessable` for a queue that is not there */
export async function writeEscalationRules(call: ChangingCall, rules: EscalationRules): Promise<EscalationRules> {
  const setting = { setting: settingKey, key: null, read: readEscalationRules } as const;
  const targets = rules.rules.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.kind === 'move' ? [action.queueId] : [])),
  );
  await changeSetting(call, setting, async (tx) => {
    if ((await missingQueues(tx, targets)).length > 0)
      throw new HubError('unprocessable', 'A queue that a rule moves to does not exist');
    await writeSetting(tx, settingKey, rules);
  });
  return rules;
}

type EscalationParts = Pick<Parts, 'db' | 'jobs' | 'relay' | 'channels' | 'config' | 'signingKey'>;

/** What is to be looked at once the transaction has ended. */
interface Aftermath {
  readonly queueIds: Set<string>;
  /** Who no longer has what was moved. */
  readonly agentIds: Set<string>;
  readonly pages: Pick<JobData<'send-outbound'>, 'outboundId' | 'channel'>[];
}

const noAftermath = (): Aftermath => ({ queueIds: new Set(), agentIds: new Set(), pages: [] });

function settle(parts: EscalationParts, { queueIds, agentIds, pages }: Aftermath): void {
  for (const queueId of queueIds) parts.jobs.add('assign-waiting', { queueId });
  for (const agentId of agentIds) parts.jobs.add('serve-agent', { agentId });
  for (const page of pages) parts.jobs.add('send-outbound', { ...page, round: 0 });
  parts.relay.nudge();
}

export function escalationReader(parts: EscalationParts): EventReader {
  let after: Aftermath | null = null;
  return {
    name: 'escalation',
    from: 'now',
    async read(tx, events) {
      after = null;
      const occurrences = await occurrencesOf(tx, events);
      if (occurrences.length === 0) return;
      const { rules } = await readEscalationRules(tx);
      if (!rules.some(({ enabled }) => enabled)) return;
      const done = noAftermath();
      const tickets = await readTraits(tx, [...new Set(occurrences.map(({ ticketId }) => ticketId))]);
      const byId = new Map(tickets.map((ticket) => [ticket.ticketId, ticket]));
      for (const { ticketId, what } of occurrences) {
        const ticket = byId.get(ticketId);
        if (!ticket || ticket.status === 'resolved' || ticket.status === 'closed') continue;
        for (const escalation of escalationsOf(rules, what, ticket))
          await carryOut(parts, tx, ticket, escalation, done);
      }
      after = done;
    },
    committed() {
      if (after) settle(parts, after);
    },
  };
}

/** What rules are asked about. An escalation's own events come this way too; a rule that was carried out is not carried out again. */
async function occurrencesOf(
  tx: Queryable,
  events: readonly RoutedEvent[],
): Promise<{ ticketId: string; what: Occurrence }[]> {
  const changed = new Set<string>();
  const clocks: { ticketId: string; what: Occurrence }[] = [];
  for (const { type, ticketId, data } of events) {
    if (ticketId === null) continue;
    if (type === 'clock.warned' || type === 'clock.breached') {
      const { clock, round } = data as EventData<'clock.warned'>;
      clocks.push({ ticketId, what: { kind: type === 'clock.warned' ? 'warning' : 'breach', clock, round } });
    } else if (/^ticket\.(?:opened|reopened|priority-changed|customer-changed|request-changed)$/.test(type))
      changed.add(ticketId);
  }
  const graded = events.flatMap(({ type, customerId }) =>
    type === 'customer.graded' && customerId ? [customerId] : [],
  );
  if (graded.length > 0) for (const id of await openTicketsOf(tx, [...new Set(graded)])) changed.add(id);
  return [...clocks, ...[...changed].map((ticketId) => ({ ticketId, what: { kind: 'traits' } as const }))];
}

async function carryOut(
  parts: EscalationParts,
  tx: Queryable,
  ticket: TraitsRow,
  { rule, cause, reason }: Escalation,
  after: Aftermath,
): Promise<void> {
  const id = await insertEscalation(tx, { ticketId: ticket.ticketId, ruleId: rule.id, cause, actorId: null });
  if (id === null) return;
  const why = `${rule.nameEn}: ${reason}`;
  const told = new Set<'owner' | 'supervisors'>();
  for (const action of rule.actions) await act(parts, tx, { ticket, action, why, id, actorId: null }, told, after);
  await tellEscalated(tx, ticket.ticketId, null, {
    rule: rule.id,
    name: rule.nameEn,
    actions: rule.actions,
    tell: [...told],
    reason: why,
  });
}

interface Deed {
  readonly ticket: TraitsRow;
  readonly action: EscalationAction;
  readonly why: string;
  readonly id: string;
  readonly actorId: string | null;
}

async function act(
  parts: EscalationParts,
  tx: Queryable,
  { ticket, action, why, id, actorId }: Deed,
  told: Set<'owner' | 'supervisors'>,
  after: Aftermath,
): Promise<void> {
  const { ticketId } = ticket;
  switch (action.kind) {
    case 'notify':
      if (action.whom !== 'supervisors') told.add('owner');
      if (action.whom !== 'owner' || ticket.assigneeId === null) told.add('supervisors');
      return;
    case 'raise-priority': {
      const priority = Math.max(ticket.priority, Math.min(ticket.priority + action.by, highestPriority));
      await setTicketPriority(tx, { ticketId, priority, actorId, reason: why });
      ticket.priority = priority;
      if (ticket.queueId) after.queueIds.add(ticket.queueId);
      return;
    }
    case 'move':
      if (await move(tx, ticket, { queueId: action.queueId, actorId, why })) {
        after.queueIds.add(action.queueId);
        if (ticket.assigneeId) after.agentIds.add(ticket.assigneeId);
      } else if (ticket.queueId !== action.queueId) told.add('supervisors');
      return;
    case 'page':
      if (!(await page(parts, tx, action, { ticketId, why, id }, after))) told.add('supervisors');
  }
}

/** False when the queue is gone, or the ticket's caller is on the line, with whoever talks to them; then somebody has to know. */
async function move(
  tx: Queryable,
  { ticketId }: TraitsRow,
  { queueId, actorId, why }: { queueId: string; actorId: string | null; why: string },
): Promise<boolean> {
  if ((await missingQueues(tx, [queueId])).length > 0) return false;
  return moveTicket(tx, { ticketId, queueId, actorId, reason: why });
}

/** A text to each supervisor's own phone, or a mail. False when there is nobody to send it to. */
async function page(
  parts: EscalationParts,
  tx: Queryable,
  { agentIds, by }: Extract<EscalationAction, { kind: 'page' }>,
  { ticketId, why, id }: { ticketId: string; why: string; id: string },
  after: Aftermath,
): Promise<boolean> {
  const ticket = await readTicket(tx, ticketId);
  const supervisors = await supervisorsAmong(tx, agentIds);
  const account = by === 'sms' ? carrierAccount(parts.config, parts.signingKey).number : 'email';
  const sender = by === 'sms' ? account : (parts.channels.get('email')?.sender ?? 'email');
  let sent = 0;
  for (const { id: agentId, phone, email } of supervisors) {
    const recipient = by === 'sms' ? phone : email;
    if (!ticket || !recipient) continue;
    const outboundId = await insertPage(tx, {
      ticketId,
      channel: by,
      channelAccount: account,
      sender,
      recipient,
      subject: `${parts.config.centreName} #${ticket.number}: ${why}`,
      text: `${parts.config.centreName} #${ticket.number}: ${why}. ${parts.config.publicUrl}/desk/${ticketId}`,
      key: `page:${id}:${agentId}`,
    });
    after.pages.push({ outboundId, channel: by });
    sent += 1;
  }
  return sent > 0;
}

/**
 * By hand. Whoever may read the ticket may; from somebody's hands only they themselves or a manager moves it.
 * @throws HubError `conflict` for a settled ticket or one whose caller is on the line, `forbidden`, `invalid_input` for a queue that is not there
 */
export async function escalateByHand(
  parts: Parts,
  ticketId: string,
  principal: Pick<Principal, 'agentId' | 'role'>,
  { reason, queueId, raiseBy }: EscalationCreate,
): Promise<void> {
  const { agentId: actorId } = principal;
  const actions: EscalationAction[] = [
    { kind: 'notify', whom: 'supervisors' },
    ...(raiseBy === undefined ? [] : [{ kind: 'raise-priority', by: raiseBy } as const]),
    ...(queueId === undefined ? [] : [{ kind: 'move', queueId } as const]),
  ];
  const after = noAftermath();
  await parts.db.transaction(async (tx) => {
    const [ticket] = await readTraits(tx, [ticketId]);
    if (!ticket || ticket.status === 'resolved' || ticket.status === 'closed')
      throw new HubError('conflict', 'The ticket is settled; open it again first');
    if (queueId !== undefined) {
      if (![null, actorId].includes(ticket.assigneeId) && !hasRole(principal, 'manager'))
        throw new HubError('forbidden', 'Only who has the ticket, or a manager, may move it');
      if ((await missingQueues(tx, [queueId])).length > 0)
        throw new HubError('invalid_input', 'queueId: no such queue');
      await refuseWhileOnTheLine(tx, ticketId);
    }
    const id = (await insertEscalation(tx, { ticketId, ruleId: null, cause: 'hand', actorId })) as string;
    const told = new Set<'owner' | 'supervisors'>();
    for (const action of actions) await act(parts, tx, { ticket, action, why: reason, id, actorId }, told, after);
    await tellEscalated(tx, ticketId, actorId, { rule: null, name: '', actions, tell: [...told], reason });
  });
  settle(parts, after);
}
