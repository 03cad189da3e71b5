import { useQuery } from '@tanstack/react-query';
import type { IdentitySettings } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';

/** From where on pairs are suggested and may be merged together. */
export function IdentitySettingsModal({ close }: { close: () => void }) {
  const settings = useQuery({
    queryKey: keys.identitySettings,
    queryFn: ({ signal }) => api.identitySettings(signal),
  });
  return settings.data ? <Fields settings={settings.data} close={close} /> : null;
}

/** Digits beyond what a manager enters come from binary fractions alone. */
const rounded = (number: number) => Number(number.toFixed(6));
const inPercent = (settings: IdentitySettings): IdentitySettings => ({
  ...settings,
  suggestScore: rounded(settings.suggestScore * 100),
  bulkScore: rounded(settings.bulkScore * 100),
});
const asProbabilities = (fields: IdentitySettings): IdentitySettings => ({
  ...fields,
  suggestScore: rounded(fields.suggestScore / 100),
  bulkScore: rounded(fields.bulkScore / 100),
});

function Fields({ settings, close }: { settings: IdentitySettings; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<IdentitySettings>();
  const save = useAction((fields: IdentitySettings) => api.setIdentitySettings(fields), {
    stale: [keys.identitySettings, keys.suggestionList],
    done: t('pairs.saved'),
    after: close,
  });
  return (
    <AskModal
      title={t('pairs.settings')}
      okText={t('pairs.save')}
      form={form}
      initial={inPercent(settings)}
      busy={save.isPending}
      error={save.error}
      submit={(fields) => save.mutate(asProbabilities(fields))}
      close={close}
    >
      <Form.Item name="suggestScore" label={t('pairs.suggestScore')} rules={[{ required: true }]}>
        <InputNumber min={10} max={100} step={5} suffix="%" />
      </Form.Item>
      <Form.Item
        name="bulkScore"
        label={t('pairs.bulkScore')}
        extra={t('pairs.bulkScoreHelp')}
        rules={[{ required: true }]}
      >
        <InputNumber min={50} max={100} step={0.1} suffix="%" data-testid="bulk-score" />
      </Form.Item>
      <Form.Item
        name="sharedNames"
        label={t('pairs.sharedNames')}
        extra={t('pairs.sharedNamesHelp')}
        rules={[{ required: true }]}
      >
        <InputNumber min={0} max={50} precision={0} />
      </Form.Item>
    </AskModal>
  );
}
