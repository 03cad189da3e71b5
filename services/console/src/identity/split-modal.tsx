import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Form, Input, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { movedByMerge } from '../desk/use-merge.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';
import { ReasonField } from './check-modal.tsx';
import type { IdentifierProps } from './identifier-record.tsx';

interface Fields {
  displayName?: string;
  toCustomerId?: string;
  reason: string;
}

/** Gives an identifier, with the contacts that came by it, to somebody else. */
export function SplitModal({ customerId, identifier, close }: IdentifierProps & { close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const [to, setTo] = useState<'new' | 'other'>('new');
  const split = useAction((fields: Fields) => api.splitIdentifier(customerId, identifier.id, fields), {
    stale: movedByMerge,
    done: t('identity.done'),
    after: close,
  });
  return (
    <AskModal
      title={`${t('identity.split')}: ${identifier.value}`}
      text={t('identity.splitText')}
      okText={t('identity.split')}
      form={form}
      initial={{}}
      busy={split.isPending}
      error={split.error}
      submit={(fields) => split.mutate(fields)}
      close={close}
    >
      <Form.Item label={t('identity.splitTo')}>
        <Segmented
          value={to}
          onChange={setTo}
          options={[
            { value: 'new', label: t('identity.splitNew') },
            { value: 'other', label: t('identity.splitOther') },
          ]}
        />
      </Form.Item>
      {to === 'new' ? (
        <Form.Item
          name="displayName"
          label={t('identity.name')}
          preserve={false}
          rules={[{ required: true, whitespace: true, max: 200, message: t('identity.nameNeeded') }]}
        >
          <Input data-testid="split-name" />
        </Form.Item>
      ) : (
        <Form.Item
          name="toCustomerId"
          label={t('identity.find')}
          preserve={false}
          rules={[{ required: true, message: t('identity.find') }]}
        >
          <CustomerSelect without={customerId} />
        </Form.Item>
      )}
      <ReasonField />
    </AskModal>
  );
}

interface CustomerSelectProps {
  without: string;
  value?: string;
  onChange?: (id: string) => void;
}

function CustomerSelect({ without, ...field }: CustomerSelectProps) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const found = useQuery({
    queryKey: keys.customerSearch(q.trim()),
    queryFn: ({ signal }) => api.customers(q.trim(), signal),
    enabled: q.trim().length > 1,
  });
  return (
    <Select
      {...field}
      showSearch={{ filterOption: false, onSearch: setQ }}
      loading={found.isFetching}
      placeholder={t('customer.searchHint')}
      notFoundContent={t(q.trim().length > 1 ? 'customer.searchNone' : 'customer.searchHint')}
      options={(found.data?.items ?? [])
        .filter(({ id }) => id !== without)
        .map((one) => ({
          value: one.id,
          label: [one.displayName, ...one.identifiers.map(({ value }) => value)].join(' · '),
        }))}
    />
  );
}
