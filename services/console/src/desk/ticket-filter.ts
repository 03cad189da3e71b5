import { channelName } from '@patchbay/contracts';
import type { TicketFilter } from '@patchbay/ui';
import { useSearchParams } from 'react-router';

export type Tab = 'mine' | 'waiting' | 'all';
const tabs: Tab[] = ['mine', 'waiting', 'all'];

/** What each tab asks for. */
export const tabFilters: Record<Tab, TicketFilter> = {
  mine: { assigneeId: 'me', status: 'open,pending' },
  waiting: { assigneeId: 'none', status: 'open' },
  all: {},
};

/** Tab, channel, tag and search live in the address, so that a reload or a shared link shows the same list. */
export function useTicketFilter() {
  const [search, setSearch] = useSearchParams();
  const tab = tabs.find((one) => one === search.get('tab')) ?? 'mine';
  const channel = channelName.safeParse(search.get('channel')).data;
  const q = search.get('q') ?? '';
  const tag = search.get('tag') ?? '';
  const set = (name: 'tab' | 'channel' | 'q' | 'tag', value: string): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const filter: TicketFilter = {
    ...tabFilters[tab],
    ...(channel ? { channel } : {}),
    ...(q ? { q } : {}),
    ...(tag ? { tag } : {}),
  };
  return { tab, channel, q, tag, set, filter, address: search.size > 0 ? `?${search.toString()}` : '' };
}
