import { useQuery } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { movedByMerge } from '../desk/use-merge.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';
import { ReasonField } from './check-modal.tsx';
import type { IdentifierProps } from './identifier-record.tsx';

interface Fields {
  organisation?: string;
  keepCustomerId?: string;
  reason: string;
}

/** Marks an identifier as that of several people, or takes the mark away. */
export function ShareModal({ customerId, identifier, close }: IdentifierProps & { close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const shared = !identifier.shared;
  const { kind, value } = identifier;
  const holders = useQuery({
    queryKey: ['customer', 'holders', kind, value],
    queryFn: ({ signal }) => api.holders(kind, value, signal),
    enabled: !shared,
  });
  const share = useAction((fields: Fields) => api.shareIdentifier(customerId, identifier.id, { ...fields, shared }), {
    stale: movedByMerge,
    done: t('identity.done'),
    after: close,
  });
  return (
    <AskModal
      title={`${t(shared ? 'identity.share' : 'identity.unshare')}: ${value}`}
      text={t(shared ? 'identity.shareText' : 'identity.unshareText')}
      okText={t(shared ? 'identity.share' : 'identity.unshare')}
      form={form}
      initial={shared ? {} : { keepCustomerId: customerId }}
      busy={share.isPending}
      error={share.error}
      submit={(fields) => share.mutate(fields)}
      close={close}
    >
      {shared ? (
        <Form.Item name="organisation" label={t('identity.organisation')}>
          <Input maxLength={200} />
        </Form.Item>
      ) : (
        <Form.Item name="keepCustomerId" label={t('identity.keep')}>
          <Select
            loading={holders.isPending}
            options={(holders.data ?? []).map((one) => ({ value: one.id, label: one.displayName }))}
          />
        </Form.Item>
      )}
      <ReasonField />
    </AskModal>
  );
}
