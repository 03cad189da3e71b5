import { channelName } from '@patchbay/contracts';
import type { TicketFilter } from '@patchbay/ui';
import { useAddressQuery, withValue } from '../address-query.ts';

export type Tab = 'mine' | 'waiting' | 'all';
const tabs: Tab[] = ['mine', 'waiting', 'all'];

/** What each tab asks for. */
export const tabFilters: Record<Tab, TicketFilter> = {
  mine: { assigneeId: 'me', status: 'open,pending' },
  waiting: { assigneeId: 'none', status: 'open', order: 'waiting' },
  all: {},
};

/** Tab, channel, tag and search live in the address, so that a reload or a shared link shows the same list. */
export function useTicketFilter() {
  const { asked, change } = useAddressQuery();
  const tab = tabs.find((one) => one === asked.get('tab')) ?? 'mine';
  const channel = channelName.safeParse(asked.get('channel')).data;
  const q = asked.get('q') ?? '';
  const tag = asked.get('tag') ?? '';
  const set = (name: 'tab' | 'channel' | 'q' | 'tag', value: string): void =>
    change(withValue(asked, name, value), { replace: true });
  const filter: TicketFilter = {
    ...tabFilters[tab],
    ...(channel ? { channel } : {}),
    ...(q ? { q } : {}),
    ...(tag ? { tag } : {}),
  };
  return { tab, channel, q, tag, set, filter, address: asked.size > 0 ? `?${asked.toString()}` : '' };
}
