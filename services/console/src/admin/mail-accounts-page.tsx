import { MailOutlined, PlusOutlined } from '@ant-design/icons';
import type { MailAccount } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { MailAccountForm } from './mail-accounts-form.tsx';
import { MailAccountRow } from './mail-accounts-row.tsx';
import { MailStays } from './mail-stays.tsx';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';
import { signInProblemText } from './sign-in-problem-text.ts';

/** Milliseconds: states and progress change without an event. */
const readEvery = 3_000;

/** Mailboxes that are fetched: how each is, and what it should do. For administrators. */
export function MailAccountsPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<MailAccount | 'new' | null>(null);
  // Reads the list again, with all its pages, while somebody looks.
  useQuery({
    queryKey: [...keys.mailAccounts, 'pulse'],
    queryFn: async ({ client }) => {
      await client.invalidateQueries({ queryKey: [...keys.mailAccounts, 'pages'] });
      return Date.now();
    },
    refetchInterval: readEvery,
  });
  return (
    <div className="page">
      <PageHead text={t('mailAccounts.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="mail-account-new">
          {t('mailAccounts.add')}
        </Button>
      </PageHead>
      <SignInOutcome />
      <MailStays />
      <PagedList
        queryKey={keys.mailAccounts}
        read={(cursor, signal) => api.mailAccounts(cursor, signal)}
        empty={<Nothing icon={<MailOutlined />} title={t('mailAccounts.empty')} text={t('mailAccounts.emptyText')} />}
        row={(account) => <MailAccountRow key={account.id} account={account} edit={() => setEdited(account)} />}
      />
      {edited && <MailAccountForm account={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </div>
  );
}

/** What became of a sign-in, when the provider has just sent the browser back. */
function SignInOutcome() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const done = query.has('signedIn');
  if (!done && !query.has('problem')) return null;
  return (
    <Alert
      type={done ? 'success' : 'error'}
      showIcon
      title={t(done ? 'mailAccounts.signedIn' : 'mailAccounts.notSignedIn')}
      description={done ? null : signInProblemText(t, query.get('problem'))}
      data-testid="sign-in-outcome"
      closable={{ onClose: () => setQuery({}, { replace: true }) }}
    />
  );
}
