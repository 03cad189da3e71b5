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
      initial={settings}
      busy={save.isPending}
      error={save.error}
      submit={(fields) => save.mutate(fields)}
      close={close}
    >
      <Form.Item name="suggestScore" label={t('pairs.suggestScore')} rules={[{ required: true }]}>
        <InputNumber min={0.1} max={1} step={0.05} />
      </Form.Item>
      <Form.Item name="bulkScore" label={t('pairs.bulkScore')} rules={[{ required: true }]}>
        <InputNumber min={0.5} max={1} step={0.01} data-testid="bulk-score" />
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
