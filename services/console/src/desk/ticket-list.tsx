import { useInfiniteQuery } from '@tanstack/react-query';
import { CheckCircleOutlined, SearchOutlined } from '@ant-design/icons';
import { channelName, type ChannelName } from '@patchbay/contracts';
import { keys, type TicketFilter } from '@patchbay/ui';
import { Button, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { useTagOptions } from '../automation/use-ticket-choices.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import '../style/automation.css';
import '../style/ticket-list.css';
import { ChannelTag } from './channel-tag.tsx';
import { goToRow } from './jumps.ts';
import { tabFilters, useTicketFilter, type Tab } from './ticket-filter.ts';
import { TicketRow } from './ticket-row.tsx';

function useTickets(filter: TicketFilter) {
  return useInfiniteQuery({
    queryKey: keys.ticketList(filter),
    queryFn: ({ pageParam, signal }) => api.tickets(filter, pageParam, 50, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function TicketList({ openId }: { openId: string | undefined }) {
  const { t } = useTranslation();
  const { tab, channel, q, tag, set, filter, address } = useTicketFilter();
  return (
    <aside className="list" aria-label={t('desk.tickets')} aria-keyshortcuts="Alt+L">
      <div className="list-head">
        <Tabs current={tab} choose={(next) => set('tab', next)} />
        <div className="row">
          <Search value={q} change={(next) => set('q', next)} />
          <ChannelFilter value={channel} change={(next) => set('channel', next ?? '')} />
        </div>
        <TagFilter value={tag} change={(next) => set('tag', next)} />
      </div>
      <TicketRows
        filter={filter}
        tab={tab}
        narrowed={Boolean(channel) || q !== '' || tag !== ''}
        openId={openId}
        address={address}
      />
    </aside>
  );
}

function TicketRows(props: {
  filter: TicketFilter;
  tab: Tab;
  narrowed: boolean;
  openId: string | undefined;
  address: string;
}) {
  const { t } = useTranslation();
  const { presence } = useMe();
  const tickets = useTickets(props.filter);
  useReturnToRow(tickets.data !== undefined);
  if (tickets.isPending) return <Loading />;
  if (!tickets.data) return <Failed error={tickets.error} retry={() => void tickets.refetch()} />;
  const items = tickets.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Nothing
        icon={<CheckCircleOutlined />}
        title={t(props.narrowed ? 'desk.noMatch' : `desk.none.${props.tab}`)}
        text={t(
          props.narrowed
            ? 'desk.noMatchText'
            : props.tab === 'mine' && presence === 'online'
              ? 'desk.noneText.mineOnline'
              : `desk.noneText.${props.tab}`,
        )}
      />
    );
  }
  return (
    <div className="list-rows">
      {items.map((ticket) => (
        <TicketRow key={ticket.id} ticket={ticket} open={ticket.id === props.openId} address={props.address} />
      ))}
      {tickets.hasNextPage && (
        <div className="more">
          <Button type="text" loading={tickets.isFetchingNextPage} onClick={() => void tickets.fetchNextPage()}>
            {t('state.more')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whoever comes back from a ticket goes on from its row. */
function useReturnToRow(ready: boolean): void {
  const { state } = useLocation() as { state: { cameFrom?: string } | null };
  const returned = useRef(false);
  const cameFrom = state?.cameFrom;
  useEffect(() => {
    if (!ready || cameFrom === undefined || returned.current) return;
    returned.current = true;
    goToRow(cameFrom);
  }, [ready, cameFrom]);
}

function Tabs({ current, choose }: { current: Tab; choose: (tab: Tab) => void }) {
  const { t } = useTranslation();
  const counts = { mine: useCount(tabFilters.mine), waiting: useCount(tabFilters.waiting), all: '' };
  return (
    <div className="tabs" role="group" aria-label={t('desk.tickets')}>
      {(['mine', 'waiting', 'all'] as const).map((tab) => (
        <button
          key={tab}
          type="button"
          className="tab"
          aria-pressed={tab === current}
          onClick={() => choose(tab)}
          data-testid={`tab-${tab}`}
        >
          {t(`desk.tab.${tab}`)}
          {counts[tab] && <span className="tab-count">{counts[tab]}</span>}
        </button>
      ))}
    </div>
  );
}

/** `12`, `50+` when there is a further page, nothing while unknown. */
function useCount(filter: TicketFilter): string {
  const { data } = useTickets(filter);
  if (!data) return '';
  const count = data.pages.reduce((sum, page) => sum + page.items.length, 0);
  return data.pages.at(-1)?.nextCursor ? `${count}+` : String(count);
}

/** Only where there are tags at all. */
function TagFilter({ value, change }: { value: string; change: (tag: string) => void }) {
  const { t } = useTranslation();
  const options = useTagOptions();
  if (options.length === 0 && value === '') return null;
  return (
    <Select
      className="tag-filter"
      size="small"
      allowClear
      showSearch
      placeholder={t('tags.all')}
      aria-label={t('tags.filter')}
      options={options}
      value={value || null}
      onChange={(next) => change(next ?? '')}
      data-testid="tag-filter"
    />
  );
}

/** Asks for what was typed once the typing rests, or its writer goes elsewhere: asked later, it would take them back from there. */
function Search({ value, change }: { value: string; change: (value: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const ask = (): void => {
    setTyped(null);
    if (typed !== null && typed !== value) change(typed);
  };
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(ask, 250);
    return () => clearTimeout(timer);
  });
  return (
    <Input
      className="grow"
      allowClear
      prefix={<SearchOutlined aria-hidden />}
      placeholder={t('desk.search')}
      aria-label={t('desk.search')}
      maxLength={200}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={ask}
      data-testid="ticket-search"
    />
  );
}

function ChannelFilter({
  value,
  change,
}: {
  value: ChannelName | undefined;
  change: (value: ChannelName | undefined) => void;
}) {
  const { t } = useTranslation();
  const options = channelName.options.map((channel) => ({ value: channel, label: <ChannelTag channel={channel} /> }));
  return (
    <Select<ChannelName>
      className="channel-filter"
      allowClear
      placeholder={t('desk.allChannels')}
      aria-label={t('desk.channelFilter')}
      options={options}
      value={value ?? null}
      onChange={(next) => change(next)}
      data-testid="channel-filter"
    />
  );
}
