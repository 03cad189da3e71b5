import { DownloadOutlined, SendOutlined } from '@ant-design/icons';
import type { OutboxItem } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { DeliveryMark } from '../desk/delivery-mark.tsx';
import { subjectText } from '../desk/given-names.ts';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { FailedReplies, useFailedReplies } from './failed-replies.tsx';
import { MailStays } from './mail-stays.tsx';
import { OutboxDecision } from './outbox-decision.tsx';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';

/** No event tells of a try that is repeated. Milliseconds. */
const TRIES = 30_000;
const filters = ['all', 'undelivered', 'failed', 'partly', 'unknown'] as const;

/** What was sent or waits to be sent, with how far it has come. */
export function OutboxPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<(typeof filters)[number]>('all');
  const status = filter === 'all' ? undefined : filter;
  const failed = useFailedReplies().data ?? [];
  const unsent = filter === 'all' || filter === 'undelivered' ? failed : [];
  return (
    <div className="page">
      <PageHead text={t('outbox.text')} />
      <MailStays />
      <div className="tabs" role="group" aria-label={t('outbox.filter')}>
        {filters.map((one) => (
          <button
            key={one}
            type="button"
            className="tab"
            aria-pressed={filter === one}
            onClick={() => setFilter(one)}
            data-testid={`outbox-filter-${one}`}
          >
            {t(`outbox.filters.${one}`)}
          </button>
        ))}
      </div>
      <FailedReplies replies={unsent} />
      <PagedList
        key={filter}
        queryKey={[...keys.outbox, filter]}
        read={(cursor, signal) => api.outbox(status, cursor, signal)}
        refreshMs={TRIES}
        empty={
          unsent.length === 0 && (
            <Nothing
              icon={<SendOutlined />}
              title={t(`outbox.empty.${filter}`)}
              text={t(`outbox.emptyText.${filter}`)}
            />
          )
        }
        row={(item) => <OutboxRow key={item.id} item={item} />}
      />
    </div>
  );
}

function OutboxRow({ item }: { item: OutboxItem }) {
  const { t, i18n } = useTranslation();
  return (
    <article className="record" data-testid="outbox-row" data-status={item.status} data-message-id={item.messageId}>
      <div className="record-head">
        <ChannelTag channel={item.channel} />
        {item.channel === 'chat' ? (
          <Link className="record-title" to={`/desk/${item.ticketId}`}>
            {t('outbox.chatVisitor')}
          </Link>
        ) : (
          <span className="record-title">{item.to}</span>
        )}
        <span className="grow" />
        <time
          className="muted small tabular"
          dateTime={item.createdAt}
          title={fullMoment(item.createdAt, i18n.language)}
        >
          {moment(item.createdAt, Date.now(), i18n.language)}
        </time>
      </div>
      {item.subject && <p className="outbox-subject">{subjectText(t, item.subject)}</p>}
      <p className="muted ellipsis">{item.preview}</p>
      <div className="record-actions row wrap">
        <DeliveryMark status={item.status} error={item.error} waiting={item.waiting} />
        {item.attempts > 1 && !item.waiting && (
          <span className="muted small">{t('outbox.attempts', { count: item.attempts })}</span>
        )}
        <span className="grow" />
        <Link to={`/desk/${item.ticketId}`}>{t('outbox.ticket', { number: item.ticketNumber })}</Link>
        <OutboxDecision item={item} />
        {item.rawUrl && (
          <a href={item.rawUrl} download data-testid="outbox-raw">
            <DownloadOutlined aria-hidden /> {t('outbox.raw')}
          </a>
        )}
      </div>
    </article>
  );
}
