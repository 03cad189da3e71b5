import { useQuery } from '@tanstack/react-query';
import type { GradeDefinition, GradingRun } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { RunProgress } from './last-run.tsx';
import { useWording } from './use-wording.ts';

/** What a policy would change, as far as it has been tried. */
export function PreviewResult({ runId, grades }: { runId: string; grades: readonly GradeDefinition[] }) {
  const run = useQuery({
    queryKey: [...keys.grading, 'preview', runId],
    queryFn: ({ signal }) => api.gradingRun(runId, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : 500),
  });
  if (run.isPending) return <Loading />;
  if (!run.data) return <Failed error={run.error} retry={() => void run.refetch()} />;
  return (
    <div data-testid="preview" data-state={run.data.state}>
      {run.data.state === 'running' && <RunProgress run={run.data} />}
      <Counts run={run.data} grades={grades} />
    </div>
  );
}

function Counts({ run, grades }: { run: GradingRun; grades: readonly GradeDefinition[] }) {
  const { t } = useTranslation();
  const { gradeName } = useWording(grades);
  const name = (grade: string | null): string => (grade ? gradeName(grade) : t('grading.none'));
  const changed = run.counts.grades.filter(({ from, to }) => from !== to);
  const sum = (moves: readonly { count: number }[]) => moves.reduce((total, { count }) => total + count, 0);
  const { stageMoves, warnings, tasks } = run.counts;
  return (
    <>
      <p>
        {t('grading.looked', { count: run.done })} <strong>{t('grading.changes', { count: sum(changed) })}</strong>{' '}
        {t('grading.stageChanges', { count: sum(stageMoves) })}
      </p>
      <p data-testid="preview-tasks">
        {t('grading.warningsBegun', { count: warnings.begun })}
        {t('grading.comma')}
        {t('grading.warningsEnded', { count: warnings.ended })} {t('grading.newTasks')}{' '}
        {t('grading.winBacks', { count: tasks.winBack })}
        {t('grading.comma')}
        {t('grading.followUps', { count: tasks.followUp })}
        {t('grading.period')}
      </p>
      <div className="table-scroll">
        <table className="figures tabular">
          <thead>
            <tr>
              {(['before', 'after', 'count'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(`grading.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {run.counts.grades.map(({ from, to, count }) => (
              <tr key={`${from} ${to}`} className={from === to ? 'muted' : ''}>
                <td>{name(from)}</td>
                <td>{name(to)}</td>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {stageMoves.length > 0 && (
        <ul className="small" data-testid="preview-stages">
          {stageMoves.map(({ from, to, count }) => (
            <li key={`${from} ${to}`}>
              {from === '' ? t('grading.none') : t(`stage.${from as 'new'}`)} → {t(`stage.${to as 'new'}`)}: {count}
            </li>
          ))}
        </ul>
      )}
      {run.counts.sample.length > 0 && (
        <>
          <h3>{t('grading.sample')}</h3>
          <ul className="small preview-sample">
            {run.counts.sample.map((one) => (
              <li key={one.customerId}>
                {one.name}: {name(one.from)} → {name(one.to)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
