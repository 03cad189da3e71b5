import type { Agent, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useGuarded } from '../grading/use-guard.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { newKey } from './new-key.ts';

type Obstacle = NonNullable<TicketDetail['callObstacle']> | 'no-phone' | 'not-online' | 'on-the-line' | 'full';

/** Why this agent cannot call the ticket's customer now; null: nothing is in the way. */
function obstacleFor(ticket: TicketDetail, me: Agent): Obstacle | null {
  const { call } = ticket;
  if (ticket.callObstacle) return ticket.callObstacle;
  if (call && call.state !== 'ended' && call.state !== 'missed') return 'on-the-line';
  if (me.phone === null) return 'no-phone';
  if (me.presence !== 'online') return 'not-online';
  const takesRoom = ticket.channel === 'phone' && ticket.assigneeId === me.id && ticket.status === 'open';
  const full = (me.load.phone ?? 0) >= (me.capacity.phone ?? 0);
  return full && !takesRoom ? 'full' : null;
}

export interface PlaceCall {
  readonly place: () => void;
  readonly pending: boolean;
  readonly obstacle: Obstacle | null;
  /** The obstacle in words; null: nothing is in the way. */
  readonly reason: string | null;
}

/** Calls the ticket's customer, after asking when somebody else is with them. Trying again is the same call until one has begun. */
export function usePlaceCall(ticket: TicketDetail): PlaceCall {
  const { t } = useTranslation();
  const me = useMe();
  const guarded = useGuarded(ticket.customerId);
  const key = useRef<string | null>(null);
  const run = useAction(() => api.placeCall(ticket.id, (key.current ??= newKey())), {
    stale: [keys.ticket(ticket.id), keys.tickets, keys.events(ticket.id), keys.me],
    after: () => (key.current = null),
  });
  const begun = ticket.call?.callSid;
  // Also when its answer was lost: the next one is another call.
  useEffect(() => {
    key.current = null;
  }, [begun]);
  const obstacle = obstacleFor(ticket, me);
  return {
    place: () => guarded('call', () => run.mutate(undefined)),
    pending: run.isPending,
    obstacle,
    reason: obstacle && t(`callObstacle.${obstacle}`),
  };
}
