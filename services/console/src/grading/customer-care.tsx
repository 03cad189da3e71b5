import { useQuery } from '@tanstack/react-query';
import { CrownFilled, TrophyOutlined, WarningOutlined } from '@ant-design/icons';
import type { CustomerGrading } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Select, Tag } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CardSection } from '../desk/card-section.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { useWording } from './use-wording.ts';

const GradeWhy = lazy(async () => ({ default: (await import('./grade-why.tsx')).GradeWhy }));

/** On the customer's card: grade, stage, warning and own agent, with the way to the reasons. */
export function CustomerCare({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const grading = useQuery({
    queryKey: keys.customerGrading(customerId),
    queryFn: ({ signal }) => api.customerGrading(customerId, signal),
    refetchInterval: ({ state }) => (state.data && state.data.grade === null ? 2_000 : 60_000),
  });
  if (!grading.data) return null;
  return (
    <CardSection title={t('care.title')} icon={<TrophyOutlined aria-hidden />}>
      <Care grading={grading.data} />
    </CardSection>
  );
}

function Care({ grading }: { grading: CustomerGrading }) {
  const { t, i18n } = useTranslation();
  const { gradeName } = useWording();
  const [why, setWhy] = useState(false);
  const when = (at: string): string => moment(at, Date.now(), i18n.language);
  const { grade, stage, stageSince, value, loyalty } = grading;
  return (
    <div className="care" data-testid="customer-care" data-grade={grade ?? ''} data-stage={stage ?? ''}>
      {grade === null && <p className="muted small">{t('care.notYet')}</p>}
      <div className="row wrap">
        {grade && (
          <Tag color={grading.vip ? 'gold' : 'default'}>
            {grading.vip && <CrownFilled aria-label={t('care.vip')} />} {gradeName(grade)}
          </Tag>
        )}
        {stage && (
          <Tag color="cyan">
            {t(`stage.${stage}`)} {stageSince && <span>{t('care.since', { at: when(stageSince) })}</span>}
          </Tag>
        )}
      </div>
      {value && loyalty && (
        <p className="muted small">
          {t('care.value', { level: t(`level.${value}`) })} · {t('care.loyalty', { level: t(`level.${loyalty}`) })}
        </p>
      )}
      {grading.churnSince && (
        <p className="care-warning small" data-testid="churn-warning">
          <WarningOutlined aria-hidden /> {t('care.churn', { at: when(grading.churnSince) })}
        </p>
      )}
      {grading.followUp && <p className="small">{t('care.followUp', { at: when(grading.followUp.dueAt) })}</p>}
      {grading.segments.length > 0 && (
        <div className="row wrap">
          {grading.segments.map(({ key, name }) => (
            <Tag key={key}>{name}</Tag>
          ))}
        </div>
      )}
      <OwnAgent grading={grading} />
      <Button size="small" onClick={() => setWhy(true)} data-testid="grade-why">
        {t('care.why')}
      </Button>
      {why && (
        <Suspense>
          <GradeWhy grading={grading} close={() => setWhy(false)} />
        </Suspense>
      )}
    </div>
  );
}

function OwnAgent({ grading }: { grading: CustomerGrading }) {
  const { t } = useTranslation();
  const mayChange = useMe().role !== 'agent';
  const agents = useQuery({
    queryKey: keys.agents,
    queryFn: ({ signal }) => api.agents(signal),
    staleTime: 300_000,
    enabled: mayChange,
  });
  const change = useAction((agentId: string | null) => api.setDedicatedAgent(grading.customerId, agentId), {
    stale: [keys.customerGrading(grading.customerId)],
  });
  if (!mayChange)
    return grading.dedicatedAgentName === null ? null : (
      <p className="small">
        {t('care.agent')}: {grading.dedicatedAgentName}
      </p>
    );
  return (
    <label className="outcome-field">
      <span className="muted small">{t('care.agent')}</span>
      <Select
        size="small"
        value={grading.dedicatedAgentId ?? ''}
        loading={change.isPending}
        onChange={(agentId: string) => change.mutate(agentId === '' ? null : agentId)}
        aria-label={t('care.agent')}
        options={[
          { value: '', label: t('care.noAgent') },
          ...(agents.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        data-testid="dedicated-agent"
      />
    </label>
  );
}
