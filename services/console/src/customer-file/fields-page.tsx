import { useQuery } from '@tanstack/react-query';
import { PlusOutlined } from '@ant-design/icons';
import type { CustomField } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { FieldForm } from './field-form.tsx';
import { ReviewForm } from './review-form.tsx';
import { useNamed } from './use-words.ts';

/** What files and tickets have places for, what has to be filled in, and how often it is looked at again. */
export function FieldsPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<CustomField | 'new' | null>(null);
  const fields = useQuery({ queryKey: keys.customFields, queryFn: ({ signal }) => api.customFields(signal) });
  return (
    <div className="page">
      <PageHead text={t('customField.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="field-new">
          {t('customField.add')}
        </Button>
      </PageHead>
      {fields.isPending && <Loading />}
      {fields.isError && !fields.data && <Failed error={fields.error} retry={() => void fields.refetch()} />}
      {(['customer', 'ticket'] as const).map((scope) => {
        const shown = (fields.data ?? []).filter((field) => field.scope === scope);
        if (!fields.data) return null;
        return (
          <section key={scope}>
            <h2 className="file-h2">{t(`customField.${scope}`)}</h2>
            <div className="panel">
              {shown.length === 0 && <p className="muted file-pad">{t('file.none')}</p>}
              {shown.map((field) => (
                <DefinitionRow key={field.id} field={field} edit={() => setEdited(field)} />
              ))}
            </div>
          </section>
        );
      })}
      <ReviewForm />
      {edited && <FieldForm field={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </div>
  );
}

function DefinitionRow({ field, edit }: { field: CustomField; edit: () => void }) {
  const { t } = useTranslation();
  const named = useNamed();
  const remove = useAction(() => api.deleteCustomField(field.id), { stale: [keys.customFields] });
  return (
    <article className="record" data-testid="definition-row" data-key={field.key}>
      <div className="record-head">
        <span className="record-title">{named(field)}</span>
        <span className="muted small">{field.key}</span>
        <Tag>{t(`customField.types.${field.type}`)}</Tag>
        {field.required && <Tag color="processing">{t('customField.required')}</Tag>}
        {[...field.requiredTypes, ...field.requiredGrades].map((one) => (
          <Tag key={one} color="processing">
            {t('file.required')}: {one}
          </Tag>
        ))}
        {field.sensitive && <Tag color="warning">{t('file.sensitive')}</Tag>}
        {field.standard && <Tag>{t('customField.standard')}</Tag>}
        <span className="grow" />
        <Button size="small" onClick={edit} data-testid="definition-edit">
          {t('team.edit')}
        </Button>
        {!field.standard && (
          <Popconfirm title={t('customField.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
            <Button size="small" danger loading={remove.isPending}>
              {t('file.remove')}
            </Button>
          </Popconfirm>
        )}
      </div>
    </article>
  );
}
