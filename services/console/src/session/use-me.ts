import { useQuery } from '@tanstack/react-query';
import type { Agent } from '@patchbay/contracts';
import { isRetryable, keys } from '@patchbay/ui';
import { createContext, use } from 'react';
import { api } from '../query-client.ts';

/** The signed-in agent as the hub knows them, or a problem: `unauthenticated` when nobody is signed in. */
export function useSession() {
  return useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => api.me(signal),
    retry: (failures, error) => failures < 2 && isRetryable(error),
  });
}

export const MeContext = createContext<Agent | null>(null);

/** The signed-in agent. Only inside `SignedIn`. */
export function useMe(): Agent {
  const me = use(MeContext);
  if (!me) throw new Error('useMe is called outside of a session');
  return me;
}
