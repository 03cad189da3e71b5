import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MailIdentity } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, App, Checkbox, Form, Input, Modal, Select } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

const HtmlMail = lazy(async () => ({ default: (await import('../desk/html-mail.tsx')).HtmlMail }));

interface IdentityFields {
  address: string;
  name: string;
  queueId: string | null;
  isDefault: boolean;
  signatureText: string;
  signatureHtml: string;
}

export function IdentityForm({ identity, close }: { identity: MailIdentity | null; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<IdentityFields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const save = useSave(identity, close);
  const problem = save.error && problemText(t, save.error);
  return (
    <Modal
      open
      title={identity ? t('identities.editName', { name: identity.name }) : t('identities.add')}
      okText={t('identities.save')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'identity-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          address: identity?.address ?? '',
          name: identity?.name ?? '',
          queueId: identity?.queueId ?? null,
          isDefault: identity?.isDefault ?? false,
          signatureText: identity?.signatureText ?? '',
          signatureHtml: identity?.signatureHtml ?? '',
        }}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item
          name="address"
          label={t('identities.address')}
          extra={t('identities.addressHelp')}
          rules={[{ required: true, type: 'email', message: t('field.emailNeeded') }]}
        >
          <Input type="email" autoComplete="off" data-testid="identity-address" />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('identities.name')}
          rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
        >
          <Input data-testid="identity-name" />
        </Form.Item>
        <Form.Item name="queueId" label={t('identities.queue')}>
          <Select
            allowClear
            placeholder={t('identities.noQueue')}
            options={(queues.data ?? []).map((queue) => ({ value: queue.id, label: queueText(t, queue.name) }))}
            data-testid="identity-queue"
          />
        </Form.Item>
        <Form.Item name="isDefault" valuePropName="checked" extra={t('identities.isDefaultHelp')}>
          <Checkbox data-testid="identity-default">{t('identities.isDefault')}</Checkbox>
        </Form.Item>
        <Form.Item
          name="signatureText"
          label={t('identities.signatureText')}
          extra={t('identities.signatureHelp', { placeholder: '{{agent}}', interpolation: { escapeValue: false } })}
        >
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={5000} data-testid="identity-signature" />
        </Form.Item>
        <Form.Item name="signatureHtml" label={t('identities.signatureHtml')} extra={t('identities.htmlHelp')}>
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 8 }}
            maxLength={20_000}
            data-testid="identity-signature-html"
          />
        </Form.Item>
        <Form.Item noStyle dependencies={['signatureHtml']}>
          {() => <SignatureHtml html={String(form.getFieldValue('signatureHtml') ?? '')} />}
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** As its readers see it, in the same frame as any other mail. */
function SignatureHtml({ html }: { html: string }) {
  const { t } = useTranslation();
  const me = useMe();
  if (html.trim() === '') return null;
  return (
    <div aria-label={t('identities.preview')}>
      <Suspense>
        <HtmlMail
          html={html.replaceAll('{{agent}}', () => me.name.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))}
          attachments={[]}
        />
      </Suspense>
    </div>
  );
}

function useSave(identity: MailIdentity | null, close: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ queueId, signatureHtml, ...fields }: IdentityFields) => {
      const draft = { ...fields, queueId: queueId ?? null, signatureHtml: signatureHtml.trim() || null };
      await (identity ? api.updateMailIdentity(identity.id, draft) : api.createMailIdentity(draft));
    },
    onSuccess: async () => {
      void message.success(t('identities.saved'));
      close();
      await client.invalidateQueries({ queryKey: keys.mailIdentities });
      await client.invalidateQueries({ queryKey: ['reply-recipients'] });
    },
  });
}
