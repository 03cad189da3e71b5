import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';

/** Agents by id, for what carries only the id. */
export function useAgentNames(): (id: string) => string | undefined {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal), staleTime: 300_000 });
  return (id) => data?.find((agent) => agent.id === id)?.name;
}
