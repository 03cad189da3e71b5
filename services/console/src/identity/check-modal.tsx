import { keys } from '@patchbay/ui';
import { App, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { movedByMerge } from '../desk/use-merge.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';
import type { IdentifierProps } from './identifier-record.tsx';

/** An agent says that an identifier is the customer's, and how they know. */
export function CheckModal({ customerId, identifier, close }: IdentifierProps & { close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [form] = Form.useForm<{ reason: string }>();
  const check = useAction(({ reason }: { reason: string }) => api.checkIdentifier(customerId, identifier.id, reason), {
    stale: [...movedByMerge, keys.suggestionList],
    after: ({ outcome, customerId: whose }) => {
      void message.info(t(`identity.outcome.${outcome}`), 6);
      close();
      if (whose !== customerId) void navigate(`/customers/${whose}`);
    },
  });
  return (
    <AskModal
      title={`${t('identity.check')}: ${identifier.value}`}
      text={t('identity.checkText')}
      okText={t('identity.check')}
      form={form}
      initial={{}}
      busy={check.isPending}
      error={check.error}
      submit={(fields) => check.mutate(fields)}
      close={close}
    >
      <ReasonField />
    </AskModal>
  );
}

export function ReasonField() {
  const { t } = useTranslation();
  return (
    <Form.Item
      name="reason"
      label={t('identity.reason')}
      rules={[{ required: true, whitespace: true, max: 500, message: t('identity.reasonNeeded') }]}
    >
      <Input.TextArea autoSize={{ minRows: 2 }} data-testid="ask-reason" />
    </Form.Item>
  );
}
