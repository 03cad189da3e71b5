import '../style/privacy.css';
import { FileProtectOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { consentPurpose, type ConsentPurpose, type ConsentRecord } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CardSection } from '../desk/card-section.tsx';
import { Failed } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { api } from '../query-client.ts';

/** What the person agreed to besides being texted, since when, by what. */
export function ConsentRecords({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<ConsentPurpose | null>(null);
  const records = useQuery({
    queryKey: keys.consentRecords(customerId),
    queryFn: ({ signal }) => api.consentRecords(customerId, signal),
  });
  const last = (purpose: ConsentPurpose) => records.data?.find((one) => one.purpose === purpose);
  return (
    <CardSection title={t('privacy.consents')} icon={<FileProtectOutlined aria-hidden />}>
      {records.isError && !records.data && <Failed error={records.error} retry={() => void records.refetch()} />}
      {records.data && (
        <ul className="consent-records">
          {consentPurpose.options.map((purpose) => (
            <Purpose key={purpose} purpose={purpose} record={last(purpose)} edit={() => setEdited(purpose)} />
          ))}
        </ul>
      )}
      {edited && (
        <ConsentForm customerId={customerId} purpose={edited} last={last(edited)} close={() => setEdited(null)} />
      )}
    </CardSection>
  );
}

interface PurposeProps {
  purpose: ConsentPurpose;
  record: ConsentRecord | undefined;
  edit: () => void;
}

function Purpose({ purpose, record, edit }: PurposeProps) {
  const { t, i18n } = useTranslation();
  const state = record?.state ?? 'unknown';
  return (
    <li
      className="row small wrap"
      data-testid="consent-record"
      data-state={state}
      title={record && fullMoment(record.at, i18n.language)}
    >
      <span className="grow">
        {t(`privacy.purpose.${purpose}`)}: <strong>{t(`privacy.consentState.${state}`)}</strong>
        {record && (
          <span className="muted">
            {' '}
            {moment(record.at, Date.now(), i18n.language)} · {t(`privacy.source.${record.source}`)}
            {record.textVersion && ` · ${record.textVersion}`}
          </span>
        )}
      </span>
      <Button
        type="link"
        size="small"
        onClick={edit}
        aria-label={t('privacy.changePurpose', { purpose: t(`privacy.purpose.${purpose}`) })}
        data-testid={`consent-${purpose}`}
      >
        {t('privacy.change')}
      </Button>
    </li>
  );
}

interface ConsentFields {
  source: ConsentRecord['source'];
  textVersion: string;
  note: string;
}

interface ConsentFormProps {
  customerId: string;
  purpose: ConsentPurpose;
  last: ConsentRecord | undefined;
  close: () => void;
}

function ConsentForm({ customerId, purpose, last, close }: ConsentFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<ConsentFields & { state: ConsentRecord['state'] }>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const save = useAction(
    (fields: ConsentFields & { state: ConsentRecord['state'] }) =>
      api.recordConsent(customerId, { purpose, ...fields }),
    { stale: [keys.consentRecords(customerId)], after: close },
  );
  const initial = {
    state: last?.state === 'granted' ? 'withdrawn' : 'granted',
    source: 'customer',
    textVersion: last?.textVersion ?? '',
    note: '',
  };
  return (
    <Modal
      open
      title={t(`privacy.purpose.${purpose}`)}
      mask={{ closable: false }}
      onCancel={leave}
      onOk={() => form.submit()}
      okButtonProps={{ loading: save.isPending, 'data-testid': 'consent-record-save' }}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={initial}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item name="state" label={t('privacy.consentSaid')}>
          <Select
            autoFocus
            options={(['granted', 'withdrawn'] as const).map((value) => ({
              value,
              label: t(`privacy.consentState.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="source" label={t('privacy.consentSource')}>
          <Select
            options={(['customer', 'agent', 'form', 'import'] as const).map((value) => ({
              value,
              label: t(`privacy.source.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="textVersion" label={t('privacy.textVersion')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="note" label={t('privacy.note')}>
          <Input.TextArea maxLength={500} rows={2} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
