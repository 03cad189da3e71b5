import type { CustomField, RequestField, RequestType, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Checkbox, Form, Select } from 'antd';
import type { KeyboardEvent } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';
import { FieldInput } from '../fields/field-input.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { checkedValues, editableValues, ticketFields, withHidden } from './request-values.ts';

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
  const { t } = useTranslation();
  const named = useNamed();
  const [form] = Form.useForm<EditorFields>();
  const [begun, setBegun] = useState(() => stateOf(ticket));
  const chosen = Form.useWatch('type', form) ?? null;
  const fields = ticketFields(
    types.find(({ key }) => key === chosen),
    custom,
  );
  const save = useAction(
    ({ type: key, values }: EditorFields) =>
      api.updateTicket(ticket.id, {
        requestType: key ?? null,
        fields: withHidden(ticket, fields, checkedValues(fields, values).fields),
      }),
    { stale: [keys.ticket(ticket.id), keys.events(ticket.id), keys.tickets], after: close },
  );
  const initial = { type: ticket.requestType, values: editableValues(ticket) };
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
          options={typeOptions(types, ticket.requestType).map((type) => ({
            value: type.key,
            label: named(type),
          }))}
          data-testid="request-type"
        />
      </Form.Item>
      {fields.map((field) => (
        <FieldItem
          key={`${chosen ?? ''} ${field.key}`}
          field={field}
          hidden={ticket.hiddenFields?.includes(field.key) ? String(ticket.fields[field.key]) : undefined}
        />
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

/** `hidden`: how the value is shown to who may not see it; left empty it stays. */
function FieldItem({ field, hidden }: { field: RequestField; hidden: string | undefined }) {
  const { t } = useTranslation();
  const label = useNamed()(field);
  const testId = `request-${field.key}`;
  const checkbox = field.type === 'checkbox';
  return (
    <Form.Item
      name={['values', field.key]}
      label={checkbox ? undefined : label}
      required={field.required}
      {...(hidden !== undefined && { extra: t('request.hiddenStays', { value: hidden }) })}
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
        <Checkbox data-testid={testId}>
          {label}
          {field.required && <span className="request-star"> *</span>}
        </Checkbox>
      ) : (
        <FieldInput field={field} testId={testId} />
      )}
    </Form.Item>
  );
}
