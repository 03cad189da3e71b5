import { useQuery } from '@tanstack/react-query';
import { ControlOutlined, HeartOutlined } from '@ant-design/icons';
import type { AccountHealth, ComponentHealth, DelayFigures } from '@patchbay/contracts';
import { duration, keys, moment, secondsSince, useNow } from '@patchbay/ui';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { errorText } from '../feedback/error-text.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import '../style/health.css';
import { MailStays } from './mail-stays.tsx';
import { PageHead } from './page-head.tsx';
import { WatchLimitsForm } from './watch-limits-form.tsx';

/** How every account and every part is doing. The browser's cache asks whether anything has changed. */
export function HealthPage() {
  const { t } = useTranslation();
  const { role } = useMe();
  const [limits, setLimits] = useState(false);
  const health = useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => api.channelHealth(signal),
    refetchInterval: 5_000,
  });
  if (health.isPending) return <Loading />;
  if (!health.data) return <Failed error={health.error} retry={() => void health.refetch()} />;
  const { accounts, components, moreMailboxes } = health.data;
  return (
    <div className="page" data-testid="health-page">
      <PageHead text={t('watch.text')}>
        {role !== 'agent' && (
          <Button icon={<ControlOutlined />} onClick={() => setLimits(true)} data-testid="watch-limits-open">
            {t('watch.limits')}
          </Button>
        )}
      </PageHead>
      <MailStays />
      <h2>{t('watch.accounts')}</h2>
      {accounts.length === 0 && <Nothing icon={<HeartOutlined />} title={t('watch.noAccounts')} />}
      <div className="health-grid">
        {accounts.map((one) => (
          <AccountCard key={`${one.channel} ${one.account}`} one={one} />
        ))}
      </div>
      <h2>{t('watch.components')}</h2>
      <div className="health-grid">
        {components.map((one) => (
          <ComponentCard key={`${one.kind} ${one.name}`} one={one} />
        ))}
      </div>
      {moreMailboxes > 0 && (
        <p className="muted small" data-testid="more-mailboxes">
          {t('watch.moreMailboxes', { count: moreMailboxes })}
        </p>
      )}
      {limits && <WatchLimitsForm close={() => setLimits(false)} />}
    </div>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

function useWords() {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const when = (at: string | null) => (at === null ? t('watch.never') : moment(at, now, i18n.language));
  const waiting = (count: number, since: string | null) =>
    since === null
      ? count
      : `${count} · ${t('watch.oldest', { age: duration(secondsSince(since, now), i18n.language) })}`;
  const delay = ({ median, p95 }: DelayFigures) =>
    median === null || p95 === null ? '–' : `${duration(median, i18n.language)} / ${duration(p95, i18n.language)}`;
  const words = (error: string) => errorText(error, i18n.resolvedLanguage);
  return { t, when, waiting, delay, words };
}

function AccountCard({ one }: { one: AccountHealth }) {
  const { t, when, waiting, delay, words } = useWords();
  const most = Math.max(1, ...one.trend);
  return (
    <article className={`health-card health-${one.state}`} data-testid="health-card" data-state={one.state}>
      <Head
        title={one.name ?? (one.account === one.channel ? '' : one.account)}
        state={one.state}
        code={one.reason.code}
        tag={<ChannelTag channel={one.channel} />}
      />
      <dl className="health-figures">
        <Figure label={t('watch.lastContact')}>{when(one.lastContactAt)}</Figure>
        <Figure label={t('watch.lastSent')}>{when(one.lastSentAt)}</Figure>
        <Figure label={t('watch.today')}>{one.contactsToday}</Figure>
        <Figure label={t('watch.quarantined')}>{one.quarantined}</Figure>
        <Figure label={t('watch.pending')}>{waiting(one.pending, one.oldestPendingAt)}</Figure>
        <Figure label={t('watch.outgoing')}>{waiting(one.outgoing, one.oldestOutgoingAt)}</Figure>
        <Figure label={t('watch.delayProvider')}>{delay(one.providerDelay)}</Figure>
        <Figure label={t('watch.delayIngest')}>{delay(one.ingestDelay)}</Figure>
        <Figure label={t('watch.lost')}>{one.failed + one.unknown}</Figure>
        {one.lastErrorAt && <Figure label={t('watch.lastError')}>{when(one.lastErrorAt)}</Figure>}
      </dl>
      {one.lastError && <p className="record-reason small">{words(one.lastError)}</p>}
      <div className="health-trend" role="img" aria-label={`${t('watch.trend')}: ${one.trend.join(', ')}`}>
        {one.trend.map((count, hour) => (
          <span key={hour} style={{ height: `${(count / most) * 100}%` }} />
        ))}
      </div>
    </article>
  );
}

interface HeadProps {
  title: string;
  state: AccountHealth['state'];
  code: AccountHealth['reason']['code'];
  tag?: ReactNode;
}

function Head({ title, state, code, tag }: HeadProps) {
  const { t } = useTranslation();
  return (
    <>
      <div className="record-head">
        {tag}
        <span className="record-title grow">{title}</span>
        <span className="health-word">{t(`watch.state.${state}`)}</span>
      </div>
      <p className="muted small">{t(`watch.reason.${code}`)}</p>
    </>
  );
}

const counts = [
  'connections',
  'accepted',
  'refused',
  'sent',
  'failed',
  'unknown',
  'waiting',
  'active',
  'delayed',
  'backlog',
  'delay',
  'noted',
  'unsent',
] as const;

/** A part of a newer hub may count what this console has no word for. */
const countOf = (name: string) => counts.find((known) => known === name) ?? 'other';

function ComponentCard({ one }: { one: ComponentHealth }) {
  const { t, when, words } = useWords();
  return (
    <article className={`health-card health-${one.state}`} data-testid="health-component" data-state={one.state}>
      <Head title={`${t(`watch.kind.${one.kind}`)} · ${one.name}`} state={one.state} code={one.reason.code} />
      <dl className="health-figures">
        {Object.entries(one.counts).map(([name, count]) => (
          <Figure key={name} label={t(`watch.count.${countOf(name)}`)}>
            {count}
          </Figure>
        ))}
        {one.lastContactAt && <Figure label={t('watch.lastContact')}>{when(one.lastContactAt)}</Figure>}
        {one.lastErrorAt && <Figure label={t('watch.lastError')}>{when(one.lastErrorAt)}</Figure>}
        {one.nextTryAt && <Figure label={t('watch.nextTry')}>{when(one.nextTryAt)}</Figure>}
      </dl>
      {one.address && <p className="muted small">{one.address}</p>}
      {one.lastError && <p className="record-reason small">{words(one.lastError)}</p>}
    </article>
  );
}
