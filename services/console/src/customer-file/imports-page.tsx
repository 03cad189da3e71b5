import { ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { importKind, type DataImport, type ImportKind } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Dropdown, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { ImportCounts } from './import-counts.tsx';
import { ImportStateTag } from './import-state.tsx';

/** Files that came or are coming in. A new one begins with its file. */
export function ImportsPage() {
  const { t, i18n } = useTranslation();
  const [kind, setKind] = useState<ImportKind | null>(null);
  return (
    <div className="page">
      <PageHead text={t('imports.text')}>
        <Dropdown
          trigger={['click']}
          menu={{
            items: importKind.options.map((one) => ({
              key: one,
              label: <span data-testid={`import-${one}`}>{t(`imports.kind.${one}`)}</span>,
              onClick: () => setKind(one),
            })),
          }}
        >
          <Button type="primary" icon={<PlusOutlined />} data-testid="import-new">
            {t('imports.add')}
          </Button>
        </Dropdown>
      </PageHead>
      {kind && <NewImport kind={kind} />}
      <PagedList
        queryKey={keys.imports}
        read={(cursor, signal) => api.imports(cursor, signal)}
        empty={<Nothing icon={<ImportOutlined />} title={t('imports.none')} text={t('imports.noneText')} />}
        row={(one) => (
          <Link key={one.id} to={`/customers/imports/${one.id}`} className="file-row" data-testid="import-row">
            <span className="file-row-name">
              <span className="record-title">{one.filename}</span>
              <span className="muted small">
                {t(`imports.kind.${one.kind}`)} · {moment(one.createdAt, Date.now(), i18n.language)}
              </span>
            </span>
            <ImportCounts counts={one} />
            <ImportStateTag state={one.state} />
          </Link>
        )}
      />
    </div>
  );
}

function NewImport({ kind }: { kind: ImportKind }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const begin = useAction(
    async (file: File): Promise<DataImport> => api.uploadImport((await api.createImport(kind, file.name)).id, file),
    { stale: [keys.imports], after: ({ id }) => void navigate(`/customers/imports/${id}`) },
  );
  return (
    <div className="file-upload">
      <Upload.Dragger
        accept=".csv,.tsv,.txt,text/csv"
        showUploadList={false}
        disabled={begin.isPending}
        beforeUpload={(file) => {
          begin.mutate(file);
          return false;
        }}
        data-testid="import-file"
      >
        <p>
          <ImportOutlined aria-hidden /> {t(begin.isPending ? 'state.loading' : 'imports.choose')} (
          {t(`imports.kind.${kind}`)})
        </p>
        <p className="muted small">{t('imports.chooseHelp')}</p>
      </Upload.Dragger>
    </div>
  );
}
