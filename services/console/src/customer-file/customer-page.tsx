import { useQuery } from '@tanstack/react-query';
import type { CustomerFile, CustomField } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { Identifiers } from '../identity/identifiers.tsx';
import { Ledger } from '../identity/ledger.tsx';
import { ConsentRecords } from '../privacy/consent-records.tsx';
import { PrivacyMenu } from '../privacy/privacy-menu.tsx';
import { api } from '../query-client.ts';
import { initials } from '../shell/initials.ts';
import { FieldRow } from './field-row.tsx';
import { Organisations, Relations } from './file-people.tsx';
import { Reviews } from './file-reviews.tsx';
import { FileTasks } from './file-tasks.tsx';
import { Section } from './section.tsx';
import { Timeline } from './timeline.tsx';
import { useCustomFields, useDay } from './use-words.ts';

/** A customer's file: what is known, where that came from, and everything that happened. */
export function CustomerPage() {
  const { id = '' } = useParams();
  const file = useQuery({ queryKey: keys.customerFile(id), queryFn: ({ signal }) => api.customerFile(id, signal) });
  if (file.isPending) return <Loading />;
  if (!file.data) return <Failed error={file.error} retry={() => void file.refetch()} />;
  return <File key={id} file={file.data} />;
}

function File({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const fields = useCustomFields().filter(({ scope }) => scope === 'customer');
  return (
    <div className="page file-page" data-testid="customer-file">
      {file.mergedInto && (
        <Alert
          type="info"
          showIcon
          title={t('file.mergedInto')}
          action={<Link to={`/customers/${file.mergedInto}`}>{t('file.openOther')}</Link>}
        />
      )}
      <FileHead file={file} />
      <div className="file-columns">
        <div className="file-column">
          <Section title={t('file.details')}>
            <Fields file={file} fields={fields} />
          </Section>
          <Section title={t('file.organisations')}>
            <Organisations file={file} />
          </Section>
          <Section title={t('file.relations')}>
            <Relations file={file} />
          </Section>
          {!file.mergedInto && <ConsentRecords customerId={file.id} />}
        </div>
        <div className="file-column">
          <Section title={t('file.identifiers')}>
            <Identifiers customerId={file.id} />
          </Section>
          <Section title={t('identity.ledger')}>
            <Ledger customerId={file.id} />
          </Section>
          <Section title={t('file.reviews')}>
            <Reviews file={file} />
          </Section>
          <Section title={t('file.tasks')}>
            <FileTasks file={file} />
          </Section>
          <Section title={t('file.timeline')}>
            <Timeline customerId={file.id} fields={fields} />
          </Section>
        </div>
      </div>
    </div>
  );
}

function FileHead({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const day = useDay();
  const { percent, filled, required } = file.completeness;
  return (
    <header className="file-head">
      <span className="file-avatar file-avatar-large" aria-hidden>
        {initials(file.displayName)}
      </span>
      <div className="grow">
        <h2 className="file-name" data-testid="file-name">
          {file.displayName}
        </h2>
        <span className="muted small">{t('customer.since', { date: day(file.createdAt) })}</span>
      </div>
      {!file.mergedInto && <PrivacyMenu customer={file} />}
      <div className="file-completeness" title={t('file.formula.percent')}>
        <span className="small">{t('file.completeness')}</span>
        <Progress
          percent={percent}
          size="small"
          aria-label={t('file.completeness')}
          status={percent === 100 ? 'success' : 'normal'}
          data-testid="file-completeness"
        />
        <span className="muted small">{t('file.percentHelp', { filled, required })}</span>
      </div>
    </header>
  );
}

/** The name comes first; fields that are no longer defined stay out of sight. */
function Fields({ file, fields }: { file: CustomerFile; fields: readonly CustomField[] }) {
  const { t } = useTranslation();
  const entryOf = (key: string) => file.fields.find((entry) => entry.key === key);
  const name = {
    key: 'displayName',
    type: 'text',
    options: [],
    labelEn: t('file.name'),
    labelZh: t('file.name'),
  } as const;
  const known = entryOf('displayName');
  return (
    <dl className="file-fields">
      <FieldRow
        customerId={file.id}
        field={{ ...name, options: [] }}
        entry={known}
        required={false}
        {...(known ? {} : { shown: file.displayName })}
      />
      {fields.map((field) => (
        <FieldRow
          key={field.id}
          customerId={file.id}
          field={field}
          entry={entryOf(field.key)}
          required={file.required.includes(field.key)}
        />
      ))}
    </dl>
  );
}
