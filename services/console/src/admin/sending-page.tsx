import { useQuery } from '@tanstack/react-query';
import { EditOutlined, PlusOutlined, SendOutlined } from '@ant-design/icons';
import type { ChannelName, SendingLimit } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Button, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { MessagingForm } from './messaging-form.tsx';
import { PageHead } from './page-head.tsx';
import { SendingLimitForm } from './sending-limit-form.tsx';

/** How fast each account may be used, and what text messages are answered by themselves. */
export function SendingPage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageHead text={t('sending.text')} />
      <Limits />
      <MessagingForm />
    </div>
  );
}

/** What is limited, and what could be: an account that has been used is listed without anybody setting it up. */
function useAccounts() {
  const limits = useQuery({
    queryKey: keys.sendingLimits,
    queryFn: ({ signal }) => api.sendingLimits(signal),
    refetchInterval: 15_000,
  });
  const health = useQuery({ queryKey: keys.health, queryFn: ({ signal }) => api.channelHealth(signal) });
  const limited = limits.data ?? [];
  const known = (channel: ChannelName, account: string) =>
    limited.some((one) => one.channel === channel && one.account === account);
  const others = (health.data?.accounts ?? [])
    .filter(({ channel, account }) => channel !== 'chat' && channel !== 'phone' && !known(channel, account))
    .map(({ channel, account }) => ({ channel, account, perSecond: null, burst: 1, pausedUntil: null }));
  return { limits, accounts: [...limited, ...others] };
}

function Limits() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<SendingLimit | 'new' | null>(null);
  const { limits, accounts } = useAccounts();
  return (
    <section className="page-section">
      <h2>{t('sending.limits')}</h2>
      <p className="muted small">{t('sending.limitsText')}</p>
      {limits.isPending && <Loading />}
      {limits.isError && !limits.data && <Failed error={limits.error} retry={() => void limits.refetch()} />}
      {limits.data && (
        <div className="panel">
          {accounts.length === 0 && (
            <Nothing icon={<SendOutlined />} title={t('watch.noAccounts')} text={t('sending.noAccountsText')} />
          )}
          {accounts.map((one) => (
            <LimitRow key={`${one.channel} ${one.account}`} one={one} edit={() => setEdited(one)} />
          ))}
          <div className="record">
            <Button
              icon={<PlusOutlined />}
              onClick={() => setEdited('new')}
              data-testid="limit-new"
              style={{ justifySelf: 'start' }}
            >
              {t('sending.add')}
            </Button>
          </div>
        </div>
      )}
      {edited && <SendingLimitForm limit={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </section>
  );
}

function LimitRow({ one, edit }: { one: SendingLimit; edit: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <article className="record" data-testid="limit-row" data-account={one.account}>
      <div className="record-head">
        <ChannelTag channel={one.channel} />
        <span className="record-title">{one.account}</span>
        <span className="grow" />
        {one.pausedUntil && (
          <Tag color="orange">{t('sending.paused', { at: fullMoment(one.pausedUntil, i18n.language) })}</Tag>
        )}
        <span className={one.perSecond === null ? 'muted small' : 'small tabular'}>
          {one.perSecond === null
            ? t('sending.noLimit')
            : t('sending.rate', { rate: rateText(one.perSecond, i18n.language), burst: one.burst })}
        </span>
        <Button
          size="small"
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('sending.changeOf', { name: one.account })}
          data-testid="limit-edit"
        >
          {t('sending.change')}
        </Button>
      </div>
    </article>
  );
}

const rateText = (rate: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(rate);
