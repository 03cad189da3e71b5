import { useQuery } from '@tanstack/react-query';
import { PlusOutlined } from '@ant-design/icons';
import { identifierKind, type Customer, type IdentifierKind } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { IdentifierRecord } from './identifier-record.tsx';
import { Ledger } from './ledger.tsx';

/** How we know who a customer is: identifiers with what proves them, and everybody who was joined or split off. */
export function CustomerPage() {
  const { customerId = '' } = useParams();
  const customer = useQuery({
    queryKey: keys.customer(customerId),
    queryFn: ({ signal }) => api.customer(customerId, signal),
  });
  if (customer.isPending) return <Loading />;
  if (!customer.data) return <Failed error={customer.error} retry={() => void customer.refetch()} />;
  return (
    <div className="page identity" key={customerId} data-testid="customer-page">
      <Head customer={customer.data} />
      <Identifiers customer={customer.data} />
      <Ledger customerId={customerId} />
    </div>
  );
}

function Head({ customer }: { customer: Customer }) {
  const { t, i18n } = useTranslation();
  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(customer.createdAt));
  return (
    <>
      <header className="identity-head">
        <strong className="card-name">{customer.displayName}</strong>
        <span className="muted small grow">{t('customer.since', { date: since })}</span>
        <Link to="/desk">{t('identity.back')}</Link>
      </header>
      {customer.mergedInto && (
        <Alert
          type="info"
          showIcon
          title={<Link to={`/customers/${customer.mergedInto}`}>{t('identity.mergedInto')}</Link>}
        />
      )}
    </>
  );
}

function Identifiers({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const identifiers = useQuery({
    queryKey: keys.identifiers(customer.id),
    queryFn: ({ signal }) => api.identifiers(customer.id, signal),
  });
  return (
    <section>
      <h2>{t('identity.identifiers')}</h2>
      {identifiers.isPending && <Loading />}
      {identifiers.isError && !identifiers.data && (
        <Failed error={identifiers.error} retry={() => void identifiers.refetch()} />
      )}
      {identifiers.data && (
        <div className="panel">
          {identifiers.data.length === 0 && <p className="muted">{t('customer.noIdentifiers')}</p>}
          {identifiers.data.map((one) => (
            <IdentifierRecord key={one.id} customerId={customer.id} identifier={one} />
          ))}
        </div>
      )}
      <AddIdentifier customerId={customer.id} />
    </section>
  );
}

/** What a customer says they are reached by: a claim until it is proved. */
function AddIdentifier({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ kind: IdentifierKind; value: string }>();
  const add = useAction((fields: { kind: IdentifierKind; value: string }) => api.addIdentifier(customerId, fields), {
    stale: [keys.customer(customerId)],
    after: () => form.resetFields(),
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
