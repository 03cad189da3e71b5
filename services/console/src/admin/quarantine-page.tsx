import { useQuery } from '@tanstack/react-query';
import { ReloadOutlined, SafetyOutlined, SearchOutlined } from '@ant-design/icons';
import { channelName, type ChannelName, type InboxGroup, type InboxItem } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Checkbox, Input, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { errorText } from '../feedback/error-text.ts';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/quarantine.css';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';
import { QuarantineBulk } from './quarantine-bulk.tsx';
import { QuarantineDrawer } from './quarantine-drawer.tsx';
import { GroupActions } from './quarantine-group.tsx';

type State = 'quarantined' | 'discarded';

/** What fails alike on two channels is two groups. */
const nameOf = ({ channel, key }: Pick<InboxGroup, 'channel' | 'key'>): string => `${channel} ${key}`;

/** Contacts that could not be processed: why, what fails alike, the bytes as they came, another try, or away with a reason. */
export function QuarantinePage() {
  const { t, i18n } = useTranslation();
  const [state, setState] = useState<State>('quarantined');
  const [channel, setChannel] = useState<ChannelName>();
  const [group, setGroup] = useState<string>();
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<InboxItem | null>(null);
  const groups = useQuery({
    queryKey: [...keys.quarantine, 'groups'],
    queryFn: ({ signal }) => api.inboxGroups(signal),
  });
  const shown = groups.data?.filter((one) => !channel || one.channel === channel);
  const picked = shown?.find((one) => nameOf(one) === group);
  const narrowed = picked ? { channel: picked.channel, group: picked.key } : channel && { channel };
  const filter = { state, ...narrowed, ...(q && { q }) };
  const toggle = (id: string, on: boolean) =>
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  const restart = () => setChosen(new Set());
  return (
    <div className="page">
      <PageHead text={t('quarantine.text')} />
      <div className="quarantine-tools">
        <Segmented<State>
          value={state}
          onChange={(next) => (setState(next), restart())}
          options={[
            { value: 'quarantined', label: t('quarantine.waiting') },
            { value: 'discarded', label: t('quarantine.put') },
          ]}
        />
        <Select
          allowClear
          style={{ minWidth: 150 }}
          placeholder={t('quarantine.allChannels')}
          aria-label={t('quarantine.allChannels')}
          value={channel}
          onChange={(next?: ChannelName) => (setChannel(next), restart())}
          options={channelName.options.map((value) => ({ value, label: t(`channel.${value}`) }))}
        />
        <Select
          allowClear
          style={{ flex: '1 1 220px', minWidth: 0 }}
          placeholder={t('quarantine.groups')}
          aria-label={t('quarantine.groups')}
          value={picked && nameOf(picked)}
          onChange={(next?: string) => (setGroup(next), restart())}
          options={(shown ?? []).map((one) => ({
            value: nameOf(one),
            label: `${one.count.toLocaleString(i18n.language)} × ${t(`channel.${one.channel}`)} · ${
              one.reason ? errorText(one.reason, i18n.resolvedLanguage) : t('quarantine.noReason')
            }`,
          }))}
          data-testid="quarantine-groups"
        />
        <Input.Search
          allowClear
          style={{ flex: '1 1 200px', minWidth: 0 }}
          placeholder={t('quarantine.search')}
          aria-label={t('quarantine.search')}
          searchIcon={<SearchOutlined aria-label={t('quarantine.search')} />}
          onSearch={(next) => (setQ(next), restart())}
        />
        {picked && state === 'quarantined' && (
          <GroupActions group={picked} after={() => (setGroup(undefined), restart())} />
        )}
      </div>
      <PagedList
        queryKey={[...keys.quarantine, filter]}
        read={(cursor, signal) => api.inbox(filter, cursor, signal)}
        empty={
          <Nothing
            icon={<SafetyOutlined />}
            title={t(narrowed || q ? 'quarantine.nothingFound' : 'quarantine.empty')}
          />
        }
        head={(items) => (
          <QuarantineBulk items={items} state={state} chosen={chosen} choose={(ids) => setChosen(new Set(ids))} />
        )}
        row={(item) => (
          <Row key={item.id} item={item} chosen={chosen.has(item.id)} toggle={toggle} open={() => setOpen(item)} />
        )}
      />
      <QuarantineDrawer item={open} close={() => setOpen(null)} />
    </div>
  );
}

function Discarded({ by: { at, byName, reason } }: { by: NonNullable<InboxItem['discarded']> }) {
  const { t, i18n } = useTranslation();
  const name = byName ?? t('quarantine.somebody');
  return (
    <p className="small" data-testid="quarantine-discarded">
      <time dateTime={at} title={fullMoment(at, i18n.language)}>
        {t('quarantine.discardedBy', { name, at: moment(at, Date.now(), i18n.language) })}
      </time>
      <br />
      {reason}
    </p>
  );
}

interface RowProps {
  item: InboxItem;
  chosen: boolean;
  toggle: (id: string, on: boolean) => void;
  open: () => void;
}

function Row({ item, chosen, toggle, open }: RowProps) {
  const { t, i18n } = useTranslation();
  const replay = useAction(() => api.replay(item.id), {
    stale: [keys.quarantine, keys.tickets],
    done: t('quarantine.replayed'),
  });
  const title = item.subject || t('ticket.noSubject');
  return (
    <article className="record" data-testid="quarantine-row" data-inbox-id={item.id}>
      <div className="record-head">
        <Checkbox
          checked={chosen}
          aria-label={t('quarantine.select', { name: title })}
          onChange={(event) => toggle(item.id, event.target.checked)}
        />
        <ChannelTag channel={item.channel} />
        <span className="record-title">{title}</span>
        <span className="grow" />
        <time
          className="muted small tabular"
          dateTime={item.receivedAt}
          title={fullMoment(item.receivedAt, i18n.language)}
        >
          {moment(item.receivedAt, Date.now(), i18n.language)}
        </time>
      </div>
      <div className="muted small">
        {t('quarantine.from', { from: item.from ?? t('quarantine.unknownSender') })} ·{' '}
        {item.accountName && `${item.accountName} · `}
        {t('outbox.attempts', { count: item.attempts })}
        {item.replaying && ` · ${t('quarantine.replaying')}`}
      </div>
      <p className="record-reason small">
        {item.reason ? errorText(item.reason, i18n.resolvedLanguage) : t('quarantine.noReason')}
      </p>
      {item.discarded && <Discarded by={item.discarded} />}
      <div className="record-actions">
        {item.state === 'quarantined' && (
          <Button
            icon={<ReloadOutlined />}
            loading={replay.isPending}
            onClick={() => replay.mutate(undefined)}
            data-testid="replay-button"
          >
            {t('quarantine.replay')}
          </Button>
        )}
        <Button onClick={open} data-testid="quarantine-details">
          {t('quarantine.details')}
        </Button>
      </div>
    </article>
  );
}
