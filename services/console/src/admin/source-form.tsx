import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { HttpSource, SourceTrust } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Checkbox, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import type { FreshSecret } from './source-secret.tsx';
import { webAddressRule } from './web-address-rule.ts';

interface SourceFields {
  name: string;
  replyBy: HttpSource['replyBy'];
  outboundUrl: string;
  trust: SourceTrust;
  enabled: boolean;
}

interface SourceFormProps {
  source: HttpSource | null;
  close: () => void;
  created: (fresh: FreshSecret) => void;
}

const grades = ['claimed', 'known', 'verified'] as const;
const kinds = ['external', 'account', 'email', 'phone'] as const;

export function SourceForm({ source, close, created }: SourceFormProps) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<SourceFields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const save = useSave(source, close, created);
  const problem = save.error && problemText(t, save.error);
  return (
    <Modal
      open
      title={source ? t('sources.editName', { name: source.name }) : t('sources.add')}
      okText={t('sources.save')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'source-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          name: source?.name ?? '',
          replyBy: source?.replyBy ?? 'none',
          outboundUrl: source?.outboundUrl ?? '',
          trust: source?.trust ?? { email: 'claimed', phone: 'claimed', external: 'claimed', account: 'claimed' },
          enabled: source?.enabled ?? true,
        }}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item
          name="name"
          label={t('form.name')}
          rules={[{ required: true, whitespace: true, max: 200, message: t('form.needed') }]}
        >
          <Input data-testid="source-name" />
        </Form.Item>
        <Form.Item name="replyBy" label={t('sources.answers')}>
          <Select
            options={(['webhook', 'email', 'none'] as const).map((value) => ({
              value,
              label: t(`sources.replyBy.${value}`),
            }))}
            data-testid="source-reply-by"
          />
        </Form.Item>
        <Form.Item
          name="outboundUrl"
          label={t('sources.outboundUrl')}
          extra={t('sources.outboundHelp')}
          dependencies={['replyBy']}
          rules={[webAddressRule(t('sources.urlNeeded'), () => form.getFieldValue('replyBy') === 'webhook')]}
        >
          <Input type="url" autoComplete="off" maxLength={2_000} data-testid="source-url" />
        </Form.Item>
        <fieldset className="source-trust">
          <legend>{t('sources.trust')}</legend>
          <p className="muted small">{t('sources.trustHelp')}</p>
          {kinds.map((kind) => (
            <Form.Item key={kind} name={['trust', kind]} label={t(`identifierKind.${kind}`)} layout="horizontal">
              <Select options={grades.map((value) => ({ value, label: t(`grade.${value}`) }))} />
            </Form.Item>
          ))}
        </fieldset>
        <Form.Item name="enabled" valuePropName="checked">
          <Checkbox>{t('sources.enabled')}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}

function useSave(source: HttpSource | null, close: () => void, created: (fresh: FreshSecret) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ outboundUrl, ...fields }: SourceFields) => {
      const json = { ...fields, outboundUrl: outboundUrl.trim() || null };
      if (!source) return api.createHttpSource(json);
      await api.updateHttpSource(source.id, json);
      return null;
    },
    onSuccess: async (fresh) => {
      await client.invalidateQueries({ queryKey: keys.httpSources });
      close();
      if (fresh) created(fresh);
    },
  });
}
