import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem, createApi, isRetryable, keys } from '@patchbay/ui';

export const api = createApi();

/**
 * `networkMode: always` because a request that waits in silence for the network looks like loading; a failure is shown
 * and tried again when the connection is back.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const endedElsewhere = error instanceof ApiProblem && error.status === 401 && query.queryKey[0] !== keys.me[0];
      if (endedElsewhere) void queryClient.invalidateQueries({ queryKey: keys.me });
    },
  }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && isRetryable(error),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
