import { useQuery } from '@tanstack/react-query';
import { CrownFilled, TrophyOutlined, WarningOutlined } from '@ant-design/icons';
import type { CustomerGrading } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Select, Tag } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CardSection } from '../desk/card-section.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import '../style/care.css';
import { useWording } from './use-wording.ts';

const GradeWhy = lazy(async () => ({ default: (await import('./grade-why.tsx')).GradeWhy }));

/** A customer's grade and what belongs to it; asked again soon while there is none yet. */
export function useCustomerGrading(customerId: string): CustomerGrading | undefined {
  return useQuery({
    queryKey: keys.customerGrading(customerId),
    queryFn: ({ signal }) => api.customerGrading(customerId, signal),
    refetchInterval: ({ state }) => (state.data && state.data.grade === null ? 2_000 : 60_000),
  }).data;
}

/** On the customer's card: grade, stage and what is urgent about them, with the way to the reasons. */
export function CustomerCare({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const grading = useCustomerGrading(customerId);
  if (!grading) return null;
  return (
    <CardSection title={t('care.title')} icon={<TrophyOutlined aria-hidden />} action={<Why grading={grading} />}>
      <div
        className="care"
        data-testid="customer-care"
        data-grade={grading.grade ?? ''}
        data-stage={grading.stage ?? ''}
      >
        <GradeTags grading={grading} />
        <CareNotes grading={grading} />
        {grading.dedicatedAgentName && (
          <p className="small">
            {t('care.agent')}: {grading.dedicatedAgentName}
          </p>
        )}
      </div>
    </CardSection>
  );
}

/** Grade and stage at a glance. */
export function GradeTags({ grading: { grade, vip, stage, stageSince } }: { grading: CustomerGrading }) {
  const { t } = useTranslation();
  const { gradeName } = useWording();
  const when = useWhen();
  if (grade === null) return <span className="muted small">{t('care.notYet')}</span>;
  return (
    <div className="row wrap">
      <Tag color={vip ? 'gold' : 'default'}>
        {vip && <CrownFilled aria-label={t('care.vip')} />} {gradeName(grade)}
      </Tag>
      {stage && (
        <Tag className="stage">
          {t(`stage.${stage}`)} {stageSince && <span>{t('care.since', { at: when(stageSince) })}</span>}
        </Tag>
      )}
    </div>
  );
}

/** What asks for somebody to act: that the customer may leave, and when they are to be contacted. */
export function CareNotes({ grading: { churnSince, followUp } }: { grading: CustomerGrading }) {
  const { t } = useTranslation();
  const when = useWhen();
  return (
    <>
      {churnSince && (
        <p className="care-warning small" data-testid="churn-warning">
          <WarningOutlined aria-hidden /> {t('care.churn', { at: when(churnSince) })}
        </p>
      )}
      {followUp && <p className="small">{t('care.followUp', { at: when(followUp.dueAt) })}</p>}
    </>
  );
}

/** In the customer's file: what the grade rests on, the segments and whose customer it is. */
export function CareFigures({ grading }: { grading: CustomerGrading }) {
  const { t } = useTranslation();
  const { value, loyalty, segments } = grading;
  return (
    <div className="care">
      <dl className="care-figures">
        <Figure label={t('care.valueLabel')}>{value ? t(`level.${value}`) : '–'}</Figure>
        <Figure label={t('care.loyaltyLabel')}>{loyalty ? t(`level.${loyalty}`) : '–'}</Figure>
        <Figure label={t('care.agent')}>
          <OwnAgent grading={grading} />
        </Figure>
        <Figure label={t('care.segments')}>
          {segments.length === 0 ? '–' : segments.map(({ key, name }) => <Tag key={key}>{name}</Tag>)}
        </Figure>
      </dl>
      <Why grading={grading} />
    </div>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="muted small">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function useWhen(): (at: string) => string {
  const { i18n } = useTranslation();
  return (at) => moment(at, Date.now(), i18n.language);
}

function Why({ grading }: { grading: CustomerGrading }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)} data-testid="grade-why">
        {t('care.why')}
      </Button>
      {open && (
        <Suspense>
          <GradeWhy grading={grading} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
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
  if (!mayChange) return grading.dedicatedAgentName ?? t('care.noAgent');
  return (
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
  );
}
