import { useQuery } from '@tanstack/react-query';
import type { Ticket } from '@patchbay/contracts';
import { ApiProblem, keys } from '@patchbay/ui';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { useLive } from './live-context.ts';

/**
 * Offers that are out to this agent. Those announced live are read one by one, because a long queue's first page need
 * not hold them; the page finds those from before the console was opened.
 */
export function useOffers(): Ticket[] {
  const { id: me } = useMe();
  const { offered } = useLive();
  const offers = useQuery({
    queryKey: keys.offers,
    queryFn: async ({ signal }) => {
      const { items } = await api.tickets({ status: 'open', assigneeId: 'none' }, null, 200, signal);
      const announced = [...offered.ids].filter((id) => items.every((item) => item.id !== id));
      const more = await Promise.all(announced.map((id) => ticketOrGone(id, signal)));
      const mine = [...items, ...more].filter((ticket): ticket is Ticket => ticket?.offer?.agentId === me);
      offered.ids = new Set(mine.map((ticket) => ticket.id));
      return mine;
    },
  });
  return offers.data ?? [];
}

async function ticketOrGone(id: string, signal: AbortSignal): Promise<Ticket | null> {
  try {
    return await api.ticket(id, signal);
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 404 || error.status === 403)) return null;
    throw error;
  }
}
