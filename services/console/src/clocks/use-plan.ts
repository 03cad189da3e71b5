import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';

/** The newest version of service targets and calendars. */
export function usePlan() {
  return useQuery({ queryKey: keys.servicePlan, queryFn: ({ signal }) => api.servicePlan(signal) });
}
