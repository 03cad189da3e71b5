import {
  webhookEvent,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
  type WebhookEvent,
} from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { webAddressRule } from '../admin/web-address-rule.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';

interface Fields {
  name: string;
  url: string;
  events: WebhookEvent[];
  enabled: boolean;
}

interface EndpointFormProps {
  endpoint: WebhookEndpoint | null;
  close: () => void;
  created: (fresh: WebhookEndpointWithSecret) => void;
}

export function EndpointForm({ endpoint, close, created }: EndpointFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const needed = { required: true, whitespace: true, message: t('form.needed') };
  return (
    <FormDrawer
      title={endpoint ? endpoint.name : t('webhooks.add')}
      form={form}
      initial={{
        name: endpoint?.name ?? '',
        url: endpoint?.url ?? '',
        events: endpoint?.events ?? [],
        enabled: endpoint?.enabled ?? true,
      }}
      save={async (fields) => {
        if (endpoint) await api.updateEndpoint(endpoint.id, fields);
        else created(await api.createEndpoint(fields));
      }}
      stale={[keys.webhooks]}
      close={close}
      testId="endpoint"
    >
      <Form.Item name="name" label={t('form.name')} rules={[needed]}>
        <Input autoFocus maxLength={100} data-testid="endpoint-name" />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('webhooks.url')}
        extra={t('webhooks.urlHelp')}
        rules={[webAddressRule(t('sources.urlNeeded'), () => true)]}
      >
        <Input type="url" autoComplete="off" maxLength={2_000} data-testid="endpoint-url" />
      </Form.Item>
      <Form.Item name="events" label={t('webhooks.events')} extra={t('webhooks.eventsHelp')}>
        <Select
          mode="multiple"
          options={webhookEvent.options.map((value) => ({ value, label: value }))}
          optionRender={(option) => <span data-testid={`event-${String(option.value)}`}>{option.label}</span>}
          data-testid="endpoint-events"
        />
      </Form.Item>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('webhooks.enabled')}</Checkbox>
      </Form.Item>
    </FormDrawer>
  );
}
