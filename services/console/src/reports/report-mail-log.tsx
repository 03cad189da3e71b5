import { MailOutlined } from '@ant-design/icons';
import type { ReportMail } from '@patchbay/contracts';
import { keys, momentIn } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { errorText } from '../feedback/error-text.ts';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useAgents } from '../queues/use-lists.ts';
import { api } from '../query-client.ts';

const colours = {
  queued: 'default',
  sending: 'processing',
  sent: 'success',
  failed: 'error',
  unknown: 'warning',
} as const;
/** No event tells of mails. Milliseconds. */
const refreshMs = 3_000;

/** What became of the mails of a report. */
export function ReportMailLog({ reportId, timeZone }: { reportId: string; timeZone: string }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('report.mail.log')} className="report-mail-log">
      <h3>{t('report.mail.log')}</h3>
      <p className="muted small">{t('report.mail.logHelp')}</p>
      <PagedList
        queryKey={keys.reportMails(reportId)}
        read={(cursor, signal) => api.reportMails(reportId, cursor, signal)}
        empty={<Nothing icon={<MailOutlined />} title={t('report.mail.none')} />}
        refreshMs={refreshMs}
        row={(mail) => <MailRow key={mail.id} mail={mail} timeZone={timeZone} />}
      />
    </section>
  );
}

function MailRow({ mail, timeZone }: { mail: ReportMail; timeZone: string }) {
  const { t, i18n } = useTranslation();
  const agents = useAgents();
  const retry = useAction(() => api.retryReportMail(mail.id), { stale: [keys.reportSchedules] });
  const moment = (at: string) => momentIn(at, timeZone, i18n.language);
  const name = agents.find(({ id }) => id === mail.agentId)?.name;
  const mayRetry = (mail.state === 'failed' || mail.state === 'unknown') && mail.address !== '';
  const button = (onClick?: () => void) => (
    <Button
      size="small"
      loading={retry.isPending}
      onClick={onClick}
      aria-label={t('report.mail.retryName', { address: mail.address })}
      data-testid="mail-retry"
    >
      {t('report.mail.retry')}
    </Button>
  );
  return (
    <article className="record" data-testid="mail-row" data-state={mail.state}>
      <div className="record-head">
        <span className="record-title grow">{[name, mail.address].filter(Boolean).join(' · ')}</span>
        <Tag color={colours[mail.state]}>{t(`report.mail.state.${mail.state}`)}</Tag>
      </div>
      <p className="muted small tabular">
        <time dateTime={mail.dueAt}>{moment(mail.dueAt)}</time> ·{' '}
        {t(mail.askedBy === null ? 'report.mail.bySchedule' : 'report.mail.byPerson')}
        {mail.nextTryAt && mail.attempts > 0 && ` · ${t('report.mail.again', { at: moment(mail.nextTryAt) })}`}
      </p>
      {mail.error && <p className="small">{errorText(mail.error, i18n.resolvedLanguage)}</p>}
      {mayRetry && (
        <div className="record-actions">
          {mail.state === 'failed' ? (
            button(() => retry.mutate(undefined))
          ) : (
            <Popconfirm title={t('report.mail.retryAsk')} onConfirm={() => retry.mutate(undefined)}>
              {button()}
            </Popconfirm>
          )}
        </div>
      )}
    </article>
  );
}
