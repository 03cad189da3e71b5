import { fillTemplate, placesOf, templateCreate, type MessageTemplate } from '@patchbay/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';

interface Fields {
  name: string;
  language: string;
  contentSid: string;
  body: string;
  labels: string[];
}

/** Enters or corrects a template. A label is asked for each place as soon as the text has it. */
export function TemplateForm({ template, close }: { template: MessageTemplate | null; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<Fields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (fields: Fields) => {
      const labels = (fields.labels ?? []).slice(0, placesOf(fields.body));
      await (template
        ? api.updateTemplate(template.id, { ...fields, labels })
        : api.createTemplate({ ...fields, labels, channel: 'whatsapp' }));
    },
    onSuccess: async () => {
      close();
      await client.invalidateQueries({ queryKey: ['templates'] });
    },
  });
  const problem = save.error && problemText(t, save.error);
  const body = Form.useWatch('body', form) ?? template?.body ?? '';
  const labels = Form.useWatch('labels', form) ?? template?.labels ?? [];
  const shape = templateCreate.shape;
  const rule = (field: 'name' | 'language' | 'contentSid' | 'body', message: string) => ({
    validator: (_: unknown, value: unknown) =>
      shape[field].safeParse(value).success ? Promise.resolve() : Promise.reject(new Error(message)),
  });
  return (
    <Modal
      open
      title={t(template ? 'team.edit' : 'texting.add')}
      okText={t('team.save')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'template-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={template ?? { language: 'en', labels: [] }}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item name="name" label={t('form.name')} rules={[rule('name', t('form.needed'))]}>
          <Input maxLength={100} data-testid="template-name" />
        </Form.Item>
        <Form.Item name="language" label={t('texting.language')} rules={[rule('language', t('texting.languageRule'))]}>
          <Input maxLength={10} data-testid="template-language" />
        </Form.Item>
        <Form.Item
          name="contentSid"
          label={t('texting.contentSid')}
          extra={t('texting.contentSidHelp')}
          rules={[rule('contentSid', t('texting.contentSidRule'))]}
        >
          <Input maxLength={34} placeholder="HX…" data-testid="template-sid" />
        </Form.Item>
        <Form.Item
          name="body"
          label={t('texting.body')}
          extra={t('texting.bodyHelp', { place: '{{1}}' })}
          rules={[rule('body', t('texting.bodyRule'))]}
        >
          <Input.TextArea rows={4} maxLength={1600} data-testid="template-body" />
        </Form.Item>
        {Array.from({ length: Math.min(20, placesOf(body)) }, (_, at) => (
          <Form.Item
            key={at}
            name={['labels', at]}
            label={t('texting.label', { place: `{{${at + 1}}}` })}
            rules={[{ required: true, whitespace: true, max: 100, message: t('texting.labelRule') }]}
          >
            <Input data-testid={`template-label-${at + 1}`} />
          </Form.Item>
        ))}
        {body !== '' && (
          <blockquote className="template-preview">
            {fillTemplate(
              body,
              labels.map((label: string | undefined, at: number) => (label ? `[${label}]` : `{{${at + 1}}}`)),
            )}
          </blockquote>
        )}
      </Form>
    </Modal>
  );
}
