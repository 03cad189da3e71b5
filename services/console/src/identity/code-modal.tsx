import { useQuery } from '@tanstack/react-query';
import type { IdentityCode } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { movedByMerge } from '../desk/use-merge.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';
import type { IdentifierProps } from './identifier-record.tsx';

/** Sends a one-time code to the address and takes it back from the customer. */
export function CodeModal(props: IdentifierProps & { close: () => void }) {
  const { customerId, identifier } = props;
  const open = useQuery({
    queryKey: keys.openCodes(customerId),
    queryFn: ({ signal }) => api.openCodes(customerId, signal),
  });
  const code = open.data?.find(({ kind, value }) => kind === identifier.kind && value === identifier.value);
  return code ? <Confirm {...props} code={code} /> : <Order {...props} />;
}

function Order({ customerId, identifier, close }: IdentifierProps & { close: () => void }) {
  const { t } = useTranslation();
  const tickets = useQuery({
    queryKey: keys.ticketList({ customerId, limit: 1 }),
    queryFn: ({ signal }) => api.tickets({ customerId }, null, 1, signal),
  });
  const ticketId = tickets.data?.items[0]?.id;
  const order = useAction((id: string) => api.sendCode(customerId, identifier.id, id), {
    stale: [keys.openCodes(customerId)],
    done: t('identity.codeSent', { value: identifier.value }),
  });
  return (
    <Modal
      open
      title={`${t('identity.sendCode')}: ${identifier.value}`}
      okText={t('identity.sendCode')}
      cancelText={t('identity.cancel')}
      confirmLoading={order.isPending}
      okButtonProps={{ disabled: ticketId === undefined, 'data-testid': 'code-order' }}
      onOk={() => ticketId !== undefined && order.mutate(ticketId)}
      onCancel={close}
    >
      <p className="muted">{t('identity.codeText')}</p>
      {tickets.data && ticketId === undefined && <Alert type="warning" showIcon title={t('identity.noTicket')} />}
    </Modal>
  );
}

function Confirm({ code, close }: IdentifierProps & { close: () => void; code: IdentityCode }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ code: string }>();
  const [result, setResult] = useState<string | null>(null);
  const confirm = useAction((typed: { code: string }) => api.confirmCode(code.id, typed.code), {
    stale: movedByMerge,
    after: (answer) => {
      setResult(t(`identity.codeResult.${answer.result}`));
      if (answer.result === 'confirmed') close();
    },
  });
  return (
    <AskModal
      title={t('identity.codeSent', { value: code.value })}
      text={t('identity.codeText')}
      okText={t('identity.confirm')}
      form={form}
      initial={{}}
      busy={confirm.isPending}
      error={confirm.error}
      submit={(fields) => confirm.mutate(fields)}
      close={close}
    >
      <Form.Item
        name="code"
        label={t('identity.code')}
        extra={result ?? t('identity.codeTries', { count: code.attemptsLeft })}
        rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: t('identity.codeNeeded') }]}
      >
        <Input inputMode="numeric" autoComplete="off" maxLength={8} data-testid="code-value" />
      </Form.Item>
      {code.attemptsLeft === 0 && <Button onClick={close}>{t('identity.cancel')}</Button>}
    </AskModal>
  );
}
