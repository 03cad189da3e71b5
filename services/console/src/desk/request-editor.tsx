import type { CustomField, FieldType, RequestField, RequestType, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Checkbox, Form, Input, Select } from 'antd';
import type { KeyboardEvent } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bilingual } from '../feedback/bilingual.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { checkedValues, ticketFields } from './request-values.ts';

interface RequestEditorProps {
  ticket: TicketDetail;
  types: readonly RequestType[];
  custom: readonly CustomField[];
  close: () => void;
}

interface EditorFields {
  type: string | null;
  values: TicketDetail['fields'];
}

const stateOf = ({ requestType, fields }: TicketDetail): string => JSON.stringify([requestType, fields]);

/**
 * Type and fields of a ticket. Enter saves, in a long text with Ctrl or ⌘; Esc leaves all as it was. What a colleague saves meanwhile
 * is told and not overwritten unseen.
 */
export function RequestEditor({ ticket, types, custom, close }: RequestEditorProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<EditorFields>();
  const [begun, setBegun] = useState(() => stateOf(ticket));
  const chosen = Form.useWatch('type', form) ?? null;
  const fields = ticketFields(
    types.find(({ key }) => key === chosen),
    custom,
  );
  const save = useAction(
    ({ type: key, values }: EditorFields) =>
      api.updateTicket(ticket.id, { requestType: key ?? null, fields: checkedValues(fields, values).fields }),
    { stale: [keys.ticket(ticket.id), keys.events(ticket.id), keys.tickets], after: close },
  );
  const initial = { type: ticket.requestType, values: ticket.fields };
  const changed = begun !== stateOf(ticket);
  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || event.defaultPrevented) return;
    const inMenu = event.target instanceof Element && event.target.closest('.ant-select-open');
    if (event.key === 'Escape' && !inMenu) close();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.submit();
  };
  return (
    <Form
      form={form}
      layout="vertical"
      size="small"
      className="request-editor"
      initialValues={initial}
      onFinish={() => save.mutate(form.getFieldsValue(true))}
      onKeyDown={press}
      data-testid="request-editor"
    >
      {changed && (
        <Alert
          type="warning"
          showIcon
          title={t('request.changedMeanwhile')}
          action={
            <Button
              size="small"
              onClick={() => {
                form.setFieldsValue(initial);
                setBegun(stateOf(ticket));
              }}
            >
              {t('request.takeOver')}
            </Button>
          }
        />
      )}
      <Form.Item name="type" label={t('request.type')}>
        <Select
          autoFocus
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('request.noType')}
          options={typeOptions(types, ticket.requestType).map(({ key, nameEn, nameZh }) => ({
            value: key,
            label: bilingual(i18n, nameEn, nameZh).shown,
          }))}
          data-testid="request-type"
        />
      </Form.Item>
      {fields.map((field) => (
        <FieldInput key={`${chosen ?? ''} ${field.key}`} field={field} />
      ))}
      <div className="row">
        <Button type="primary" htmlType="submit" size="middle" loading={save.isPending} data-testid="request-save">
          {t('form.save')}
        </Button>
        <Button size="middle" onClick={close} data-testid="request-cancel">
          {t('form.cancel')}
        </Button>
      </div>
    </Form>
  );
}

/** A ticket may be of a type that is retired; it stays to be chosen on this one. */
function typeOptions(types: readonly RequestType[], present: string | null) {
  const gone = present !== null && !types.some(({ key }) => key === present);
  return gone ? [...types, { key: present, nameEn: present, nameZh: present }] : types;
}

function FieldInput({ field }: { field: RequestField }) {
  const { t, i18n } = useTranslation();
  const label = bilingual(i18n, field.labelEn, field.labelZh).shown;
  const checkbox = field.type === 'checkbox';
  return (
    <Form.Item
      name={['values', field.key]}
      label={checkbox ? undefined : label}
      required={field.required}
      {...(checkbox && { valuePropName: 'checked' })}
      rules={[
        {
          validator: (_, value: TicketDetail['fields'][string]) => {
            const problem = checkedValues([field], { [field.key]: value }).problems.get(field.key);
            return problem ? Promise.reject(new Error(t(`request.problem.${problem}`))) : Promise.resolve();
          },
        },
      ]}
    >
      {checkbox ? (
        <Checkbox data-testid={`request-${field.key}`}>
          {label}
          {field.required && <span className="request-star"> *</span>}
        </Checkbox>
      ) : field.type === 'boolean' ? (
        <Select
          allowClear
          options={[true, false].map((value) => ({ value, label: t(value ? 'request.yes' : 'request.no') }))}
          data-testid={`request-${field.key}`}
        />
      ) : field.type === 'choice' || field.type === 'multi-choice' ? (
        <Select
          allowClear
          {...(field.type === 'multi-choice' && { mode: 'multiple' as const })}
          options={(field.options ?? []).map((option) => ({
            value: option.value,
            label: bilingual(i18n, option.labelEn, option.labelZh).shown,
          }))}
          data-testid={`request-${field.key}`}
        />
      ) : field.type === 'longtext' ? (
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} data-testid={`request-${field.key}`} />
      ) : (
        <Input {...inputs[field.type]} autoComplete="off" data-testid={`request-${field.key}`} />
      )}
    </Form.Item>
  );
}

/** A number is typed as text: a browser's number field turns what it cannot read into nothing, unseen. */
const inputs: Partial<Record<FieldType, { type?: string; inputMode?: 'decimal' | 'email' | 'tel' | 'url' }>> = {
  number: { inputMode: 'decimal' },
  date: { type: 'date' },
  email: { inputMode: 'email' },
  url: { type: 'url', inputMode: 'url' },
  phone: { type: 'tel' },
};
