import type { ReportSchedule } from '@patchbay/contracts';
import { momentIn } from '@patchbay/ui';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { timesText } from './schedule-words.ts';

/** When a report is mailed, and whether the last time reached everybody. */
export function ScheduleLine({ schedule, timeZone }: { schedule: ReportSchedule; timeZone: string }) {
  const { t, i18n } = useTranslation();
  const { times, nextAt, undelivered } = schedule;
  return (
    <p className="muted small" data-testid="schedule-line">
      {nextAt === null
        ? t('report.mail.off')
        : `${t(`report.mail.at.${times.every}`, timesText(times, i18n.language))} · ${t('report.mail.next', { at: momentIn(nextAt, timeZone, i18n.language) })}`}{' '}
      {undelivered > 0 && <Tag color="error">{t('report.mail.undelivered', { count: undelivered })}</Tag>}
    </p>
  );
}
