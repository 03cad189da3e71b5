import {
  channelName,
  factKinds,
  operatorsOf,
  type ChannelName,
  type Fact,
  type FactName,
  type FactTest,
  type Operator,
} from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCustomFields } from '../customer-file/use-words.ts';
import { useNamed } from '../feedback/bilingual.ts';
import { api } from '../query-client.ts';
import { useTicketChoices } from '../automation/use-ticket-choices.ts';
import { clockText, isTrend, unitOf, wordsOf, wordText } from './fact-words.ts';
import { useWording } from './use-wording.ts';

export const newTest = (): FactTest => ({
  fact: { name: 'purchase-count', days: 365 },
  operator: 'at-least',
  number: 1,
});

interface TestEditorProps {
  test: FactTest;
  change: (test: FactTest) => void;
  remove: ReactNode;
  facts: readonly FactName[];
  grades: readonly string[];
  disabled: boolean;
}

/** One fact against one threshold, in a line that reads from left to right. */
export function TestEditor({ test, change, remove, facts, grades, disabled }: TestEditorProps) {
  const { t } = useTranslation();
  const operators = operatorsOf[factKinds[test.fact.name].is];
  return (
    <div className="condition-test" data-testid="test" data-fact={test.fact.name}>
      <Select
        className="condition-fact"
        showSearch={{ optionFilterProp: 'label' }}
        value={test.fact.name}
        onChange={(name) => change(withFact(test, name))}
        disabled={disabled}
        aria-label={t('condition.fact')}
        options={facts.map((name) => ({ value: name, label: t(`fact.${name}`) }))}
      />
      <FactParameters fact={test.fact} change={(fact) => change({ ...test, fact })} disabled={disabled} />
      <Select
        className="condition-operator"
        value={test.operator}
        onChange={(operator) => change(withOperator(test, operator))}
        disabled={disabled}
        aria-label={t('condition.operator')}
        options={operators.map((operator) => ({ value: operator, label: t(`operator.${operator}`) }))}
      />
      <Threshold test={test} change={change} grades={grades} disabled={disabled} />
      {remove}
    </div>
  );
}

const usualOperator = { number: 'at-least', words: 'is', text: 'contains' } as const satisfies Record<string, Operator>;

/** Another fact, with what both take, and a threshold of its kind. */
function withFact(test: FactTest, name: FactName): FactTest {
  const { takes, needs, is } = factKinds[name];
  const usual = { currency: 'EUR', days: 90, key: 'city' } as const;
  const kept = Object.fromEntries(
    takes.flatMap((one) => {
      const value =
        test.fact[one] ?? (needs.includes(one) && one in usual ? usual[one as keyof typeof usual] : undefined);
      return value === undefined ? [] : [[one, value]];
    }),
  );
  const fact = { name, ...kept };
  return is === factKinds[test.fact.name].is && is === 'number'
    ? { ...test, fact }
    : withOperator({ ...test, fact }, usualOperator[is]);
}

function withOperator({ fact, number, words }: FactTest, operator: Operator): FactTest {
  if (operator === 'known' || operator === 'unknown') return { fact, operator };
  return factKinds[fact.name].is === 'number'
    ? { fact, operator, number: number ?? 1 }
    : { fact, operator, ...(words && { words }) };
}

interface FactParametersProps {
  fact: Fact;
  change: (fact: Fact) => void;
  disabled: boolean;
}

function FactParameters({ fact, change, disabled }: FactParametersProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const { takes, needs } = factKinds[fact.name];
  const types = useQuery({
    queryKey: keys.requestTypes,
    queryFn: ({ signal }) => api.requestTypes(signal),
    staleTime: 60_000,
    enabled: takes.includes('requestType'),
  });
  const put = (part: { [Key in keyof Fact]?: Fact[Key] | undefined }): void =>
    change(Object.fromEntries(Object.entries({ ...fact, ...part }).filter(([, value]) => value !== undefined)) as Fact);
  return (
    <>
      {takes.includes('currency') && (
        <Input
          className="condition-short"
          value={fact.currency}
          onChange={({ target }) => put({ currency: target.value.toUpperCase().slice(0, 3) })}
          disabled={disabled}
          aria-label={t('condition.currency')}
        />
      )}
      {takes.includes('key') && <FieldSelect value={fact.key} change={(key) => put({ key })} disabled={disabled} />}
      {takes.includes('channel') && (
        <Select<ChannelName | ''>
          className="condition-operator"
          value={fact.channel ?? ''}
          onChange={(channel) => put({ channel: channel === '' ? undefined : channel })}
          disabled={disabled}
          aria-label={t('condition.channel')}
          options={[
            { value: '', label: t('condition.anyChannel') },
            ...channelName.options.map((value) => ({ value, label: t(`channel.${value}`) })),
          ]}
        />
      )}
      {takes.includes('requestType') && (
        <Select
          className="condition-operator"
          value={fact.requestType ?? ''}
          onChange={(type: string) => put({ requestType: type === '' ? undefined : type })}
          disabled={disabled}
          aria-label={t('condition.requestType')}
          options={[
            { value: '', label: t('condition.anyType') },
            ...(types.data ?? []).map((type) => ({ value: type.key, label: named(type) })),
          ]}
        />
      )}
      {takes.includes('days') && (
        <InputNumber
          className="condition-days"
          value={fact.days ?? null}
          onChange={(days) => put({ days: days ?? undefined })}
          min={1}
          max={3650}
          precision={0}
          disabled={disabled}
          placeholder={needs.includes('days') ? '' : t('condition.ever')}
          suffix={<span className="muted small">{t('condition.daysUnit')}</span>}
          controls={false}
          aria-label={t('condition.days')}
        />
      )}
    </>
  );
}

interface FieldSelectProps {
  value: string | undefined;
  change: (key: string) => void;
  disabled: boolean;
}

/** A field by its name. Of one that is sealed, or gone, the rules know nothing: that is said where it is asked for. */
function FieldSelect({ value, change, disabled }: FieldSelectProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const fields = useCustomFields().filter(({ scope }) => scope === 'customer');
  const options = [
    { value: 'display_name', label: t('condition.displayName') },
    ...fields.filter(({ sensitive }) => !sensitive).map((field) => ({ value: field.key, label: named(field) })),
  ];
  const isOffered = value === undefined || options.some((option) => option.value === value);
  const sealed = fields.find(({ key }) => key === value);
  const missing = sealed
    ? t('condition.fieldSealed', { field: named(sealed) })
    : t('condition.fieldGone', { field: value });
  return (
    <Select
      className="condition-words"
      showSearch={{ optionFilterProp: 'label' }}
      value={value ?? null}
      onChange={change}
      disabled={disabled}
      {...(!isOffered && fields.length > 0 && { status: 'warning' as const })}
      aria-label={t('condition.key')}
      options={isOffered ? options : [{ value, label: missing }, ...options]}
      data-testid="fact-key"
    />
  );
}

/** Of an input of a time of day; nothing in it is midnight. */
function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return (hours || 0) * 60 + (minutes || 0);
}

interface ThresholdProps {
  test: FactTest;
  change: (test: FactTest) => void;
  grades: readonly string[];
  disabled: boolean;
}

/** Sums are entered in the currency's own unit and kept in its minor one; trends in percent and kept as a share. */
function Threshold({ test, change, grades, disabled }: ThresholdProps) {
  const { t } = useTranslation();
  const wording = useWording();
  const choices = useTicketChoices(test.fact.name);
  if (test.operator === 'known' || test.operator === 'unknown') return null;
  const unit = unitOf(test.fact);
  if (test.fact.name === 'time-of-day')
    return (
      <Input
        className="condition-number"
        type="time"
        value={clockText(test.number ?? 0)}
        onChange={({ target }) => change({ ...test, number: minutesOf(target.value) })}
        disabled={disabled}
        aria-label={t('condition.threshold')}
        data-testid="test-time"
      />
    );
  if (factKinds[test.fact.name].is === 'number')
    return (
      <InputNumber
        className="condition-number"
        value={test.number === undefined ? null : Number((test.number / unit).toFixed(6))}
        onChange={(number) => {
          const { number: _before, ...rest } = test;
          change(
            number === null
              ? rest
              : { ...rest, number: unit > 1 ? Math.round(number * unit) : Number((number * unit).toFixed(6)) },
          );
        }}
        disabled={disabled}
        suffix={isTrend(test.fact) ? '%' : undefined}
        aria-label={t('condition.threshold')}
        data-testid="test-number"
      />
    );
  const known = wordsOf(test.fact, grades).map((value) => ({ value, label: wordText(wording, test.fact, value) }));
  const options = choices?.options ?? known;
  return (
    <Select
      className="condition-words"
      mode={options.length > 0 && choices?.free !== true ? 'multiple' : 'tags'}
      showSearch={{ optionFilterProp: 'label' }}
      value={test.words ?? []}
      onChange={(words: string[]) => {
        const { words: _before, ...rest } = test;
        change(words.length === 0 ? rest : { ...rest, words });
      }}
      disabled={disabled}
      tokenSeparators={[',', '，']}
      aria-label={t('condition.words')}
      options={options}
      data-testid="test-words"
    />
  );
}
