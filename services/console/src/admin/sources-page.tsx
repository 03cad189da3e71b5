import { useQuery } from '@tanstack/react-query';
import { ApiOutlined, EditOutlined, KeyOutlined, PlusOutlined } from '@ant-design/icons';
import type { HttpSource } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { PageHead } from './page-head.tsx';
import { SourceForm } from './source-form.tsx';
import { SourceSecret, type FreshSecret } from './source-secret.tsx';

/** Programs that reach the centre by the signed webhook pair. */
export function SourcesPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<HttpSource | 'new' | null>(null);
  const [fresh, setFresh] = useState<FreshSecret | null>(null);
  const sources = useQuery({ queryKey: keys.httpSources, queryFn: ({ signal }) => api.httpSources(signal) });
  return (
    <div className="page">
      <PageHead text={t('sources.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="source-new">
          {t('sources.add')}
        </Button>
      </PageHead>
      {sources.isPending && <Loading />}
      {sources.isError && !sources.data && <Failed error={sources.error} retry={() => void sources.refetch()} />}
      {sources.data && (
        <div className="panel">
          {sources.data.length === 0 && (
            <Nothing icon={<ApiOutlined />} title={t('sources.empty')} text={t('sources.emptyText')} />
          )}
          {sources.data.map((source) => (
            <SourceRow key={source.id} source={source} edit={() => setEdited(source)} show={setFresh} />
          ))}
        </div>
      )}
      {edited && (
        <SourceForm source={edited === 'new' ? null : edited} close={() => setEdited(null)} created={setFresh} />
      )}
      {fresh && <SourceSecret fresh={fresh} close={() => setFresh(null)} />}
    </div>
  );
}

interface SourceRowProps {
  source: HttpSource;
  edit: () => void;
  show: (fresh: FreshSecret) => void;
}

function SourceRow({ source, edit, show }: SourceRowProps) {
  const { t } = useTranslation();
  const rotate = useAction(() => api.rotateSourceSecret(source.id), { stale: [keys.httpSources], after: show });
  return (
    <article className="record" data-testid="source-row">
      <div className="record-head">
        <span className="record-title grow">{source.name}</span>
        {!source.enabled && <Tag>{t('sources.off')}</Tag>}
        <Tag>{t(`sources.replyBy.${source.replyBy}`)}</Tag>
      </div>
      <Typography.Text className="small" copyable code style={{ overflowWrap: 'anywhere' }}>
        {source.url}
      </Typography.Text>
      <div className="record-actions">
        <Button
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('sources.editName', { name: source.name })}
          data-testid="source-edit"
        >
          {t('sources.edit')}
        </Button>
        <Popconfirm
          title={t('sources.rotateAsk')}
          okText={t('sources.rotate')}
          cancelText={t('sources.keep')}
          onConfirm={() => rotate.mutate(undefined)}
        >
          <Button icon={<KeyOutlined />} loading={rotate.isPending} data-testid="source-rotate">
            {t('sources.rotate')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
