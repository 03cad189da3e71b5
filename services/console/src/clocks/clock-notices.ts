import { clockKind, type Agent, type ClockKind, type HubEvent } from '@patchbay/contracts';

export interface ClockNotice {
  readonly ticketId: string;
  readonly what: 'warned' | 'breached' | 'escalated';
  /** Null for an escalation. */
  readonly clock: ClockKind | null;
  readonly reason: string;
}

/** What the owner of a ticket and the supervisors are told at once. */
export function clockNotices(events: readonly HubEvent[], me: Pick<Agent, 'id' | 'role'>): ClockNotice[] {
  return events.flatMap((event) => noticeOf(event, me) ?? []);
}

function noticeOf({ type, ticketId, agentId, actorId, data }: HubEvent, me: Pick<Agent, 'id' | 'role'>) {
  if (ticketId === null || actorId === me.id) return null;
  const owns = agentId === me.id;
  const supervises = me.role !== 'agent';
  if (type === 'clock.warned' || type === 'clock.breached') {
    const clock = clockKind.safeParse(data['clock']);
    if ((!owns && !supervises) || !clock.success) return null;
    return { ticketId, what: type === 'clock.warned' ? 'warned' : 'breached', clock: clock.data, reason: '' } as const;
  }
  if (type !== 'ticket.escalated') return null;
  const tell = Array.isArray(data['tell']) ? data['tell'] : [];
  if (!(owns && tell.includes('owner')) && !(supervises && tell.includes('supervisors'))) return null;
  return { ticketId, what: 'escalated', clock: null, reason: String(data['reason']) } as const;
}
