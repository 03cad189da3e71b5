import { useQuery } from '@tanstack/react-query';
import type { Timeliness } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { NumberField, type PolicyEditorProps } from './editor-parts.tsx';
import { useWording } from './use-wording.ts';

/** Whether due follow-ups become tasks, and how many are done in time. Each grade has its interval. */
export function CadenceEditor({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const { cadence } = policy;
  return (
    <div className="grading-part">
      <label className="row">
        <Switch
          checked={cadence.enabled}
          onChange={(enabled) => change({ cadence: { ...cadence, enabled } })}
          disabled={readOnly}
          data-testid="cadence-on"
        />
        {t('grading.cadenceOn')}
      </label>
      <p className="muted">{t('grading.cadenceHelp')}</p>
      <NumberField
        label={t('grading.leadDays')}
        value={cadence.leadDays}
        change={(leadDays) => change({ cadence: { ...cadence, leadDays } })}
        min={0}
        max={60}
        readOnly={readOnly}
      />
      {!readOnly && <TimelinessTable />}
    </div>
  );
}

function TimelinessTable() {
  const { t, i18n } = useTranslation();
  const { gradeName } = useWording();
  const figures = useQuery({
    queryKey: [...keys.grading, 'timeliness'],
    queryFn: ({ signal }) => api.timeliness(90, signal),
  });
  if (figures.isPending) return <Loading />;
  if (!figures.data) return <Failed error={figures.error} retry={() => void figures.refetch()} />;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const row = (name: string, { due, inTime, late, open, share }: Timeliness['total']) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {[due, inTime, late, open].map((count, at) => (
        <td key={at}>{count}</td>
      ))}
      <td>{share === null ? '–' : percent.format(share)}</td>
    </tr>
  );
  return (
    <section>
      <h2>{t('grading.timeliness')}</h2>
      <p className="muted small">{t('grading.formula')}</p>
      <div className="table-scroll">
        <table className="figures tabular" data-testid="timeliness">
          <thead>
            <tr>
              <th scope="col">{t('grading.grade')}</th>
              {(['due', 'inTime', 'late', 'overdue', 'share'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(`grading.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row(t('grading.all'), figures.data.total)}
            {figures.data.grades.map((one) => row(one.grade === null ? t('grading.none') : gradeName(one.grade), one))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
