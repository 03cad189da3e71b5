/** Which rules apply to what has happened on a ticket (service norm R3). */
import type { ClockKind, EscalationRule } from '@patchbay/contracts';
import { fits, type TicketTraits } from './policy.ts';

export type Occurrence =
  | { readonly kind: 'warning' | 'breach'; readonly clock: ClockKind; readonly round: number }
  /** The ticket's priority or its customer's grade may be others than before. */
  | { readonly kind: 'traits' };

export interface EscalatedTicket extends TicketTraits {
  readonly priority: number;
}

export interface Escalation {
  readonly rule: EscalationRule;
  /** A rule is carried out once for each of its causes on a ticket. */
  readonly cause: string;
  readonly reason: string;
}

export function escalationsOf(
  rules: readonly EscalationRule[],
  occurrence: Occurrence,
  ticket: EscalatedTicket,
): Escalation[] {
  return rules.flatMap((rule) => {
    if (!rule.enabled || fits(rule.when, ticket) === null) return [];
    const why = causeOf(rule, occurrence, ticket);
    return why ? [{ rule, ...why }] : [];
  });
}

function causeOf({ cause }: EscalationRule, occurrence: Occurrence, ticket: EscalatedTicket) {
  if (cause.kind === 'warning' || cause.kind === 'breach') {
    if (occurrence.kind !== cause.kind) return null;
    if (cause.clocks.length > 0 && !cause.clocks.includes(occurrence.clock)) return null;
    const key = `${occurrence.kind}:${occurrence.clock}:${occurrence.round}`;
    return { cause: key, reason: `${occurrence.clock} ${cause.kind === 'breach' ? 'is breached' : 'is nearly due'}` };
  }
  if (occurrence.kind !== 'traits') return null;
  if (cause.kind === 'severity')
    return ticket.priority >= cause.priority ? { cause: 'severity', reason: `priority is ${ticket.priority}` } : null;
  const { grade } = ticket;
  return grade !== null && cause.grades.includes(grade)
    ? { cause: `grade:${grade}`, reason: `grade is ${grade}` }
    : null;
}
