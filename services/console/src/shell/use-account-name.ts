import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

/** What an account is called. A source is known by its name to whoever may read it, to others by the beginning of its number. */
export function useAccountName(): (account: string) => string {
  const { role } = useMe();
  const sources = useQuery({
    queryKey: keys.httpSources,
    queryFn: ({ signal }) => api.httpSources(signal),
    enabled: role === 'admin',
    staleTime: 300_000,
  });
  return (account) => {
    const [, id] = /^http:([0-9a-f]{8}-[0-9a-f-]{27})$/.exec(account) ?? [];
    if (id === undefined) return account;
    return sources.data?.find((source) => source.id === id)?.name ?? id.slice(0, 8);
  };
}
