import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ClockRun } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Popconfirm } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

/** How often a run is asked how far it has come. Milliseconds. */
const askMs = 700;

function useRun(id: string | null) {
  return useQuery({
    queryKey: [...keys.servicePlan, 'run', id],
    queryFn: ({ signal }) => api.clockRun(id ?? '', signal),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : askMs),
  });
}

/** What the newest version would mean for the tickets that are open, and the way to let it hold for them. */
export function ApplyPlan({ version }: { version: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const run = useRun(id).data;
  const begin = useAction(
    (kind: 'preview' | 'apply') => api.startClockRun({ kind, reason: t('plan.applyReason', { version }) }),
    { stale: [], after: (made) => setId(made.id) },
  );
  const applied = run?.kind === 'apply' && run.state === 'done';
  useEffect(() => {
    if (applied) void client.invalidateQueries({ queryKey: keys.tickets });
  }, [applied, client]);
  const busy = begin.isPending || run?.state === 'running';
  return (
    <section className="page-section">
      <h2>{t('plan.openTitle')}</h2>
      <div className="panel plan-apply">
        <p>{t('plan.openText')}</p>
        <div className="row">
          <Button loading={busy} onClick={() => begin.mutate('preview')} data-testid="plan-preview">
            {t('plan.try')}
          </Button>
          {run?.kind === 'preview' && run.state === 'done' && run.version === version && (
            <Popconfirm
              title={t('plan.applyAsk')}
              okText={t('plan.apply')}
              okButtonProps={{ 'data-testid': 'plan-apply-sure' }}
              onConfirm={() => begin.mutate('apply')}
            >
              <Button type="primary" data-testid="plan-apply">
                {t('plan.apply')}
              </Button>
            </Popconfirm>
          )}
        </div>
        <div aria-live="polite">{run && <RunResult run={run} />}</div>
      </div>
    </section>
  );
}

function RunResult({ run }: { run: ClockRun }) {
  const { t, i18n } = useTranslation();
  const { counts } = run;
  const at = (when: string | null) => (when === null ? t('plan.noMoment') : moment(when, Date.now(), i18n.language));
  if (run.state === 'running')
    return <p>{t(run.kind === 'apply' ? 'plan.applying' : 'plan.running', { count: run.done })}</p>;
  const changes = (['moved', 'earlier', 'later', 'breaching', 'added', 'dropped'] as const).filter(
    (key) => counts[key] > 0,
  );
  return (
    <div data-testid="plan-run" data-kind={run.kind} data-state={run.state}>
      <p>
        {t('plan.counts', { done: run.done })} {run.kind === 'apply' && t('plan.applied')}
        {changes.length === 0 && t('plan.same')}
      </p>
      <ul>
        {changes.map((key) => (
          <li key={key} className={key === 'breaching' ? 'urgent' : undefined}>
            {t(`plan.${key}`, { count: counts[key] })}
          </li>
        ))}
      </ul>
      {counts.sample.length > 0 && (
        <ul className="small muted">
          {counts.sample.map(({ ticketId, number, kind, from, to }) => (
            <li key={`${ticketId} ${kind}`}>
              {t('plan.sample', { number, clock: t(`clockKind.${kind}`), from: at(from), to: at(to) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
