import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  csvEncoding,
  customerTargets,
  dateOrder,
  purchaseTargets,
  type CsvDelimiter,
  type CustomField,
  type DataImport,
  type ImportSettingsDraft,
} from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Checkbox, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { guessColumns } from './guess-columns.ts';
import { useNamed } from './use-words.ts';

const delimiterNames = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const;

interface Fields extends Omit<ImportSettingsDraft, 'columns' | 'currency'> {
  columns: (string | undefined)[];
  currency: string;
  mappingName: string;
}

function settingsOf({ mappingName: _name, ...fields }: Fields, width: number): ImportSettingsDraft {
  return {
    ...fields,
    currency: fields.currency ? fields.currency.toUpperCase() : null,
    columns: Array.from({ length: width }, (_, index) => fields.columns[index] ?? null),
  };
}

/** What the columns are, how far the source is believed; then the dry run. */
export function ImportForm({ found, fields: customFields }: { found: DataImport; fields: readonly CustomField[] }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const client = useQueryClient();
  const width = found.header.length;
  const check = useMutation({
    mutationFn: async (fields: Fields) => {
      const after = await api.setImportSettings(found.id, settingsOf(fields, width));
      // Read otherwise, the file has other columns, which have to be looked at first.
      if (after.header.join('\0') === found.header.join('\0')) await api.moveImport(found.id, 'check');
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.imports }),
  });
  const problem = check.error && problemText(t, check.error);
  const initial = {
    source: '',
    vouches: false,
    onExisting: 'keep',
    dateOrder: 'ymd',
    currency: '',
    columns: guessColumns(found.kind, found.header, customFields),
    ...found.settings,
    ...(found.settings && { currency: found.settings.currency ?? '' }),
    encoding: found.encoding,
    delimiter: found.delimiter,
  };
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={initial}
      onFinish={(fields) => check.mutate(fields)}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Mappings
        found={found}
        apply={(settings) =>
          form.setFieldsValue({
            ...settings,
            currency: settings.currency ?? '',
            columns: settings.columns.map((one) => one ?? undefined).slice(0, width),
          })
        }
      />
      <div className="import-settings">
        <Form.Item
          name="source"
          label={t('imports.source')}
          extra={t('imports.sourceHelp')}
          rules={[
            { required: true, pattern: /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u, message: t('imports.sourceRule') },
          ]}
        >
          <Input maxLength={60} data-testid="import-source" />
        </Form.Item>
        <Form.Item name="encoding" label={t('imports.encoding')}>
          <Select options={csvEncoding.options.map((one) => ({ value: one, label: one }))} />
        </Form.Item>
        <Form.Item name="delimiter" label={t('imports.delimiter')}>
          <Select
            options={(Object.keys(delimiterNames) as CsvDelimiter[]).map((one) => ({
              value: one,
              label: t(`imports.delimiters.${delimiterNames[one]}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="dateOrder" label={t('imports.dateOrder')}>
          <Select options={dateOrder.options.map((one) => ({ value: one, label: t(`imports.dateOrders.${one}`) }))} />
        </Form.Item>
        {found.kind === 'customers' ? (
          <Form.Item name="onExisting" label={t('imports.onExisting')}>
            <Select
              options={(['keep', 'replace'] as const).map((one) => ({ value: one, label: t(`imports.${one}`) }))}
            />
          </Form.Item>
        ) : (
          <Form.Item name="currency" label={t('imports.currency')}>
            <Input maxLength={3} placeholder="EUR" />
          </Form.Item>
        )}
      </div>
      {found.kind === 'customers' && (
        <Form.Item name="vouches" valuePropName="checked" extra={t('imports.vouchesHelp')}>
          <Checkbox data-testid="import-vouches">{t('imports.vouches')}</Checkbox>
        </Form.Item>
      )}
      <Columns found={found} fields={customFields.filter(({ scope }) => scope === 'customer')} />
      <div className="row wrap file-steps">
        <Button type="primary" htmlType="submit" loading={check.isPending} data-testid="import-check">
          {t('imports.check')}
        </Button>
        <KeepMapping found={found} read={() => settingsOf(form.getFieldsValue(true) as Fields, width)} />
      </div>
    </Form>
  );
}

/** A line for each column: its name, its first cells, and what it is. */
function Columns({ found, fields }: { found: DataImport; fields: readonly CustomField[] }) {
  const { t } = useTranslation();
  const named = useNamed();
  const options =
    found.kind === 'customers'
      ? [
          ...customerTargets.map((one) => ({ value: one as string, label: t(`imports.target.${one}`) })),
          ...fields.map((field) => ({ value: `field:${field.key}`, label: named(field) })),
        ]
      : purchaseTargets.map((one) => ({
          value: one as string,
          label: one === 'externalId' ? t('imports.orderNumber') : t(`imports.target.${one}`),
        }));
  return (
    <fieldset className="import-columns">
      <legend>{t('imports.columns')}</legend>
      {found.header.map((name, index) => (
        <div key={`${index} ${name}`} className="import-column" data-testid="import-column">
          <div className="import-column-name">
            <span className="record-title">{name}</span>
            <span className="muted small ellipsis">
              {found.sample
                .map((row) => row[index] ?? '')
                .filter(Boolean)
                .slice(0, 3)
                .join(' · ')}
            </span>
          </div>
          <Form.Item name={['columns', index]} noStyle>
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('imports.leftOut')}
              aria-label={`${t('imports.column')}: ${name}`}
              options={options}
            />
          </Form.Item>
        </div>
      ))}
    </fieldset>
  );
}

function Mappings({
  found,
  apply,
}: {
  found: DataImport;
  apply: (settings: NonNullable<DataImport['settings']>) => void;
}) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: [...keys.imports, 'mappings'],
    queryFn: ({ signal }) => api.importMappings(signal),
  });
  const fitting = (data ?? []).filter(({ kind }) => kind === found.kind);
  if (fitting.length === 0) return null;
  return (
    <Form.Item label={t('imports.mapping')}>
      <Select
        options={fitting.map(({ name }) => ({ value: name, label: name }))}
        onChange={(name: string) => {
          const chosen = fitting.find((one) => one.name === name);
          if (chosen) apply(chosen.settings);
        }}
        data-testid="import-mapping"
      />
    </Form.Item>
  );
}

function KeepMapping({ found, read }: { found: DataImport; read: () => ImportSettingsDraft }) {
  const { t } = useTranslation();
  const keep = useAction((name: string) => api.keepMapping(name, found.kind, read()), {
    stale: [[...keys.imports, 'mappings']],
    done: t('imports.kept'),
  });
  return (
    <Form.Item name="mappingName" noStyle>
      <Input.Search
        className="import-keep"
        maxLength={100}
        placeholder={t('imports.mappingName')}
        aria-label={t('imports.mappingName')}
        enterButton={t('imports.keepMapping')}
        loading={keep.isPending}
        onSearch={(name, event) => {
          event?.preventDefault();
          if (name.trim()) keep.mutate(name.trim());
        }}
      />
    </Form.Item>
  );
}
