import { useQuery } from '@tanstack/react-query';
import { channelName, type ServicePolicy } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { api } from '../query-client.ts';

/** What a ticket may be told by, with the names that people know. */
export function useTraitOptions() {
  const { t, i18n } = useTranslation();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const types = useQuery({ queryKey: keys.requestTypes, queryFn: ({ signal }) => api.requestTypes(signal) });
  const grading = useQuery({ queryKey: keys.grading, queryFn: ({ signal }) => api.grading(signal) });
  return {
    channels: channelName.options.map((value) => ({ value: value as string, label: t(`channel.${value}`) })),
    queueIds: (queues.data ?? []).map(({ id, name }) => ({ value: id, label: queueText(t, name) })),
    requestTypes: (types.data ?? []).map((type) => ({ value: type.key, label: bilingual(i18n, type).shown })),
    grades: (grading.data?.policy.grades ?? []).map((grade) => ({
      value: grade.key,
      label: bilingual(i18n, grade).shown,
    })),
  };
}

type Trait = keyof ServicePolicy['when'];
const words = {
  channels: 'plan.channels',
  queueIds: 'plan.queues',
  requestTypes: 'plan.types',
  grades: 'plan.grades',
} as const;

/** Which tickets: what is left empty fits every one. */
export function WhenFields({ traits }: { traits: readonly Trait[] }) {
  const { t } = useTranslation();
  const options = useTraitOptions();
  return (
    <>
      <p className="muted small">{t('plan.whenHelp')}</p>
      <div className="pair">
        {traits.map((trait) => (
          <Form.Item key={trait} name={['when', trait]} label={t(words[trait])}>
            <Select mode="multiple" optionFilterProp="label" options={options[trait]} data-testid={`when-${trait}`} />
          </Form.Item>
        ))}
      </div>
    </>
  );
}

/** `Phone · Complaints`, or that it is every ticket. */
export function useWhenText(): (when: Partial<Record<Trait, readonly string[]>>) => string {
  const { t } = useTranslation();
  const options = useTraitOptions();
  return (when) => {
    const parts = (['channels', 'queueIds', 'requestTypes', 'grades'] as const).flatMap((trait) => {
      const names = (when[trait] ?? []).map(
        (value) => options[trait].find((one) => one.value === value)?.label ?? value,
      );
      return names.length > 0 ? [names.join(', ')] : [];
    });
    return parts.length > 0 ? parts.join(' · ') : t('plan.any');
  };
}
