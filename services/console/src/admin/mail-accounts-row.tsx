import { EditOutlined, LoginOutlined, PauseOutlined, PlayCircleOutlined, ReloadOutlined } from '@ant-design/icons';
import type { MailAccount, MailAccountState } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Popconfirm, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

const looks: Record<MailAccountState, string> = {
  off: '',
  connecting: 'status-pending',
  importing: 'status-pending',
  watching: 'status-resolved',
  failing: 'status-failed',
};

export function MailAccountRow({ account, edit }: { account: MailAccount; edit: () => void }) {
  const { t, i18n } = useTranslation();
  const at = (time: string) => moment(time, Date.now(), i18n.language);
  const { importing, state } = account;
  return (
    <article className="record" data-testid="mail-account-row" data-account-id={account.id}>
      <div className="record-head">
        <span className={`status ${looks[state]}`} data-testid="mail-account-state">
          {t(`mailAccounts.state.${state}`)}
        </span>
        <span className="record-title">{account.address}</span>
        <span className="grow" />
        <span className="muted small tabular">
          {account.lastMailAt ? t('mailAccounts.lastMail', { at: at(account.lastMailAt) }) : t('mailAccounts.noMail')}
        </span>
      </div>
      <div className="muted small">
        {account.host} · {account.folder}
        {account.backlog > 0 && <> · {t('mailAccounts.waiting', { count: account.backlog })}</>}
        {account.leftInMailbox > 0 && <> · {t('mailAccounts.left', { count: account.leftInMailbox })}</>}
      </div>
      {importing && importing.total > 0 && (
        <div className="small">
          <Progress percent={Math.floor((100 * importing.done) / importing.total)} size="small" />
          {t('mailAccounts.progress', importing)}
        </div>
      )}
      {account.lastError !== null && account.enabled && (
        <p className="record-reason small">
          <strong>{account.lastErrorCode && t(`mailAccounts.problem.${account.lastErrorCode}`)}</strong>{' '}
          {errorText(account.lastError, i18n.resolvedLanguage)}
          {account.nextTryAt && <> · {t('mailAccounts.nextTry', { at: at(account.nextTryAt) })}</>}
        </p>
      )}
      <Actions account={account} edit={edit} />
    </article>
  );
}

function Actions({ account, edit }: { account: MailAccount; edit: () => void }) {
  const { t } = useTranslation();
  const stale = [keys.mailAccounts];
  const toggle = useAction(() => api.updateMailAccount(account.id, { enabled: !account.enabled }), { stale });
  const again = useAction(() => api.tryMailAccount(account.id), { stale, done: t('mailAccounts.trying') });
  const remove = useAction(() => api.deleteMailAccount(account.id), { stale });
  const signIn = useAction(() => api.signInMailAccount(account.id), {
    stale: [],
    after: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="record-actions row wrap">
      {account.auth === 'oauth2' && (
        <Button
          type={account.signedIn ? 'default' : 'primary'}
          icon={<LoginOutlined />}
          loading={signIn.isPending}
          onClick={() => signIn.mutate(undefined)}
        >
          {t('mailAccounts.signIn')}
        </Button>
      )}
      {account.enabled && (
        <Button
          icon={<ReloadOutlined />}
          loading={again.isPending}
          onClick={() => again.mutate(undefined)}
          data-testid="mail-account-try"
        >
          {t('mailAccounts.tryNow')}
        </Button>
      )}
      <Button
        icon={account.enabled ? <PauseOutlined /> : <PlayCircleOutlined />}
        loading={toggle.isPending}
        onClick={() => toggle.mutate(undefined)}
        data-testid="mail-account-toggle"
      >
        {t(account.enabled ? 'mailAccounts.pause' : 'mailAccounts.resume')}
      </Button>
      <Button icon={<EditOutlined />} onClick={edit} data-testid="mail-account-edit">
        {t('mailAccounts.edit')}
      </Button>
      <Popconfirm
        title={t('mailAccounts.remove')}
        description={t('mailAccounts.removeText')}
        okText={t('mailAccounts.remove')}
        cancelText={t('mailAccounts.cancel')}
        onConfirm={() => remove.mutate(undefined)}
      >
        <Button danger loading={remove.isPending} data-testid="mail-account-remove">
          {t('mailAccounts.remove')}
        </Button>
      </Popconfirm>
    </div>
  );
}
