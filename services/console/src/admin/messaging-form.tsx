import { useQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { MessagingSettings } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, App, Button, Checkbox, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { SegmentCounter } from '../desk/segment-counter.tsx';
import { problemText } from '../feedback/problem-text.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';

/** As the hub takes it. */
const longest = 1600;

/** What a text message that only says HELP is answered. */
export function MessagingForm() {
  const { t } = useTranslation();
  const settings = useQuery({
    queryKey: keys.messagingSettings,
    queryFn: ({ signal }) => api.messagingSettings(signal),
  });
  return (
    <section className="page-section">
      <h2>{t('sending.help')}</h2>
      <p className="muted small">{t('sending.helpText')}</p>
      {settings.isPending && <Loading />}
      {settings.isError && !settings.data && <Failed error={settings.error} retry={() => void settings.refetch()} />}
      {settings.data && <Fields settings={settings.data} />}
    </section>
  );
}

interface MessagingFields {
  helpReply: boolean;
  helpText: string;
}

function Fields({ settings }: { settings: MessagingSettings }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<MessagingFields>();
  const text = Form.useWatch('helpText', form) ?? '';
  const on = Form.useWatch('helpReply', form) ?? settings.helpReply;
  const save = useMutation({
    mutationFn: ({ helpReply, helpText }: MessagingFields) =>
      api.setMessagingSettings({ helpReply, helpText: helpText.trim() || null }),
    onSuccess: (saved) => {
      client.setQueryData(keys.messagingSettings, saved);
      void message.success(t('form.saved'));
    },
  });
  const problem = save.error && problemText(t, save.error);
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={{ helpReply: settings.helpReply, helpText: settings.helpText ?? '' }}
      onFinish={() => save.mutate(form.getFieldsValue(true))}
      className="panel panel-form"
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form.Item name="helpReply" valuePropName="checked" extra={t('sending.helpReplyHelp')}>
        <Checkbox data-testid="help-reply">{t('sending.helpReply')}</Checkbox>
      </Form.Item>
      <Form.Item name="helpText" label={t('sending.helpWords')} extra={t('sending.helpWordsHelp')}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 8 }}
          maxLength={longest}
          disabled={!on}
          data-testid="help-text"
        />
      </Form.Item>
      <SegmentCounter text={text} limit={longest} segments />
      <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="help-save">
        {t('form.save')}
      </Button>
    </Form>
  );
}
