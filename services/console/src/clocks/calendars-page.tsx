import { CalendarOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import type { BusinessCalendar, PlanVersion } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { bilingual } from '../feedback/bilingual.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/clocks.css';
import { ApplyPlan } from './apply-plan.tsx';
import { CalendarForm } from './calendar-form.tsx';
import { hoursText } from './hours-text.ts';
import { usePlan } from './use-plan.ts';

/** When the centre works: the calendars by which time is counted. */
export function CalendarsPage() {
  const { t } = useTranslation();
  const plan = usePlan();
  const [edited, setEdited] = useState<BusinessCalendar | 'new' | null>(null);
  return (
    <div className="page" data-testid="calendars-page" data-version={plan.data?.version}>
      <PageHead text={t('calendars.text')}>
        <Button
          type="primary"
          icon={<PlusOutlined />}
          disabled={!plan.data}
          onClick={() => setEdited('new')}
          data-testid="calendar-new"
        >
          {t('calendars.add')}
        </Button>
      </PageHead>
      {plan.isPending && <Loading />}
      {plan.isError && !plan.data && <Failed error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data && (
        <>
          <div className="panel page-section">
            {plan.data.plan.calendars.map((calendar) => (
              <CalendarRow
                key={calendar.key}
                calendar={calendar}
                version={plan.data}
                edit={() => setEdited(calendar)}
              />
            ))}
          </div>
          <ApplyPlan version={plan.data.version} />
        </>
      )}
      {edited && plan.data && (
        <CalendarForm calendar={edited === 'new' ? null : edited} version={plan.data} close={() => setEdited(null)} />
      )}
    </div>
  );
}

interface CalendarRowProps {
  calendar: BusinessCalendar;
  version: PlanVersion;
  edit: () => void;
}

function CalendarRow({ calendar, version, edit }: CalendarRowProps) {
  const { t, i18n } = useTranslation();
  const { shown, other } = bilingual(i18n, calendar);
  const { plan } = version;
  const users = plan.policies.filter((policy) => policy.calendar === calendar.key);
  const isDefault = plan.defaultCalendar === calendar.key;
  return (
    <article className="record" data-testid="calendar-row" data-key={calendar.key}>
      <div className="record-head">
        <span className="record-title">
          <CalendarOutlined aria-hidden /> {shown}
        </span>
        <span className="muted small grow ellipsis">{other}</span>
        {isDefault && <Tag color="cyan">{t('calendars.default')}</Tag>}
        <Tag>{calendar.timeZone}</Tag>
      </div>
      <p className="small">
        <WeekText calendar={calendar} />
      </p>
      <p className="muted small">
        {[
          calendar.holidays && t('calendars.holidayCount', { country: placeText(calendar.holidays) }),
          calendar.days.length > 0 && t('calendars.dayCount', { count: calendar.days.length }),
          users.length > 0 &&
            t('calendars.used', { policies: users.map((policy) => bilingual(i18n, policy).shown).join(', ') }),
          calendar.key === 'configured' && version.publishedBy === null && t('calendars.fromConfig'),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <div className="record-actions">
        <Button
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('plan.editName', { name: shown })}
          data-testid="calendar-edit"
        >
          {t('plan.edit')}
        </Button>
        {!isDefault && users.length === 0 && <Remove calendar={calendar} version={version.version} name={shown} />}
      </div>
    </article>
  );
}

const placeText = ({ country, region }: NonNullable<BusinessCalendar['holidays']>): string =>
  region === null ? country : `${country}-${region}`;

function Remove({ calendar, version, name }: { calendar: BusinessCalendar; version: number; name: string }) {
  const { t } = useTranslation();
  const remove = useAction(() => api.deleteCalendar(calendar.key, version), { stale: [keys.servicePlan] });
  return (
    <Popconfirm
      title={t('plan.removeAsk', { name })}
      okText={t('plan.remove')}
      okButtonProps={{ danger: true }}
      onConfirm={() => remove.mutate(undefined)}
    >
      <Button loading={remove.isPending} data-testid="calendar-remove">
        {t('plan.remove')}
      </Button>
    </Popconfirm>
  );
}

/** The week, days that are alike together. */
function WeekText({ calendar: { intervals } }: { calendar: BusinessCalendar }) {
  const { t } = useTranslation();
  if (intervals.length === 0) return t('calendars.always');
  const groups: { first: number; last: number; hours: string }[] = [];
  for (const weekday of [1, 2, 3, 4, 5, 6, 7] as const) {
    const hours = hoursText(intervals.filter((interval) => interval.weekday === weekday));
    const group = groups.at(-1);
    if (group?.hours === hours) group.last = weekday;
    else groups.push({ first: weekday, last: weekday, hours });
  }
  const name = (day: number) => t(`calendars.weekday.d${day as 1}`);
  return groups
    .filter(({ hours }) => hours !== '')
    .map(({ first, last, hours }) => `${first === last ? name(first) : `${name(first)}–${name(last)}`} ${hours}`)
    .join(' · ');
}
