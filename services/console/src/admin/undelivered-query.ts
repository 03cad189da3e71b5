import { queryOptions } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';

/** What of one's own waits for a decision; the newest of it. */
export const undeliveredQuery = queryOptions({
  queryKey: [...keys.outbox, 'undelivered', 'count'],
  queryFn: ({ signal }) => api.outbox('undelivered', null, signal),
});
