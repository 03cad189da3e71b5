import type { CustomerFile } from '@patchbay/contracts';
import { Progress } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CareNotes, GradeTags, useCustomerGrading } from '../grading/customer-care.tsx';
import { GuardNotice } from '../grading/guard-notice.tsx';
import { useAttend } from '../grading/use-guard.ts';
import { PrivacyMenu } from '../privacy/privacy-menu.tsx';
import { initials } from '../shell/initials.ts';
import { useOpenTickets } from './use-open-tickets.ts';
import { useDay } from './use-words.ts';

/** Who it is, how they stand, who is with them now, and what is open: what is looked for first. */
export function FileHead({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const day = useDay();
  const grading = useCustomerGrading(file.id);
  useAttend(file.id, null);
  return (
    <header className="panel file-head">
      <span className="file-avatar file-avatar-large" aria-hidden>
        {initials(file.displayName)}
      </span>
      <div className="grow file-who">
        <h2 className="file-name" data-testid="file-name">
          {file.displayName}
        </h2>
        {grading && <GradeTags grading={grading} />}
        <span className="muted small">{t('customer.since', { date: day(file.createdAt) })}</span>
        {grading && <CareNotes grading={grading} />}
      </div>
      <Glance file={file} />
      {!file.mergedInto && <PrivacyMenu customer={file} />}
      <GuardNotice customerId={file.id} />
    </header>
  );
}

function Glance({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const { data } = useOpenTickets(file.id);
  const late = file.tasks.filter(({ dueAt }) => Date.parse(dueAt) < Date.now()).length;
  const { percent, filled, required } = file.completeness;
  return (
    <dl className="file-glance">
      <Figure label={t('file.openTickets')}>
        <span data-testid="file-open-tickets">
          {data ? `${data.items.length}${data.nextCursor === null ? '' : '+'}` : '–'}
        </span>
      </Figure>
      <Figure label={t('file.tasks')}>
        {file.tasks.length} {late > 0 && <span className="small file-late">{t('file.late', { count: late })}</span>}
      </Figure>
      {required > 0 && (
        <Figure label={t('file.completeness')}>
          <Progress
            percent={percent}
            size="small"
            aria-label={t('file.completeness')}
            status={percent === 100 ? 'success' : 'normal'}
            data-testid="file-completeness"
          />
          <span className="muted small file-formula" title={t('file.formula.percent')}>
            {t('file.percentHelp', { filled, required })}
          </span>
        </Figure>
      )}
    </dl>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="muted small">{label}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}
