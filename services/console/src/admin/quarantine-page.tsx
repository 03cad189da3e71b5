import { DownloadOutlined, ReloadOutlined, SafetyOutlined } from '@ant-design/icons';
import type { InboxItem } from '@patchbay/contracts';
import { fullMoment, inboxRawUrl, keys, moment } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';

/** Contacts that could not be processed: why, the bytes as they came, and another try. */
export function QuarantinePage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageHead text={t('quarantine.text')} />
      <PagedList
        queryKey={keys.quarantine}
        read={(cursor, signal) => api.quarantine(cursor, signal)}
        empty={<Nothing icon={<SafetyOutlined />} title={t('quarantine.empty')} text={t('quarantine.emptyText')} />}
        row={(item) => <QuarantineRow key={item.id} item={item} />}
      />
    </div>
  );
}

function QuarantineRow({ item }: { item: InboxItem }) {
  const { t, i18n } = useTranslation();
  const replay = useAction(() => api.replay(item.id), {
    stale: [keys.quarantine, keys.tickets],
    done: t('quarantine.replayed'),
  });
  return (
    <article className="record" data-testid="quarantine-row" data-inbox-id={item.id}>
      <div className="record-head">
        <ChannelTag channel={item.channel} />
        <span className="record-title">{item.subject || t('ticket.noSubject')}</span>
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
        {t('outbox.attempts', { count: item.attempts })}
      </div>
      <p className="record-reason small">{item.reason ?? t('quarantine.noReason')}</p>
      <div className="record-actions">
        <Button
          icon={<ReloadOutlined />}
          loading={replay.isPending}
          onClick={() => replay.mutate(undefined)}
          data-testid="replay-button"
        >
          {t('quarantine.replay')}
        </Button>
        <Button icon={<DownloadOutlined />} href={inboxRawUrl(item.id)} download data-testid="raw-download">
          {t('quarantine.raw')}
        </Button>
      </div>
    </article>
  );
}
