/** What an event means for the clocks of its ticket. */
import type { HubEvent, TicketStatus } from '@patchbay/contracts';

/** A policy of a version of the plan; null where none fits. */
export interface Choice {
  readonly version: number;
  readonly policyId: string | null;
  readonly reason: string;
}

export type TicketFact =
  /** `spoken`: its channel is one of calls, and what is said leaves no message. */
  | { readonly kind: 'opened'; readonly spoken: boolean }
  | { readonly kind: 'customer-wrote' }
  /** By a person, to the customer. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'waits' }
  | { readonly kind: 'status'; readonly status: TicketStatus }
  | { readonly kind: 'targets'; readonly choice: Choice };

export interface Surroundings {
  readonly isSpoken: (channel: string) => boolean;
  /** Messages that were passed on to somebody else, and answer nobody. */
  readonly forwards: ReadonlySet<string>;
}

/** Types of events that clocks go by. */
export const clockEvents = [
  'ticket.opened',
  'ticket.reopened',
  'ticket.queued',
  'ticket.assigned',
  'ticket.released',
  'ticket.status-changed',
  'ticket.targets-changed',
  'message.received',
  'message.created',
  'call.changed',
] as const satisfies readonly HubEvent['type'][];

/**
 * Null for an event that means nothing here. Notes, acknowledgements and automatic answers are no answer, and what is not written by the customer
 * (bounces, automatic replies) asks for none.
 */
export function factOf({ type, data }: Pick<HubEvent, 'type' | 'data'>, around: Surroundings): TicketFact | null {
  switch (type) {
    case 'ticket.opened':
      return { kind: 'opened', spoken: around.isSpoken(String(data['channel'])) };
    case 'ticket.reopened':
      return { kind: 'status', status: 'open' };
    case 'ticket.status-changed':
      return { kind: 'status', status: data['to'] as TicketStatus };
    case 'ticket.queued':
    case 'ticket.released':
      return { kind: 'waits' };
    case 'ticket.assigned':
      return { kind: 'accepted' };
    case 'ticket.targets-changed':
      return {
        kind: 'targets',
        choice: {
          version: Number(data['version']),
          policyId: (data['policy'] as string | null | undefined) ?? null,
          reason: String(data['reason']),
        },
      };
    case 'message.received':
      return data['kind'] === 'customer' ? { kind: 'customer-wrote' } : null;
    case 'message.created':
      return data['kind'] === 'agent' &&
        data['visibility'] === 'public' &&
        data['direction'] === 'out' &&
        !around.forwards.has(String(data['messageId']))
        ? { kind: 'answered' }
        : null;
    case 'call.changed':
      if (data['step'] === 'ringing') return { kind: 'customer-wrote' };
      return data['step'] === 'answered' && data['state'] === 'talking' ? { kind: 'answered' } : null;
    default:
      return null;
  }
}
