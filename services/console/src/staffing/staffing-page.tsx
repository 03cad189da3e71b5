import { useQuery } from '@tanstack/react-query';
import { DownloadOutlined, LeftOutlined, LineChartOutlined, RightOutlined } from '@ant-design/icons';
import type { Staffing } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import '../style/staffing.css';
import { AskForm } from './ask-form.tsx';
import { addDays, csvAddress, startingAsk, type Ask } from './ask.ts';
import { IntervalTable } from './interval-table.tsx';
import { VolumeChart } from './volume-chart.tsx';

/** How many contacts a week will bring, how sure that is, and how many agents it needs. */
export function StaffingPage() {
  const { t, i18n } = useTranslation();
  const [ask, setAsk] = useState<Ask>(startingAsk);
  const found = useQuery({
    queryKey: keys.staffing(ask),
    queryFn: ({ signal }) => api.staffing(ask, signal),
    placeholderData: (before) => before,
  });
  const move = (days: number) => setAsk({ ...ask, week: addDays(found.data?.from ?? ask.week, days) });
  return (
    <div className="page" data-testid="staffing-page">
      <PageHead text={t('staffing.text')}>
        <Button icon={<LeftOutlined />} onClick={() => move(-7)} aria-label={t('staffing.before')} />
        <span className="tabular" data-testid="staffing-week">
          {found.data ? `${found.data.from} – ${found.data.to}` : ask.week}
        </span>
        <Button
          icon={<RightOutlined />}
          onClick={() => move(7)}
          aria-label={t('staffing.after')}
          data-testid="week-after"
        />
        <Button icon={<DownloadOutlined />} href={csvAddress(ask, i18n.resolvedLanguage)} data-testid="staffing-csv">
          {t('staffing.export')}
        </Button>
      </PageHead>
      <AskForm ask={ask} change={setAsk} planned={found.isPlaceholderData ? null : (found.data ?? null)} />
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && !found.isError && <Plan plan={found.data} patience={ask.patienceSeconds !== undefined} />}
    </div>
  );
}

function Plan({ plan, patience }: { plan: Staffing; patience: boolean }) {
  const { t } = useTranslation();
  const days = [...new Set(plan.rows.map(({ day }) => day))];
  const [chosen, setChosen] = useState(0);
  const day = days[chosen] ?? plan.from;
  const quiet = plan.rows.every(({ forecast, actual }) => forecast === 0 && !actual);
  return (
    <>
      <Trust plan={plan} patience={patience} />
      {quiet ? (
        <Nothing icon={<LineChartOutlined />} title={t('staffing.quiet')} />
      ) : (
        <>
          <VolumeChart plan={plan} />
          <DayChoice days={days} chosen={chosen} choose={setChosen} />
          <IntervalTable rows={plan.rows.filter((row) => row.day === day)} timeZone={plan.timeZone} />
        </>
      )}
    </>
  );
}

interface DayChoiceProps {
  days: readonly string[];
  chosen: number;
  choose: (index: number) => void;
}

function DayChoice({ days, chosen, choose }: DayChoiceProps) {
  const { t, i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' });
  return (
    <Segmented
      className="staffing-days"
      aria-label={t('staffing.day')}
      value={chosen}
      onChange={choose}
      options={days.map((day, value) => ({ value, label: format.format(new Date(`${day}T00:00:00Z`)) }))}
    />
  );
}

/** How far the forecast can be trusted, in words and figures. */
function Trust({ plan, patience }: { plan: Staffing; patience: boolean }) {
  const { t, i18n } = useTranslation();
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const shown = (value: number | null) => (value === null ? '–' : percent.format(value));
  const { backTest, error, history, holidays, weeks } = plan;
  const lines = [
    backTest.weeks > 0
      ? t('staffing.backTest', { count: backTest.weeks, wape: shown(backTest.wape), mape: shown(backTest.mape) })
      : '',
    error ? t('staffing.error', { wape: shown(error.wape), mape: shown(error.mape) }) : '',
    ...holidays.map(({ day, name }) => t('staffing.holiday', { day, name })),
    t('staffing.method', {
      weeks: plan.mostWeeks,
      level: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 }).format(plan.level),
      model: patience ? 'Erlang A' : 'Erlang C',
    }),
  ].filter(Boolean);
  const unknown = plan.rows.some(({ forecast, handleSeconds }) => forecast > 0 && handleSeconds === null);
  return (
    <>
      <Alert
        type={history === 'enough' ? 'info' : 'warning'}
        showIcon
        title={history === 'none' ? t('staffing.none') : t(`staffing.${history}`, { count: weeks })}
        description={lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        data-testid="staffing-trust"
        data-history={history}
      />
      {unknown && <Alert type="warning" showIcon title={t('staffing.noHandle')} />}
    </>
  );
}
