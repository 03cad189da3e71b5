import { useQuery } from '@tanstack/react-query';
import { PlusOutlined } from '@ant-design/icons';
import { identifierKind, type IdentifierKind } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { IdentifierRecord } from './identifier-record.tsx';

/** How we know who a customer is: identifiers, with what proves each of them. */
export function Identifiers({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const identifiers = useQuery({
    queryKey: keys.identifiers(customerId),
    queryFn: ({ signal }) => api.identifiers(customerId, signal),
  });
  return (
    <>
      {identifiers.isPending && <Loading />}
      {identifiers.isError && !identifiers.data && (
        <Failed error={identifiers.error} retry={() => void identifiers.refetch()} />
      )}
      {identifiers.data && (
        <div className="panel">
          {identifiers.data.length === 0 && <p className="muted">{t('customer.noIdentifiers')}</p>}
          {identifiers.data.map((one) => (
            <IdentifierRecord key={one.id} customerId={customerId} identifier={one} />
          ))}
        </div>
      )}
      <AddIdentifier customerId={customerId} />
    </>
  );
}

/** What a customer says they are reached by: a claim until it is proved. */
function AddIdentifier({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ kind: IdentifierKind; value: string }>();
  const add = useAction((fields: { kind: IdentifierKind; value: string }) => api.addIdentifier(customerId, fields), {
    stale: [keys.customer(customerId)],
    after: (_, { value }) => form.getFieldValue('value') === value && form.resetFields(),
  });
  const kinds = identifierKind.options.filter((kind) => kind !== 'visitor');
  return (
    <Form form={form} layout="inline" initialValues={{ kind: 'phone' }} onFinish={(fields) => add.mutate(fields)}>
      <Form.Item name="kind">
        <Select
          aria-label={t('identity.kind')}
          options={kinds.map((value) => ({ value, label: t(`identifierKind.${value}`) }))}
          style={{ minWidth: 120 }}
        />
      </Form.Item>
      <Form.Item name="value" rules={[{ required: true, whitespace: true, message: '' }]}>
        <Input
          aria-label={t('identity.addValue')}
          placeholder={t('identity.addValue')}
          data-testid="identifier-new-value"
        />
      </Form.Item>
      <Button htmlType="submit" icon={<PlusOutlined />} loading={add.isPending} data-testid="identifier-add">
        {t('identity.add')}
      </Button>
    </Form>
  );
}
