import { channelName, targetOf } from '@patchbay/contracts';
import type { QueueSettings, ReportDefinition, ReportDimension, ReportInterval } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Input, InputNumber, Select } from 'antd';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTraitOptions } from '../clocks/when-fields.tsx';
import { languageOf } from '../feedback/bilingual.ts';
import { api } from '../query-client.ts';
import { useAgents, useTeams } from '../queues/use-lists.ts';
import {
  daysBefore,
  hasAgentTime,
  presetDays,
  presetOf,
  presets,
  usualTarget,
  type FilterName,
  type Question,
} from './report-question.ts';

interface QuestionFormProps {
  question: Question;
  definitions: readonly ReportDefinition[];
  today: string;
  /** Only the own figures: by queue and channel. */
  isOwn: boolean;
  change: (change: Partial<Question>) => void;
}

const dimensions: ReportDimension[] = ['queue', 'channel', 'team', 'agent', 'type', 'grade'];
const ownDimensions: ReportDimension[] = ['queue', 'channel'];
const intervals: ReportInterval[] = ['15m', '30m', '1h', 'day', 'week', 'month'];

export function QuestionForm({ question, definitions, today, isOwn, change }: QuestionFormProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  const preset = presetOf(question, today);
  const mayHaveTime = hasAgentTime(question);
  return (
    <form className="panel report-form" aria-label={t('report.question')} onSubmit={(event) => event.preventDefault()}>
      <div className="tabs report-presets" role="group" aria-label={t('report.presets')}>
        {presets.map((one) => (
          <button
            key={one}
            type="button"
            className="tab"
            aria-pressed={preset === one}
            onClick={() => change({ ...presetDays(one, today), ...(question.by && { compare: null }) })}
            data-testid={`preset-${one}`}
          >
            {t(`report.preset.${one}`)}
          </button>
        ))}
      </div>
      <Field label={t('report.from')}>
        {(id) => (
          <Input
            id={id}
            type="date"
            value={question.from}
            max="9999-12-31"
            onChange={({ target }) => target.value && change({ from: target.value })}
            data-testid="report-from"
          />
        )}
      </Field>
      <Field label={t('report.to')}>
        {(id) => (
          <Input
            id={id}
            type="date"
            value={question.to}
            max="9999-12-31"
            onChange={({ target }) => target.value && change({ to: target.value })}
            data-testid="report-to"
          />
        )}
      </Field>
      <Choice
        label={t('report.interval')}
        value={question.interval ?? ''}
        options={['', ...intervals].map((value) => ({
          value,
          label: t(`report.intervals.${(value || 'whole') as 'whole'}`),
        }))}
        choose={(value) => change({ interval: (value || null) as ReportInterval | null })}
        testId="report-interval"
      />
      <Choice
        label={t('report.dimension')}
        value={question.by ?? ''}
        options={['', ...(isOwn ? ownDimensions : dimensions)].map((value) => ({
          value,
          label: t(`report.by.${(value || 'nothing') as 'nothing'}`),
        }))}
        choose={(value) => change({ by: (value || null) as ReportDimension | null })}
        testId="report-by"
      />
      <CompareField question={question} change={change} />
      <Field label={t('report.target')}>
        {(id) => (
          <InputNumber
            id={id}
            min={0}
            max={100}
            suffix="%"
            value={question.target}
            onChange={(target) => change({ target })}
            data-testid="report-target"
          />
        )}
      </Field>
      <Field label={t('report.figures')} wide>
        {(id) => (
          <Select
            id={id}
            mode="multiple"
            maxCount={12}
            value={question.figures}
            showSearch={{ optionFilterProp: 'label' }}
            options={definitions
              .filter(({ about }) => about !== 'moment')
              .map(({ key, title, about }) => ({
                value: key,
                label: title[language],
                disabled: about === 'agents' && !mayHaveTime,
              }))}
            onChange={(figures: string[]) => figures.length > 0 && change({ figures })}
            data-testid="report-figures"
          />
        )}
      </Field>
      <Filters question={question} change={change} isOwn={isOwn} />
    </form>
  );
}

function CompareField({ question, change }: Pick<QuestionFormProps, 'question' | 'change'>) {
  const { t } = useTranslation();
  const options = [
    { value: '', label: t('report.compares.nothing') },
    { value: 'previous', label: t('report.compares.previous') },
    { value: daysBefore(question, 'week'), label: t('report.compares.week') },
    { value: daysBefore(question, 'year'), label: t('report.compares.year') },
  ];
  const value = question.compare ?? '';
  const others = options.some((one) => one.value === value) ? [] : [{ value, label: value.replace('..', ' – ') }];
  return (
    <Choice
      label={t('report.compare')}
      value={value}
      options={[...options, ...others]}
      choose={(chosen) => change({ compare: chosen || null })}
      testId="report-compare"
    />
  );
}

function Filters({ question, change, isOwn }: Pick<QuestionFormProps, 'question' | 'change' | 'isOwn'>) {
  const { t } = useTranslation();
  const traits = useTraitOptions();
  const agents = useAgents();
  const teams = useTeams();
  const { data: queues = [] } = useQuery({
    queryKey: keys.queueSettings,
    queryFn: ({ signal }) => api.queueSettings(signal),
    enabled: !isOwn,
    staleTime: 60_000,
  });
  const named = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  const fields: [FilterName, ReportDimension, { value: string; label: string }[]][] = [
    ['queueId', 'queue', traits.queueIds],
    ['channel', 'channel', traits.channels],
    ['teamId', 'team', named(teams)],
    ['agentId', 'agent', named(agents)],
    ['type', 'type', traits.requestTypes],
    ['grade', 'grade', traits.grades],
  ];
  return fields
    .filter(([name]) => !isOwn || name === 'queueId' || name === 'channel')
    .map(([name, dimension, options]) => (
      <Choice
        key={name}
        label={t('report.only', { of: t(`report.by.${dimension}`) })}
        value={question.filter[name] ?? ''}
        options={[
          { value: '', label: t('report.all') },
          ...options,
          ...(name === 'channel' ? [] : [{ value: 'none', label: t(`report.noneOf.${dimension}`) }]),
        ]}
        choose={(value) => {
          const { [name]: _before, ...others } = question.filter;
          const filter = value ? { ...others, [name]: value } : others;
          // Another queue or channel has a target of its own; what was typed stays otherwise.
          const moved = name === 'queueId' || name === 'channel';
          change({ filter, ...(moved && { target: targetIn(queues, filter) ?? usualTarget }) });
        }}
        testId={`filter-${name}`}
      />
    ));
}

/** Percent that the queue, or the channel, is to reach; null where that is not one. */
function targetIn(queues: readonly QueueSettings[], { queueId, channel }: Question['filter']): number | null {
  const targets = queues.find(({ id }) => id === queueId)?.targets ?? [];
  const of = channelName.safeParse(channel).data;
  if (of) return targetOf(targets, of).percent;
  const percents = new Set(targets.map(({ percent }) => percent));
  return percents.size === 1 ? ([...percents][0] ?? null) : null;
}

interface ChoiceProps {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  choose: (value: string) => void;
  testId: string;
}

function Choice({ label, value, options, choose, testId }: ChoiceProps) {
  return (
    <Field label={label}>
      {(id) => (
        <Select
          id={id}
          value={value}
          options={options}
          onChange={choose}
          showSearch={{ optionFilterProp: 'label' }}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

function Field({ label, wide, children }: { label: string; wide?: boolean; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={wide ? 'report-field report-field-wide' : 'report-field'}>
      <label htmlFor={id} className="muted small">
        {label}
      </label>
      {children(id)}
    </div>
  );
}
