import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { customFieldType, type CustomField, type CustomFieldUpdate } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Checkbox, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { api } from '../query-client.ts';
import { optionLines, readOptions } from './option-lines.ts';
import { useNamed } from './use-words.ts';

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
  position: number;
}

function initialOf(field: CustomField | null): Partial<Fields> {
  if (!field) return { scope: 'customer', type: 'text', position: 1000, requiredTypes: [], requiredGrades: [] };
  return {
    ...field,
    options: optionLines(field.options),
    pattern: field.pattern ?? '',
    min: field.min === null ? '' : String(field.min),
    max: field.max === null ? '' : String(field.max),
  };
}

function updateOf(fields: Fields, type: CustomField['type']): CustomFieldUpdate {
  const bound = (text: string | undefined) => (!text ? null : type === 'date' ? text : Number(text));
  return {
    labelEn: fields.labelEn,
    labelZh: fields.labelZh,
    options: readOptions(fields.options ?? ''),
    pattern: fields.pattern || null,
    min: bound(fields.min),
    max: bound(fields.max),
    required: fields.required ?? false,
    requiredTypes: fields.requiredTypes ?? [],
    requiredGrades: fields.requiredGrades ?? [],
    sensitive: fields.sensitive ?? false,
    position: fields.position ?? 1000,
  };
}

/** Defines a field, or changes what it asks for. */
export function FieldForm({ field, close }: { field: CustomField | null; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const client = useQueryClient();
  const type = Form.useWatch('type', form) ?? field?.type ?? 'text';
  const save = useMutation({
    mutationFn: async (fields: Fields) => {
      const update = updateOf(fields, field?.type ?? fields.type);
      await (field
        ? api.updateCustomField(field.id, update)
        : api.createCustomField({ ...update, scope: fields.scope, key: fields.key, type: fields.type }));
    },
    onSuccess: async () => {
      close();
      await client.invalidateQueries({ queryKey: keys.customFields });
    },
  });
  const problem = save.error && problemText(t, save.error);
  const label = [{ required: true, whitespace: true, max: 200, message: t('customField.labelRule') }];
  const chooses = type === 'choice' || type === 'multi-choice';
  const bounded = type === 'number' || type === 'date' || type === 'text' || type === 'longtext';
  return (
    <Modal
      open
      title={field ? t('team.edit') : t('customField.add')}
      okText={t('file.save')}
      cancelText={t('file.cancel')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={close}
      okButtonProps={{ 'data-testid': 'definition-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={initialOf(field)}
        onFinish={(fields) => save.mutate(fields)}
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
        {chooses && (
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
        {(type === 'text' || type === 'longtext') && (
          <Form.Item name="pattern" label={t('customField.pattern')} extra={t('customField.patternHelp')}>
            <Input maxLength={200} />
          </Form.Item>
        )}
        {bounded && (
          <div className="file-pair">
            {(['min', 'max'] as const).map((name) => (
              <Form.Item key={name} name={name} label={t(`customField.${name}`)}>
                <Input type={type === 'date' ? 'date' : 'number'} />
              </Form.Item>
            ))}
          </div>
        )}
        <Requirements />
      </Form>
    </Modal>
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
        <Select
          mode="multiple"
          options={(types.data ?? []).map(({ key, nameEn, nameZh }) => ({
            value: key,
            label: named({ labelEn: nameEn, labelZh: nameZh }),
          }))}
        />
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
