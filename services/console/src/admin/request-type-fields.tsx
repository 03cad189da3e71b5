import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { FieldType } from '@patchbay/contracts';
import { Button, Checkbox, Form, Input, InputNumber, Select, type FormInstance } from 'antd';
import { useTranslation } from 'react-i18next';
import { Pair } from './pair.tsx';
import { boundsOf, fieldKey, fieldTypes, type FieldDraft, type TypeFields } from './request-type-draft.ts';

const fresh: FieldDraft = { labelEn: '', labelZh: '', type: 'text', required: false, options: [] };
/** As the hub takes them. */
const mostFields = 50;
const mostOptions = 100;

/** The fields of a request type, in the order in which they are asked. */
export function RequestFields({ form }: { form: FormInstance<TypeFields> }) {
  const { t } = useTranslation();
  return (
    <fieldset className="form-part">
      <legend className="form-legend">{t('requestTypes.fields')}</legend>
      <p className="muted small">{t('requestTypes.fieldsHelp')}</p>
      <Form.List name="fields">
        {(items, { add, remove, move }) => (
          <div className="parts">
            {items.map(({ key, name }, at) => (
              <section
                key={key}
                className="part"
                data-testid="field-part"
                aria-label={t('requestTypes.field', { at: at + 1 })}
              >
                <div className="part-head">
                  <span className="grow">{t('requestTypes.field', { at: at + 1 })}</span>
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowUpOutlined />}
                    disabled={at === 0}
                    aria-label={t('requestTypes.fieldUp', { at: at + 1 })}
                    onClick={() => move(at, at - 1)}
                  />
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowDownOutlined />}
                    disabled={at === items.length - 1}
                    aria-label={t('requestTypes.fieldDown', { at: at + 1 })}
                    onClick={() => move(at, at + 1)}
                  />
                  <Button
                    type="text"
                    size="small"
                    danger
                    icon={<DeleteOutlined />}
                    aria-label={t('requestTypes.fieldRemove', { at: at + 1 })}
                    onClick={() => remove(at)}
                  />
                </div>
                <FieldPart form={form} at={name} />
              </section>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={items.length >= mostFields}
              onClick={() => add({ ...fresh })}
              data-testid="field-add"
            >
              {t('requestTypes.fieldAdd')}
            </Button>
          </div>
        )}
      </Form.List>
    </fieldset>
  );
}

function FieldPart({ form, at }: { form: FormInstance<TypeFields>; at: number }) {
  const { t } = useTranslation();
  const field: FieldDraft | undefined = Form.useWatch(['fields', at], { form, preserve: true });
  const type = field?.type ?? 'text';
  // Bounds of one kind mean nothing to another.
  const turn = () => {
    form.setFieldValue(['fields', at, 'min'], null);
    form.setFieldValue(['fields', at, 'max'], null);
  };
  return (
    <>
      <Pair name="label" at={at} label={t('requestTypes.label')} max={200} />
      <div className="pair">
        <Form.Item name={[at, 'type']} label={t('requestTypes.kind')}>
          <Select<FieldType>
            options={fieldTypes.map((value) => ({ value, label: t(`requestTypes.kinds.${value}`) }))}
            onChange={turn}
            data-testid={`field-${at}-type`}
          />
        </Form.Item>
        <KeyInput form={form} at={at} kept={field?.kept ?? false} label={field?.labelEn ?? ''} />
      </div>
      <Form.Item name={[at, 'required']} valuePropName="checked">
        <Checkbox data-testid={`field-${at}-required`}>{t('requestTypes.required')}</Checkbox>
      </Form.Item>
      <Form.Item name={[at, 'sensitive']} valuePropName="checked">
        <Checkbox data-testid={`field-${at}-sensitive`}>{t('customField.sensitive')}</Checkbox>
      </Form.Item>
      {boundsOf[type] && <Bounds at={at} kind={boundsOf[type]} />}
      {type === 'text' && <Pattern at={at} />}
      {type === 'choice' && <Options at={at} />}
    </>
  );
}

/** Tickets know a value by its field's key, so that it stays once it is saved. */
function KeyInput({
  form,
  at,
  kept,
  label,
}: {
  form: FormInstance<TypeFields>;
  at: number;
  kept: boolean;
  label: string;
}) {
  const { t } = useTranslation();
  const taken = () =>
    (form.getFieldValue('fields') as FieldDraft[]).flatMap(({ key }, place) => (place !== at && key ? [key] : []));
  return (
    <Form.Item
      name={[at, 'key']}
      label={t('requestTypes.fieldKey')}
      rules={[
        { pattern: /^[a-z][a-zA-Z0-9_-]{0,59}$/, message: t('requestTypes.fieldKeyRule') },
        {
          validator: (_, key?: string) =>
            key && taken().includes(key) ? Promise.reject(new Error(t('requestTypes.keyTaken'))) : Promise.resolve(),
        },
      ]}
    >
      <Input disabled={kept} placeholder={label ? fieldKey(label, new Set()) : ''} autoComplete="off" />
    </Form.Item>
  );
}

function Bounds({ at, kind }: { at: number; kind: 'characters' | 'number' | 'date' }) {
  const { t } = useTranslation();
  const input =
    kind === 'date' ? (
      <Input type="date" />
    ) : kind === 'characters' ? (
      <InputNumber min={0} max={10_000} precision={0} style={{ width: '100%' }} />
    ) : (
      <InputNumber style={{ width: '100%' }} />
    );
  return (
    <div className="pair">
      <Form.Item name={[at, 'min']} label={t(`requestTypes.bounds.${kind}.min`)}>
        {input}
      </Form.Item>
      <Form.Item
        name={[at, 'max']}
        label={t(`requestTypes.bounds.${kind}.max`)}
        dependencies={[['fields', at, 'min']]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, max?: number | string | null) => {
              const min: FieldDraft['min'] = getFieldValue(['fields', at, 'min']);
              const both = (min ?? '') !== '' && (max ?? '') !== '';
              return both && max !== undefined && max !== null && min !== undefined && min !== null && max < min
                ? Promise.reject(new Error(t('requestTypes.boundsRule')))
                : Promise.resolve();
            },
          }),
        ]}
      >
        {input}
      </Form.Item>
    </div>
  );
}

function Pattern({ at }: { at: number }) {
  const { t } = useTranslation();
  const readable = (_: unknown, pattern?: string) => {
    try {
      return Promise.resolve(new RegExp(`^(?:${pattern ?? ''})$`, 'u')).then(() => undefined);
    } catch {
      return Promise.reject(new Error(t('requestTypes.patternRule')));
    }
  };
  return (
    <Form.Item
      name={[at, 'pattern']}
      label={t('requestTypes.pattern')}
      extra={t('requestTypes.patternHelp')}
      rules={[{ validator: readable }]}
    >
      <Input maxLength={200} placeholder="[A-Z]{2}-\d{4,8}" autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

/** What can be chosen, in this order. */
function Options({ at }: { at: number }) {
  const { t } = useTranslation();
  const needed = [{ required: true, whitespace: true, message: t('form.needed') }];
  return (
    <Form.List
      name={[at, 'options']}
      rules={[
        {
          validator: (_, options?: unknown[]) =>
            options?.length ? Promise.resolve() : Promise.reject(new Error(t('requestTypes.optionsRule'))),
        },
      ]}
    >
      {(items, { add, remove }, { errors }) => (
        <Form.Item label={t('requestTypes.options')} required>
          {items.map(({ key, name }, place) => (
            <div key={key} className="options-row">
              <Form.Item name={[name, 'labelEn']} rules={needed}>
                <Input
                  aria-label={t('form.inEnglish', { label: t('requestTypes.option', { at: place + 1 }) })}
                  placeholder={t('form.english')}
                  maxLength={200}
                  lang="en"
                  data-testid={`field-${at}-option-${place}-en`}
                />
              </Form.Item>
              <Form.Item name={[name, 'labelZh']} rules={needed}>
                <Input
                  aria-label={t('form.inChinese', { label: t('requestTypes.option', { at: place + 1 }) })}
                  placeholder={t('form.chinese')}
                  maxLength={200}
                  lang="zh-CN"
                  data-testid={`field-${at}-option-${place}-zh`}
                />
              </Form.Item>
              <Form.Item name={[name, 'value']}>
                <Input
                  aria-label={t('requestTypes.optionValue', { at: place + 1 })}
                  placeholder={t('requestTypes.value')}
                  maxLength={100}
                />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('requestTypes.optionRemove', { at: place + 1 })}
                onClick={() => remove(name)}
              />
            </div>
          ))}
          <Button
            size="small"
            icon={<PlusOutlined />}
            disabled={items.length >= mostOptions}
            onClick={() => add({ labelEn: '', labelZh: '' })}
            data-testid={`field-${at}-option-add`}
          >
            {t('requestTypes.optionAdd')}
          </Button>
          <Form.ErrorList errors={errors} />
        </Form.Item>
      )}
    </Form.List>
  );
}
