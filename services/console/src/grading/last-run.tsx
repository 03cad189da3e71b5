import { useQuery } from '@tanstack/react-query';
import type { GradingRun } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Progress, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useWording } from './use-wording.ts';

const runKey = [...keys.grading, 'run'];

/** The last way through all customers: how far it is, and how many have which grade. */
export function LastRun() {
  const { t, i18n } = useTranslation();
  const run = useQuery({
    queryKey: runKey,
    queryFn: ({ signal }) => api.lastGradingRun(signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1_000 : 30_000),
  });
  const again = useAction(() => api.startGrading(), { stale: [runKey] });
  if (!run.data) return null;
  return (
    <section className="panel last-run" data-testid="last-run" data-state={run.data.state}>
      <div className="row wrap">
        <span className="grow muted small">
          {t('grading.last', { at: moment(run.data.startedAt, Date.now(), i18n.language) })}
        </span>
        <Button
          size="small"
          onClick={() => again.mutate(undefined)}
          disabled={run.data.state === 'running'}
          loading={again.isPending}
        >
          {t('grading.again')}
        </Button>
      </div>
      {run.data.state === 'running' && <RunProgress run={run.data} />}
      <GradeCounts run={run.data} />
    </section>
  );
}

export function RunProgress({ run }: { run: GradingRun }) {
  const { t } = useTranslation();
  const { done, total } = run;
  return (
    <div role="status">
      <span className="small">{t('grading.running', { done, total })}</span>
      <Progress percent={total === 0 ? 0 : Math.floor((done / total) * 100)} size="small" />
    </div>
  );
}

function GradeCounts({ run }: { run: GradingRun }) {
  const { t } = useTranslation();
  const { gradeName } = useWording();
  const grades = new Map<string, number>();
  for (const { to, count } of run.counts.grades) grades.set(to, (grades.get(to) ?? 0) + count);
  const stages = Object.entries(run.counts.stages);
  const stageName = (stage: string): string => t(`stage.${stage as 'new'}`);
  return (
    <div className="row wrap">
      {[...grades].map(([grade, count]) => (
        <Tag key={grade}>
          {gradeName(grade)}: {count}
        </Tag>
      ))}
      {stages.map(([stage, count]) => (
        <Tag key={stage} color="cyan">
          {stageName(stage)}: {count}
        </Tag>
      ))}
    </div>
  );
}
