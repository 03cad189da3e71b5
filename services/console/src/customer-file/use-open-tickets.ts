import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';

/** So many are shown and counted; who has more is rare, and the desk lists them all. */
export const openTicketsShown = 20;

/** A customer's tickets that are not settled, the latest first. */
export function useOpenTickets(customerId: string) {
  const filter = { customerId, status: 'open,pending' };
  return useQuery({
    queryKey: keys.ticketList(filter),
    queryFn: ({ signal }) => api.tickets(filter, null, openTicketsShown, signal),
  });
}
