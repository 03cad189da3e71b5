import { useQuery } from '@tanstack/react-query';
import { DownloadOutlined } from '@ant-design/icons';
import { rowReasonText, type DataImport, type ImportReject } from '@patchbay/contracts';
import { keys, rejectsUrl } from '@patchbay/ui';
import { Alert, Button, Popconfirm, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PagedList } from '../admin/paged-list.tsx';
import { usePageTitle } from '../shell/page-title.ts';
import { errorText } from '../feedback/error-text.ts';
import { languageOf } from '../feedback/bilingual.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { ImportCounts } from './import-counts.tsx';
import { ImportForm } from './import-form.tsx';
import { ImportStateTag } from './import-state.tsx';
import { useCustomFields } from './use-words.ts';

/** Milliseconds after which a running import is asked again, should its events not arrive. */
const askAgainMs = 2_000;

/** One import from its columns to its rejected rows. */
export function ImportPage() {
  const { id = '' } = useParams();
  const found = useQuery({
    queryKey: [...keys.imports, id],
    queryFn: ({ signal }) => api.import(id, signal),
    refetchInterval: ({ state }) => (isAtWork(state.data) ? askAgainMs : false),
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return <Import found={found.data} />;
}

const isAtWork = (found: DataImport | undefined) => found?.state === 'checking' || found?.state === 'running';

function Import({ found }: { found: DataImport }) {
  const { t, i18n } = useTranslation();
  // The built-in fields are always there, so none means that they are still being read.
  const fields = useCustomFields();
  usePageTitle(found.filename, 'detail');
  return (
    <div className="page" data-testid="import-page">
      <header className="file-head">
        <div className="grow">
          <h2 className="file-name">{found.filename}</h2>
          <span className="muted small">{t(`imports.kind.${found.kind}`)}</span>
        </div>
        <ImportStateTag state={found.state} />
      </header>
      {found.problem && <Alert type="error" showIcon title={errorText(found.problem, i18n.resolvedLanguage)} />}
      {found.state === 'ready' && fields.length === 0 && <Loading />}
      {found.state === 'ready' && fields.length > 0 && (
        <ImportForm key={found.header.join('\0')} found={found} fields={fields} />
      )}
      {found.report && found.state === 'ready' && <Report found={found} report={found.report} />}
      {found.state !== 'ready' && found.state !== 'draft' && <Progressing found={found} />}
      <Steps found={found} />
      {found.rejected > 0 && <Rejects found={found} />}
    </div>
  );
}

function Progressing({ found }: { found: DataImport }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const { done, total } = found;
  return (
    <section className="panel file-pad" aria-live="polite" data-testid="import-progress">
      {total !== null && (
        <Progress
          percent={total === 0 ? 100 : Math.floor((done / total) * 100)}
          status={found.state === 'failed' ? 'exception' : found.state === 'done' ? 'success' : 'active'}
          aria-label={t(`imports.state.${found.state}`)}
        />
      )}
      <p className="tabular">
        {total === null
          ? t('imports.progressOpen', { done: number.format(done) })
          : t('imports.progress', { done: number.format(done), total: number.format(total) })}
      </p>
      {found.state !== 'checking' && <ImportCounts counts={found} />}
    </section>
  );
}

function Report({ found, report }: { found: DataImport; report: NonNullable<DataImport['report']> }) {
  const { t } = useTranslation();
  return (
    <section className="panel file-pad" data-testid="import-report">
      <p>{t('imports.dryResult', { count: report.rows })}</p>
      <ImportCounts counts={report} />
      {report.firstRejects.length > 0 && (
        <>
          <h3>{t('imports.firstRejects')}</h3>
          {report.firstRejects.map((reject) => (
            <RejectRow key={reject.rowNumber} reject={reject} header={found.header} />
          ))}
        </>
      )}
    </section>
  );
}

function Steps({ found }: { found: DataImport }) {
  const { t } = useTranslation();
  const move = useAction((step: 'start' | 'pause' | 'cancel') => api.moveImport(found.id, step), {
    stale: [keys.imports],
  });
  const ended = found.state === 'done' || found.state === 'cancelled';
  if (ended) return null;
  return (
    <div className="row wrap file-steps">
      {((found.state === 'ready' && found.report) || found.state === 'paused') && (
        <Button type="primary" loading={move.isPending} onClick={() => move.mutate('start')} data-testid="import-start">
          {t(found.state === 'paused' ? 'imports.resume' : 'imports.start')}
        </Button>
      )}
      {found.state === 'running' && (
        <Button loading={move.isPending} onClick={() => move.mutate('pause')} data-testid="import-pause">
          {t('imports.pause')}
        </Button>
      )}
      <Popconfirm title={t('imports.cancelAsk')} onConfirm={() => move.mutate('cancel')}>
        <Button danger data-testid="import-cancel">
          {t('imports.cancel')}
        </Button>
      </Popconfirm>
    </div>
  );
}

function Rejects({ found }: { found: DataImport }) {
  const { t, i18n } = useTranslation();
  return (
    <section>
      <div className="row wrap file-steps">
        <h2 className="grow file-h2">{t('imports.rejects')}</h2>
        <Button
          icon={<DownloadOutlined />}
          href={rejectsUrl(found.id, languageOf(i18n))}
          data-testid="rejects-download"
        >
          {t('imports.download')}
        </Button>
      </div>
      <PagedList
        queryKey={[...keys.imports, found.id, 'rejects', found.rejected]}
        read={(cursor, signal) => api.importRejects(found.id, cursor, signal)}
        empty={null}
        row={(reject) => <RejectRow key={reject.rowNumber} reject={reject} header={found.header} />}
      />
    </section>
  );
}

function RejectRow({ reject, header }: { reject: ImportReject; header: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n);
  return (
    <article className="record" data-testid="import-reject">
      <div className="record-head">
        <span className="tabular muted small">{t('imports.row', { number: reject.rowNumber })}</span>
        <span className="file-late">{reject.reasons.map((reason) => rowReasonText(reason, language)).join(' · ')}</span>
      </div>
      <div className="muted small file-value">
        {reject.cells
          .map((cell, index) => (cell === '' ? null : `${header[index] ?? '+'}: ${cell}`))
          .filter(Boolean)
          .join(' · ')}
      </div>
    </article>
  );
}
