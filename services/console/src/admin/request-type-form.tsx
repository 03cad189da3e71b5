import { useQuery } from '@tanstack/react-query';
import { requestKey, type RequestType } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { Pair } from './pair.tsx';
import { draftOf, fieldsOf, kebabKey, type TypeFields } from './request-type-draft.ts';
import { RequestFields } from './request-type-fields.tsx';

interface RequestTypeFormProps {
  type: RequestType | null;
  /** Keys of all types. */
  taken: readonly string[];
  position: number;
  close: () => void;
}

/** A request type in a drawer: its names, who takes it, and which fields it asks for. */
export function RequestTypeForm({ type, taken, position, close }: RequestTypeFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<TypeFields>();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const nameEn = Form.useWatch('nameEn', form) ?? '';
  const save = async (fields: TypeFields) => {
    const { key, ...draft } = draftOf(fields, position);
    await (type ? api.updateRequestType(type.key, draft) : api.createRequestType({ ...draft, key }));
  };
  const name = type && (i18n.resolvedLanguage?.startsWith('zh') ? type.nameZh : type.nameEn);
  return (
    <FormDrawer
      title={name ? t('requestTypes.editName', { name }) : t('requestTypes.add')}
      form={form}
      initial={fieldsOf(type)}
      save={save}
      stale={[keys.requestTypes, ['ticket']]}
      close={close}
      testId="request-type-form"
    >
      <Pair name="name" label={t('form.name')} max={200} />
      {!type && (
        <Form.Item
          name="key"
          label={t('requestTypes.key')}
          extra={t('requestTypes.keyHelp')}
          rules={[
            {
              validator: (_, given: string) => {
                const key = given?.trim() || kebabKey(form.getFieldValue('nameEn') ?? '');
                if (!requestKey.safeParse(key).success) return Promise.reject(new Error(t('requestTypes.keyRule')));
                return taken.includes(key) ? Promise.reject(new Error(t('requestTypes.keyTaken'))) : Promise.resolve();
              },
            },
          ]}
        >
          <Input placeholder={kebabKey(nameEn)} autoComplete="off" data-testid="request-type-key" />
        </Form.Item>
      )}
      <Form.Item name="description" label={t('requestTypes.description')} extra={t('requestTypes.descriptionHelp')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
      <div className="pair">
        <Form.Item name="queueId" label={t('identities.queue')}>
          <Select
            allowClear
            placeholder={t('requestTypes.ownQueue')}
            options={(queues.data ?? []).map((queue) => ({ value: queue.id, label: queueText(t, queue.name) }))}
            data-testid="request-type-queue"
          />
        </Form.Item>
        <Form.Item name="priority" label={t('requestTypes.priority')} extra={t('requestTypes.priorityHelp')}>
          <InputNumber min={-1000} max={1000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <RequestFields form={form} />
    </FormDrawer>
  );
}
