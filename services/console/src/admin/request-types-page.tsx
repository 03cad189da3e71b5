import { useQuery } from '@tanstack/react-query';
import { EditOutlined, PlusOutlined, ProfileOutlined } from '@ant-design/icons';
import type { RequestType } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { OrderButtons } from '../order/order-buttons.tsx';
import { arranged } from '../order/order.ts';
import { useOrder } from '../order/use-order.ts';
import { api } from '../query-client.ts';
import { PageHead } from './page-head.tsx';
import { draftOf, fieldsOf } from './request-type-draft.ts';
import { RequestTypeForm } from './request-type-form.tsx';

/** What can be asked for: its fields, the queue that takes it, and how urgent it is. */
export function RequestTypesPage() {
  const { t, i18n } = useTranslation();
  const [edited, setEdited] = useState<RequestType | 'new' | null>(null);
  const types = useQuery({ queryKey: keys.requestTypes, queryFn: ({ signal }) => api.requestTypes(signal) });
  const reorder = useAction(writePositions, { stale: [keys.requestTypes] });
  const { shown: all, move } = useOrder(types.data ?? [], keyOf, reorder.mutateAsync);
  return (
    <div className="page">
      <PageHead text={t('requestTypes.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="request-type-new">
          {t('requestTypes.add')}
        </Button>
      </PageHead>
      {types.isPending && <Loading />}
      {types.isError && !types.data && <Failed error={types.error} retry={() => void types.refetch()} />}
      {types.data && (
        <div className="panel">
          {all.length === 0 && (
            <Nothing icon={<ProfileOutlined />} title={t('requestTypes.empty')} text={t('requestTypes.emptyText')} />
          )}
          {all.map((type, at) => (
            <TypeRow
              key={type.key}
              type={type}
              edit={() => setEdited(type)}
              order={<OrderButtons name={bilingual(i18n, type).shown} at={at} count={all.length} move={move} />}
            />
          ))}
        </div>
      )}
      {edited && (
        <RequestTypeForm
          type={edited === 'new' ? null : edited}
          taken={all.map(({ key }) => key)}
          position={edited === 'new' ? all.length : positionOf(types.data ?? [], edited)}
          close={() => setEdited(null)}
        />
      )}
    </div>
  );
}

const keyOf = ({ key }: RequestType) => key;

/** Where it is by now: it may be moved while it is edited. */
const positionOf = (types: readonly RequestType[], edited: RequestType): number =>
  types.find(({ key }) => key === edited.key)?.position ?? edited.position;

/** One after the other: a failure leaves an order that the next read shows. */
async function writePositions(order: readonly string[]): Promise<void> {
  const types = arranged(await api.requestTypes(), order, keyOf);
  for (const [position, type] of types.entries()) {
    if (type.position === position) continue;
    const { key, ...draft } = draftOf(fieldsOf(type), position);
    await api.updateRequestType(key, draft);
  }
}

interface TypeRowProps {
  type: RequestType;
  edit: () => void;
  order: ReactNode;
}

function TypeRow({ type, edit, order }: TypeRowProps) {
  const { t, i18n } = useTranslation();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const name = bilingual(i18n, type);
  const queue = queues.data?.find(({ id }) => id === type.queueId);
  const required = type.fields.filter((field) => field.required).length;
  return (
    <article className="record" data-testid="request-type-row" data-key={type.key}>
      <div className="record-head">
        <span className="record-title">{name.shown}</span>
        <span className="muted small grow ellipsis">{name.other}</span>
        {type.priority !== 0 && <Tag>{t('ticket.priority', { value: type.priority })}</Tag>}
        <Tag>{queue ? queueText(t, queue.name) : t('requestTypes.ownQueue')}</Tag>
      </div>
      {type.description && <p className="small">{type.description}</p>}
      <p className="muted small">
        {type.fields.length === 0
          ? t('requestTypes.noFields')
          : type.fields.map((field) => bilingual(i18n, field).shown).join(' · ')}
        {required > 0 && ` (${t('requestTypes.requiredCount', { count: required })})`}
      </p>
      <div className="record-actions">
        <Button
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('requestTypes.editName', { name: name.shown })}
          data-testid="request-type-edit"
        >
          {t('requestTypes.edit')}
        </Button>
        <Retire type={type} name={name.shown} />
        <span className="grow" />
        {order}
      </div>
    </article>
  );
}

/** Nothing offers it any more; what tickets say of it stays. */
function Retire({ type, name }: { type: RequestType; name: string }) {
  const { t, i18n } = useTranslation();
  const forms = useQuery({ queryKey: keys.webForms, queryFn: ({ signal }) => api.webForms(signal) });
  const retire = useAction(() => api.deleteRequestType(type.key), {
    stale: [keys.requestTypes],
    done: t('requestTypes.retired', { name }),
  });
  const users = (forms.data ?? []).filter(({ requestTypes }) => requestTypes.includes(type.key));
  const named = users.map((form) => bilingual(i18n, form).shown).join(', ');
  return (
    <Popconfirm
      title={t('requestTypes.retireAsk', { name })}
      description={
        <div style={{ maxWidth: 300 }}>
          {t('requestTypes.retireText')} {named && t('requestTypes.usedBy', { forms: named })}
        </div>
      }
      okText={t('requestTypes.retire')}
      okButtonProps={{ danger: true, 'data-testid': 'request-type-retire-sure' }}
      onConfirm={() => retire.mutate(undefined)}
    >
      <Button loading={retire.isPending} data-testid="request-type-retire">
        {t('requestTypes.retire')}
      </Button>
    </Popconfirm>
  );
}
