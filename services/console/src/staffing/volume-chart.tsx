import type { Staffing } from '@patchbay/contracts';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

const width = 1000;
const height = 220;
const foot = 18;

/** Forecast and actual contacts of the week as lines, the agents needed as steps on a scale of their own. The table has the same figures. */
export function VolumeChart({ plan }: { plan: Staffing }) {
  const { t, i18n } = useTranslation();
  const title = useId();
  const { rows } = plan;
  const most = Math.max(1, ...rows.map(({ forecast, actual }) => Math.max(forecast, actual ?? 0)));
  const mostAgents = Math.max(1, ...rows.map(({ agents }) => agents ?? 0));
  const x = (index: number) => (index / rows.length) * width;
  const y = (value: number, of: number) => (height - foot) * (1 - value / of) + 2;
  const line = (values: readonly (number | null)[]) =>
    values.map((value, index) => (value === null ? '' : `${x(index + 0.5)},${y(value, most)}`)).join(' ');
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' });
  const days = [...new Set(rows.map(({ day }) => day))];
  return (
    <figure className="panel staffing-chart">
      <figcaption className="row wrap small">
        <strong id={title}>{t('staffing.chart')}</strong>
        <span className="key key-forecast">{t('staffing.forecast')}</span>
        <span className="key key-actual">{t('staffing.actual')}</span>
        <span className="key key-agents">{t('staffing.agents')}</span>
        <span className="muted tabular">
          ≤ {Math.round(most * 10) / 10} · {mostAgents}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-labelledby={title}>
        {rows.map(({ start, agents }, index) => (
          <rect
            key={start}
            className="chart-agents"
            x={x(index)}
            width={width / rows.length}
            y={y(agents ?? 0, mostAgents)}
            height={height - foot + 2 - y(agents ?? 0, mostAgents)}
          />
        ))}
        <polyline className="chart-forecast" points={line(rows.map(({ forecast }) => forecast))} />
        <polyline className="chart-actual" points={line(rows.map(({ actual }) => actual))} />
        {days.slice(1).map((day, index) => (
          <line
            key={day}
            className="chart-day"
            x1={((index + 1) / days.length) * width}
            x2={((index + 1) / days.length) * width}
            y1="0"
            y2={height}
          />
        ))}
      </svg>
      <div className="chart-days small muted" aria-hidden>
        {days.map((day) => (
          <span key={day}>{weekday.format(new Date(`${day}T00:00:00Z`))}</span>
        ))}
      </div>
    </figure>
  );
}
