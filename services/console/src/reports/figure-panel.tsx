import type { Report, ReportDefinition } from '@patchbay/contracts';
import type { ReportAddress } from '@patchbay/ui';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { languageOf } from '../feedback/bilingual.ts';
import { Chart } from './chart.tsx';
import { chartOptions, mostBars, mostSeries } from './chart-options.ts';
import { drillOf } from './drill.ts';
import { changeText, figureText } from './figure-text.ts';
import { goesOn, isBare, panelOf, type Panel, type PanelRow, type PanelSeries } from './panel.ts';
import type { Question } from './report-question.ts';
import { usePanelWords } from './use-report-words.ts';

interface FigurePanelProps {
  report: Report;
  question: Question;
  definition: ReportDefinition;
  /** Null: who asks may not see the tickets behind figures. */
  drill: ((tickets: ReportAddress, title: string) => void) | null;
}

/** A figure: how it is computed, its chart, and the table with the same numbers. */
export function FigurePanel({ report, question, definition, drill }: FigurePanelProps) {
  const { t, i18n } = useTranslation();
  const panel = useMemo(() => panelOf(report, definition), [report, definition]);
  const language = languageOf(i18n);
  const title = definition.title[language];
  const id = `figure-${definition.key}`;
  return (
    <section className="panel report-panel" aria-labelledby={id} data-testid={`panel-${definition.key}`}>
      <header className="report-panel-head">
        <div className="grow">
          <h2 id={id}>{title}</h2>
          <p className="muted small">{t('report.formula', { formula: definition.formula[language] })}</p>
          <p className="muted small">{t('report.source', { source: definition.source })}</p>
        </div>
        <Totals report={report} panel={panel} definition={definition} question={question} drill={drill} title={title} />
      </header>
      {panel.rows.length > 0 && (
        <div className="report-panel-body">
          <PanelChart report={report} panel={panel} definition={definition} question={question} title={title} />
          <PanelTable
            report={report}
            panel={panel}
            definition={definition}
            question={question}
            drill={drill}
            title={title}
          />
        </div>
      )}
    </section>
  );
}

interface PartProps extends FigurePanelProps {
  panel: Panel;
  title: string;
}

/** A value; where tickets stand behind it, the way to them. */
function Value({
  value,
  label,
  series,
  row,
  report,
  question,
  definition,
  drill,
  title,
}: Omit<PartProps, 'panel'> & { value: number | null; label: string; series: PanelSeries; row: PanelRow | null }) {
  const { i18n, t } = useTranslation();
  const text = figureText(value, definition.unit, i18n.language);
  const tickets =
    drill && definition.tickets && value !== null && (value !== 0 || definition.unit !== 'count')
      ? drillOf(report, question, definition.key, series, row)
      : null;
  if (!drill || !tickets) return <span>{text}</span>;
  return (
    <button
      type="button"
      className="report-drill"
      onClick={() => drill(tickets, label ? `${title} · ${label}` : title)}
      aria-label={t('report.drill', { value: text, label: label ? `${title}, ${label}` : title })}
      data-testid="drill"
    >
      {text}
    </button>
  );
}

function Totals({ panel, ...props }: PartProps) {
  const { t, i18n } = useTranslation();
  const words = usePanelWords(props.report);
  const totals = panel.totals ?? [props.report.totals[props.definition.key] ?? null];
  const series: PanelSeries[] = panel.totals ? panel.series : [{ role: 'value', key: 'value', name: null }];
  return (
    <dl className="report-totals">
      {series.map((one, index) => (
        <div key={one.key}>
          <dt className="muted small">{words.series(one)}</dt>
          <dd
            className={one.role === 'value' ? 'report-total tabular' : 'report-total-before tabular'}
            data-testid={`total-${one.role}`}
          >
            <Value {...props} value={totals[index] ?? null} label={words.series(one)} series={one} row={null} />
          </dd>
        </div>
      ))}
      {totals.length > 1 && (
        <div>
          <dt className="muted small">{t(props.definition.unit === 'ratio' ? 'report.points' : 'report.change')}</dt>
          <dd className="report-total-before tabular" data-testid="total-change">
            {goesOn(props.report) ? (
              <span className="small muted">{t('report.goesOn')}</span>
            ) : (
              changeText(totals, props.definition.unit, i18n.language)
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

function PanelChart({ report, panel, definition, question, title }: Omit<PartProps, 'drill'>) {
  const { t, i18n } = useTranslation();
  const words = usePanelWords(report);
  const isLevel = definition.unit === 'ratio' && definition.key.startsWith('service-level');
  const target = isLevel && question.target !== null ? question.target / 100 : null;
  const labels = panel.rows.map(words.row);
  const names = panel.series.map(words.series);
  const options = chartOptions(
    panel,
    definition,
    {
      row: (index) => labels[index] ?? '',
      series: (index) => names[index] ?? '',
      value: (value) => figureText(value, definition.unit, i18n.language),
      target: t('report.targetLine', { target: question.target ?? 0 }),
    },
    target,
  );
  const isOfMembers = panel.rows.some(({ member }) => member !== null);
  const shown = isOfMembers ? Math.min(panel.rows.length, mostBars) : 0;
  const isCut = panel.series.length > mostSeries || (isOfMembers && panel.rows.length > mostBars);
  return (
    <figure className="report-figure">
      {isBare(panel) ? (
        <p className="report-bare muted">{t('report.bare')}</p>
      ) : (
        <Chart options={options} label={t('report.chart', { title })} height={isOfMembers ? 60 + shown * 30 : 260} />
      )}
      {isCut && (
        <figcaption className="muted small">
          {t('report.cut', { count: isOfMembers ? mostBars : mostSeries })}
        </figcaption>
      )}
    </figure>
  );
}

function PanelTable({ panel, ...props }: PartProps) {
  const { t, i18n } = useTranslation();
  const { report, definition, title } = props;
  const words = usePanelWords(report);
  const withChange = panel.series.some(({ role }) => role === 'compared');
  return (
    // Scrolls, and so has to be reached by the keyboard.
    <div className="report-table" tabIndex={0} role="region" aria-label={t('report.table', { title })}>
      <table data-testid="report-table">
        <thead>
          <tr>
            <th scope="col">{words.rowHead}</th>
            {panel.series.map((series) => (
              <th key={series.key} scope="col">
                {words.series(series)}
              </th>
            ))}
            {withChange && <th scope="col">{t(definition.unit === 'ratio' ? 'report.points' : 'report.change')}</th>}
          </tr>
        </thead>
        <tbody>
          {panel.rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{words.row(row)}</th>
              {panel.series.map((series, index) => (
                <td key={series.key}>
                  <Value
                    {...props}
                    value={row.values[index] ?? null}
                    label={[words.row(row), series.role === 'member' ? words.series(series) : '']
                      .filter(Boolean)
                      .join(', ')}
                    series={series}
                    row={row}
                  />
                </td>
              ))}
              {withChange && <td>{changeText(row.values, definition.unit, i18n.language)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
