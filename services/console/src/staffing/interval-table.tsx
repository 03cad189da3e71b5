import type { StaffingRow } from '@patchbay/contracts';
import { clock } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';

const headings = [
  'start',
  'forecast',
  'actual',
  'handleTime',
  'agents',
  'rostered',
  'level',
  'wait',
  'occupied',
  'abandoned',
] as const;

/** A day's intervals. */
export function IntervalTable({ rows, timeZone }: { rows: readonly StaffingRow[]; timeZone: string }) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const none = (value: number | null, show: (value: number) => string) => (value === null ? '–' : show(value));
  return (
    <div className="panel staffing-table" role="region" aria-label={t('staffing.interval')} tabIndex={0}>
      <table className="tabular small" data-testid="staffing-table">
        <thead>
          <tr>
            {headings.map((name) => (
              <th key={name} scope="col">
                {t(`staffing.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.start} data-testid="staffing-row">
              <th scope="row">{time.format(new Date(row.start))}</th>
              <td>{number.format(row.forecast)}</td>
              <td>{none(row.actual, (value) => number.format(value))}</td>
              <td>{none(row.handleSeconds, clock)}</td>
              <td>{none(row.agents, String)}</td>
              <td>{none(row.rostered, String)}</td>
              <td>{none(row.serviceLevel, (value) => percent.format(value))}</td>
              <td>{none(row.averageWaitSeconds, clock)}</td>
              <td>{none(row.occupancy, (value) => percent.format(value))}</td>
              <td>{none(row.abandonment, (value) => percent.format(value))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
