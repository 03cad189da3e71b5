import { useQuery } from '@tanstack/react-query';
import type { CustomerFile, CustomField } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { CareFigures, useCustomerGrading } from '../grading/customer-care.tsx';
import { Identifiers } from '../identity/identifiers.tsx';
import { Ledger } from '../identity/ledger.tsx';
import { ConsentRecords } from '../privacy/consent-records.tsx';
import { api } from '../query-client.ts';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/customer-card.css';
import { FieldRow } from './field-row.tsx';
import { FileHead } from './file-head.tsx';
import { Organisations, Relations } from './file-people.tsx';
import { Reviews } from './file-reviews.tsx';
import { FileTasks } from './file-tasks.tsx';
import { FileTickets } from './file-tickets.tsx';
import { Section } from './section.tsx';
import { Timeline } from './timeline.tsx';
import { useCustomFields } from './use-words.ts';

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
  const grading = useCustomerGrading(file.id);
  usePageTitle(file.displayName, 'detail');
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
        <div className="file-column file-lead">
          <Section title={t('file.openTickets')}>
            <FileTickets customerId={file.id} />
          </Section>
          <Section title={t('file.tasks')}>
            <FileTasks file={file} />
          </Section>
        </div>
        <div className="file-column file-facts">
          {grading && (
            <Section title={t('care.title')}>
              <CareFigures grading={grading} />
            </Section>
          )}
          <Section title={t('file.details')}>
            <Fields file={file} fields={fields} />
          </Section>
          <Section title={t('file.identifiers')}>
            <Identifiers customerId={file.id} />
          </Section>
          <Section title={t('file.organisations')}>
            <Organisations file={file} />
          </Section>
          <Section title={t('file.relations')}>
            <Relations file={file} />
          </Section>
          {!file.mergedInto && <ConsentRecords customerId={file.id} />}
          <Section title={t('file.reviews')}>
            <Reviews file={file} />
          </Section>
          <Section title={t('identity.ledger')}>
            <Ledger customerId={file.id} />
          </Section>
        </div>
        <div className="file-column file-story">
          <Section title={t('file.timeline')}>
            <Timeline customerId={file.id} fields={fields} />
          </Section>
        </div>
      </div>
    </div>
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
