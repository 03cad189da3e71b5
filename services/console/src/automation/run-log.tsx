import { ThunderboltOutlined } from '@ant-design/icons';
import { automationRunState, type AutomationRun } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useRuleWords } from './use-rule-words.ts';

/** What rules did, newest first. */
export function RunLog() {
  const { t } = useTranslation();
  const rules = useQuery({ queryKey: keys.automation, queryFn: ({ signal }) => api.automationRules(signal) });
  const [ruleId, setRuleId] = useState<string>();
  const [state, setState] = useState<AutomationRun['state']>();
  const filter = { ...(ruleId && { ruleId }), ...(state && { state }) };
  return (
    <>
      <div className="row wrap log-filter">
        <Select
          allowClear
          placeholder={t('automation.allRules')}
          aria-label={t('automation.allRules')}
          value={ruleId ?? null}
          onChange={(next) => setRuleId(next ?? undefined)}
          options={(rules.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          popupMatchSelectWidth={false}
        />
        <Select
          allowClear
          placeholder={t('automation.allStates')}
          aria-label={t('automation.allStates')}
          value={state ?? null}
          onChange={(next) => setState(next ?? undefined)}
          options={automationRunState.options.map((value) => ({ value, label: t(`automation.state.${value}`) }))}
        />
      </div>
      <PagedList
        queryKey={keys.automationRuns(filter)}
        read={(cursor, signal) => api.automationRuns(filter, cursor, signal)}
        empty={
          <Nothing icon={<ThunderboltOutlined />} title={t('automation.noRuns')} text={t('automation.noRunsText')} />
        }
        refreshMs={5_000}
        row={(run) => <Run key={run.id} run={run} />}
      />
    </>
  );
}

const colours = { waiting: 'default', done: 'success', failed: 'error', paused: 'warning' } as const;

function Run({ run }: { run: AutomationRun }) {
  const { t, i18n } = useTranslation();
  const words = useRuleWords();
  return (
    <article className="record" data-testid="run-row" data-state={run.state}>
      <div className="record-head">
        <Link to={`/desk/${run.ticketId}`}>#{run.ticketNumber ?? '…'}</Link>
        <span className="record-title grow">{run.ruleName}</span>
        <Tag color={colours[run.state]}>{t(`automation.state.${run.state}`)}</Tag>
        <time className="muted small tabular" dateTime={run.createdAt} title={fullMoment(run.createdAt, i18n.language)}>
          {moment(run.createdAt, Date.now(), i18n.language)}
        </time>
      </div>
      <p className="muted small">
        {words.anyEvent(run.eventType)} · {t('automation.runVersion', { version: run.version })}
        {run.durationMs !== null && ` · ${t('automation.ms', { count: run.durationMs })}`}
        {run.depth > 1 && ` · ${t('automation.depth', { count: run.depth })}`}
      </p>
      {run.outcomes.length > 0 && (
        <ul className="outcomes small">
          {run.outcomes.map((outcome, at) => (
            <li key={at} className={`outcome-${outcome.result}`}>
              {words.outcome(outcome)}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
