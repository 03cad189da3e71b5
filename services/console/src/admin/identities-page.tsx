import { useQuery } from '@tanstack/react-query';
import { DeleteOutlined, EditOutlined, MailOutlined, PlusOutlined } from '@ant-design/icons';
import type { MailIdentity } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { IdentityForm } from './identity-form.tsx';
import { PageHead } from './page-head.tsx';

/** Who the centre writes as. */
export function IdentitiesPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<MailIdentity | 'new' | null>(null);
  const identities = useQuery({
    queryKey: keys.mailIdentities,
    queryFn: ({ signal }) => api.mailIdentities(signal),
  });
  return (
    <div className="page">
      <PageHead text={t('identities.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="identity-new">
          {t('identities.add')}
        </Button>
      </PageHead>
      {identities.isPending && <Loading />}
      {identities.isError && !identities.data && (
        <Failed error={identities.error} retry={() => void identities.refetch()} />
      )}
      {identities.data && (
        <div className="panel">
          {identities.data.length === 0 && (
            <Nothing icon={<MailOutlined />} title={t('identities.empty')} text={t('identities.emptyText')} />
          )}
          {identities.data.map((identity) => (
            <IdentityRow key={identity.id} identity={identity} edit={() => setEdited(identity)} />
          ))}
        </div>
      )}
      {edited && <IdentityForm identity={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </div>
  );
}

function IdentityRow({ identity, edit }: { identity: MailIdentity; edit: () => void }) {
  const { t } = useTranslation();
  const remove = useAction(api.deleteMailIdentity, { stale: [keys.mailIdentities] });
  return (
    <article className="record" data-testid="identity-row">
      <div className="record-head">
        <div className="grow">
          <span className="record-title">{identity.name}</span>
          <div className="muted small ellipsis">{identity.address}</div>
        </div>
        <Button
          size="small"
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('identities.editName', { name: identity.name })}
          data-testid="identity-edit"
        >
          {t('identities.edit')}
        </Button>
        <Popconfirm
          title={t('identities.deleteAsk')}
          okText={t('identities.delete')}
          onConfirm={() => remove.mutate(identity.id)}
        >
          <Button size="small" danger icon={<DeleteOutlined />} aria-label={t('identities.delete')} />
        </Popconfirm>
      </div>
      <div className="row small wrap muted">
        <span>{identity.queueName ? queueText(t, identity.queueName) : t('identities.noQueue')}</span>
        {identity.isDefault && <span className="message-tag">{t('identities.isDefault')}</span>}
      </div>
    </article>
  );
}
