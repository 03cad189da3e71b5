import { useQuery } from '@tanstack/react-query';
import { customFieldType, type CustomField, type CustomFieldUpdate } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { optionLines, readOptions } from './option-lines.ts';

interface Fields {
  scope: CustomField['scope'];
  key: string;
  type: CustomField['type'];
  labelEn: string;
  labelZh: string;
  options: string;
  pattern: string;
  min: string;
  max: string;
  required: boolean;
  requiredTypes: string[];
  requiredGrades: string[];
  sensitive: boolean;
  /** Null while it is being typed anew. */
  position: number | null;
}

const blank: Fields = {
  scope: 'customer',
  key: '',
  type: 'text',
  labelEn: '',
  labelZh: '',
  options: '',
  pattern: '',
  min: '',
  max: '',
  required: false,
  requiredTypes: [],
  requiredGrades: [],
  sensitive: false,
  position: 1000,
};

const initialOf = (field: CustomField | null): Fields =>
  field
    ? {
        ...field,
        options: optionLines(field.options),
        pattern: field.pattern ?? '',
        min: field.min === null ? '' : String(field.min),
        max: field.max === null ? '' : String(field.max),
      }
    : blank;

/** What is asked about a type; what was entered for another one before stays behind. */
const askedOf = (type: CustomField['type']) => ({
  options: type === 'choice' || type === 'multi-choice',
  pattern: type === 'text' || type === 'longtext',
  bounds: type === 'number' || type === 'date' || type === 'text' || type === 'longtext',
});

function updateOf(fields: Fields, type: CustomField['type']): CustomFieldUpdate {
  const asked = askedOf(type);
  const bound = (text: string) => (!asked.bounds || text === '' ? null : type === 'date' ? text : Number(text));
  return {
    labelEn: fields.labelEn,
    labelZh: fields.labelZh,
    options: asked.options ? readOptions(fields.options) : [],
    pattern: (asked.pattern && fields.pattern) || null,
    min: bound(fields.min),
    max: bound(fields.max),
    required: fields.required,
    requiredTypes: fields.requiredTypes,
    requiredGrades: fields.requiredGrades,
    sensitive: fields.sensitive,
    position: fields.position ?? 1000,
  };
}

/** Defines a field, or changes what it asks for. */
export function FieldForm({ field, close }: { field: CustomField | null; close: () => void }) {
  const { t } = useTranslation();
  const named = useNamed();
  const [form] = Form.useForm<Fields>();
  const type = Form.useWatch('type', form) ?? field?.type ?? 'text';
  const save = async (fields: Fields) => {
    const update = updateOf(fields, field?.type ?? fields.type);
    await (field
      ? api.updateCustomField(field.id, update)
      : api.createCustomField({ ...update, scope: fields.scope, key: fields.key, type: fields.type }));
  };
  const label = [{ required: true, whitespace: true, max: 200, message: t('customField.labelRule') }];
  const asked = askedOf(type);
  return (
    <FormDrawer
      title={field ? t('file.edit', { name: named(field) }) : t('customField.add')}
      form={form}
      initial={initialOf(field)}
      save={save}
      stale={[keys.customFields]}
      close={close}
      testId="definition"
    >
      {!field && <Identity />}
      <div className="file-pair">
        <Form.Item name="labelEn" label={t('customField.labelEn')} rules={label}>
          <Input data-testid="definition-en" />
        </Form.Item>
        <Form.Item name="labelZh" label={t('customField.labelZh')} rules={label}>
          <Input data-testid="definition-zh" />
        </Form.Item>
      </div>
      {asked.options && (
        <Form.Item
          name="options"
          label={t('customField.options')}
          extra={t('customField.optionsHelp')}
          rules={[
            {
              validator: (_: unknown, value: string | undefined) =>
                readOptions(value ?? '').length > 0
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('customField.optionsRule'))),
            },
          ]}
        >
          <Input.TextArea rows={4} data-testid="definition-options" />
        </Form.Item>
      )}
      {asked.pattern && (
        <Form.Item name="pattern" label={t('customField.pattern')} extra={t('customField.patternHelp')}>
          <Input maxLength={200} />
        </Form.Item>
      )}
      {asked.bounds && (
        <div className="file-pair">
          {(['min', 'max'] as const).map((name) => (
            <Form.Item key={name} name={name} label={t(`customField.${name}`)}>
              <Input type={type === 'date' ? 'date' : 'number'} />
            </Form.Item>
          ))}
        </div>
      )}
      <Requirements />
    </FormDrawer>
  );
}

function Identity() {
  const { t } = useTranslation();
  return (
    <>
      <div className="file-pair">
        <Form.Item name="scope" label={t('customField.scope')}>
          <Select
            options={(['customer', 'ticket'] as const).map((one) => ({ value: one, label: t(`customField.${one}`) }))}
          />
        </Form.Item>
        <Form.Item name="type" label={t('customField.type')}>
          <Select
            options={customFieldType.options.map((one) => ({ value: one, label: t(`customField.types.${one}`) }))}
            data-testid="definition-type"
          />
        </Form.Item>
      </div>
      <Form.Item
        name="key"
        label={t('customField.key')}
        extra={t('customField.keyHelp')}
        rules={[{ required: true, pattern: /^[a-z][a-zA-Z0-9_-]{0,59}$/, message: t('customField.keyRule') }]}
      >
        <Input data-testid="definition-key" />
      </Form.Item>
    </>
  );
}

function Requirements() {
  const { t } = useTranslation();
  const named = useNamed();
  const types = useQuery({ queryKey: keys.requestTypes, queryFn: ({ signal }) => api.requestTypes(signal) });
  return (
    <>
      <Form.Item name="required" valuePropName="checked" noStyle>
        <Checkbox data-testid="definition-required">{t('customField.required')}</Checkbox>
      </Form.Item>
      <Form.Item name="sensitive" valuePropName="checked">
        <Checkbox>{t('customField.sensitive')}</Checkbox>
      </Form.Item>
      <Form.Item name="requiredTypes" label={t('customField.requiredTypes')}>
        <Select mode="multiple" options={(types.data ?? []).map((one) => ({ value: one.key, label: named(one) }))} />
      </Form.Item>
      <Form.Item name="requiredGrades" label={t('customField.requiredGrades')}>
        <Select mode="tags" open={false} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="position" label={t('customField.position')}>
        <InputNumber min={0} max={10_000} precision={0} />
      </Form.Item>
    </>
  );
}
