import {
  CheckSquareOutlined,
  EditOutlined,
  MailOutlined,
  MergeCellsOutlined,
  PhoneOutlined,
  SafetyCertificateOutlined,
  ShoppingOutlined,
  StarOutlined,
  UserAddOutlined,
} from '@ant-design/icons';
import type { CustomField, TimelineItem } from '@patchbay/contracts';
import { clock, fullMoment, keys, moment } from '@patchbay/ui';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PagedList } from '../admin/paged-list.tsx';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { useNamed } from '../feedback/bilingual.ts';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { amountText } from './amount-text.ts';

/** Everything that happened with the customer, newest first, page by page. */
export function Timeline({ customerId, fields }: { customerId: string; fields: readonly CustomField[] }) {
  const { t } = useTranslation();
  return (
    <PagedList
      queryKey={keys.timeline(customerId)}
      read={(cursor, signal) => api.timeline(customerId, cursor, signal)}
      empty={<Nothing icon={<EditOutlined />} title={t('file.timelineEmpty')} />}
      row={(item) => <TimelineRow key={item.id} item={item} fields={fields} />}
    />
  );
}

const icons: Record<TimelineItem['type'], ReactNode> = {
  message: <MailOutlined aria-hidden />,
  call: <PhoneOutlined aria-hidden />,
  purchase: <ShoppingOutlined aria-hidden />,
  survey: <StarOutlined aria-hidden />,
  created: <UserAddOutlined aria-hidden />,
  changed: <EditOutlined aria-hidden />,
  identified: <SafetyCertificateOutlined aria-hidden />,
  merged: <MergeCellsOutlined aria-hidden />,
  task: <CheckSquareOutlined aria-hidden />,
};

function TimelineRow({ item, fields }: { item: TimelineItem; fields: readonly CustomField[] }) {
  const { t, i18n } = useTranslation();
  const named = useNamed();
  const { title, text } = wordsOf(t, item, i18n.language, (key) => {
    const field = fields.find((one) => one.key === key);
    return field ? named(field) : keyText(t, key);
  });
  return (
    <article className="timeline-row" data-testid="timeline-item" data-type={item.type}>
      <span className="timeline-icon">{icons[item.type]}</span>
      <div className="grow">
        <div className="row wrap">
          <span>{title}</span>
          {item.type === 'message' && <ChannelTag channel={item.channel} />}
          {(item.type === 'message' || item.type === 'call') && (
            <Link className="small" to={`/desk/${item.ticketId}`}>
              {t('file.ticket', { number: `#${item.ticketNumber}` })}
            </Link>
          )}
        </div>
        {text && <div className="muted small timeline-text">{text}</div>}
      </div>
      <time className="muted small tabular" dateTime={item.at} title={fullMoment(item.at, i18n.language)}>
        {moment(item.at, Date.now(), i18n.language)}
        {item.by && <span className="timeline-by">{item.by}</span>}
      </time>
    </article>
  );
}

function keyText(t: TFunction, key: string): string {
  switch (key) {
    case 'displayName':
    case 'organisations':
    case 'relations':
    case 'identifiers':
      return t(`timelineItem.${key}`);
    default:
      return key;
  }
}

function wordsOf(
  t: TFunction,
  item: TimelineItem,
  language: string,
  nameOf: (key: string) => string,
): { title: string; text: string } {
  switch (item.type) {
    case 'message':
      return {
        title: t(
          item.visibility === 'internal'
            ? 'timelineItem.note'
            : item.direction === 'in'
              ? 'timelineItem.messageIn'
              : 'timelineItem.messageOut',
        ),
        text: [item.subject, item.preview].filter(Boolean).join(' – '),
      };
    case 'call':
      return { title: t('timelineItem.call'), text: item.durationSeconds === null ? '' : clock(item.durationSeconds) };
    case 'purchase':
      return {
        title: t('timelineItem.purchase', { number: item.externalId }),
        text: `${amountText(item.amountMinor, item.currency, language)} · ${t(`purchaseState.${item.state}`)} · ${item.source}`,
      };
    case 'survey':
      return {
        title: t('timelineItem.survey', { score: item.score }),
        text: [item.ticketNumber === null ? '' : t('file.ticket', { number: `#${item.ticketNumber}` }), item.source]
          .filter(Boolean)
          .join(' · '),
      };
    case 'created':
      return { title: t('timelineItem.created'), text: item.reason };
    case 'changed':
      return {
        title: t('timelineItem.changed', { fields: item.fields.map(nameOf).join(', ') }),
        text: sourceText(t, item.source),
      };
    case 'identified':
      return { title: t('timelineItem.identified'), text: item.kind };
    case 'merged':
      return { title: t(item.undone ? 'timelineItem.unmerged' : 'timelineItem.merged'), text: '' };
    case 'task': {
      const key = {
        created: 'timelineItem.taskCreated',
        done: 'timelineItem.taskDone',
        skipped: 'timelineItem.taskSkipped',
      } as const;
      return {
        title: t(key[item.step], { kind: t(`taskKind.${item.kind}`) }),
        text: item.cause === 'review-due' ? '' : item.cause,
      };
    }
  }
}

function sourceText(t: TFunction, source: string): string {
  return source === 'agent' || source === 'import' || source === 'form' || source === 'api'
    ? t(`fieldSource.${source}`)
    : source;
}
