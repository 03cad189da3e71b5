import {
  afterFetch,
  importFrom,
  type MailAccount,
  mailAccountCreate,
  type MailFolder,
  mailAuth,
  mailProvider,
  mailProviderPresets,
  type MailProvider,
  mailSecurity,
} from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, AutoComplete, Button, Drawer, Form, Input, InputNumber, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { sendingOf, type MailAccountFields, type MailAccountPart } from './mail-account-fields.ts';
import { MailAccountTry } from './mail-account-try.tsx';

const beginning: Partial<MailAccountFields> = {
  provider: 'other',
  port: 993,
  security: 'tls',
  auth: 'password',
  folder: 'INBOX',
  afterFetch: 'seen',
  importFrom: 'all',
  importDays: 7,
};

/** A mailbox in a drawer: whose it is, how to get in, what to fetch. */
export function MailAccountForm({ account, close }: { account: MailAccount | null; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<MailAccountFields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const save = useSave(account, close);
  const problem = save.error && problemText(t, save.error);
  return (
    <Drawer
      open
      title={account ? account.address : t('mailAccounts.add')}
      size={Math.min(560, window.innerWidth)}
      mask={{ closable: false }}
      onClose={leave}
      footer={
        <Button
          type="primary"
          block
          loading={save.isPending}
          onClick={() => form.submit()}
          data-testid="mail-account-save"
        >
          {t('mailAccounts.save')}
        </Button>
      }
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={account ? { ...account, oauth: account.oauth ?? undefined } : beginning}
        onFinish={(fields) => save.mutate(fields)}
        scrollToFirstError={{ focus: true }}
      >
        <ServerFields form={form} account={account} />
        <SignInFields form={form} account={account} />
        <FetchFields form={form} account={account} />
        <SendFields form={form} account={account} />
      </Form>
    </Drawer>
  );
}

const imapExample = 'imap.example.org';
const smtpExample = 'smtp.example.org';

/** A name or an address, without what a web browser shows around it. */
const hostRule = (message: string) => ({
  validator: (_: unknown, value: unknown) =>
    !value || mailAccountCreate.shape.host.safeParse(value).success
      ? Promise.resolve()
      : Promise.reject(new Error(message)),
});

function ServerFields({ form }: MailAccountPart) {
  const { t } = useTranslation();
  const needed = [{ required: true, message: t('mailAccounts.needed') }];
  const choose = (provider: MailProvider) => {
    // The name that is believed is the provider's, and nobody else's.
    if (provider === 'other') return form.setFieldsValue({ authservId: null });
    const { host, authservId, smtp } = mailProviderPresets[provider];
    form.setFieldsValue({ host, port: 993, security: 'tls', auth: 'oauth2', authservId, ...smtp });
  };
  return (
    <>
      <Form.Item name="provider" label={t('mailAccounts.provider')}>
        <Segmented
          block
          options={mailProvider.options.map((value) => ({ value, label: t(`mailAccounts.providers.${value}`) }))}
          onChange={choose}
        />
      </Form.Item>
      <Form.Item
        name="address"
        label={t('mailAccounts.address')}
        extra={t('mailAccounts.addressHelp')}
        rules={[{ required: true, type: 'email', message: t('field.emailNeeded') }]}
      >
        <Input
          type="email"
          data-testid="mail-account-address"
          onBlur={({ target }) => form.getFieldValue('username') || form.setFieldsValue({ username: target.value })}
        />
      </Form.Item>
      <Form.Item
        name="host"
        label={t('mailAccounts.host')}
        rules={[...needed, hostRule(t('mailAccounts.hostRule', { host: imapExample }))]}
      >
        <Input placeholder={imapExample} data-testid="mail-account-host" />
      </Form.Item>
      <div className="row wrap">
        <Form.Item name="port" label={t('mailAccounts.port')} rules={needed}>
          <InputNumber min={1} max={65_535} precision={0} data-testid="mail-account-port" />
        </Form.Item>
        <Form.Item name="security" label={t('mailAccounts.security')} className="grow">
          <Select
            options={mailSecurity.options.map((value) => ({ value, label: t(`mailAccounts.securities.${value}`) }))}
            data-testid="mail-account-security"
          />
        </Form.Item>
      </div>
      <Form.Item name="username" label={t('mailAccounts.username')} rules={needed}>
        <Input autoComplete="off" data-testid="mail-account-username" />
      </Form.Item>
    </>
  );
}

function SignInFields({ form, account }: MailAccountPart) {
  const { t } = useTranslation();
  const auth = Form.useWatch('auth', form) ?? account?.auth ?? 'password';
  const provider = Form.useWatch('provider', form) ?? account?.provider ?? 'other';
  const needed = [{ required: true, message: t('mailAccounts.needed') }];
  return (
    <>
      <Form.Item name="auth" label={t('mailAccounts.auth')}>
        <Segmented options={mailAuth.options.map((value) => ({ value, label: t(`mailAccounts.auths.${value}`) }))} />
      </Form.Item>
      {auth === 'password' ? (
        <Form.Item
          name="password"
          label={t('mailAccounts.password')}
          {...(account?.hasPassword ? { extra: t('mailAccounts.passwordKept') } : { rules: needed })}
        >
          <Input.Password autoComplete="new-password" data-testid="mail-account-password" />
        </Form.Item>
      ) : (
        <>
          <Form.Item name={['oauth', 'clientId']} label={t('mailAccounts.clientId')} rules={needed}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item
            name="clientSecret"
            label={t('mailAccounts.clientSecret')}
            {...(account?.hasClientSecret && { extra: t('mailAccounts.passwordKept') })}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          {provider === 'other' &&
            (['authorizeUrl', 'tokenUrl', 'scope'] as const).map((name) => (
              <Form.Item
                key={name}
                name={['oauth', name]}
                label={t(`mailAccounts.${name}`)}
                rules={[
                  ...needed,
                  ...(name === 'scope' ? [] : [{ type: 'url' as const, message: t('sources.urlNeeded') }]),
                ]}
              >
                <Input />
              </Form.Item>
            ))}
          <p className="muted small">
            {t('mailAccounts.oauthHelp', { uri: `${window.location.origin}/api/v1/mail-accounts/oauth/callback` })}
          </p>
        </>
      )}
    </>
  );
}

function FetchFields({ form, account }: MailAccountPart) {
  const { t } = useTranslation();
  const [folders, setFolders] = useState<MailFolder[]>([]);
  const after = Form.useWatch('afterFetch', form) ?? account?.afterFetch;
  const begin = Form.useWatch('importFrom', form) ?? account?.importFrom;
  const needed = [{ required: true, message: t('mailAccounts.needed') }];
  const options = folders.map(({ path }) => ({ value: path }));
  return (
    <>
      <MailAccountTry form={form} account={account} found={setFolders} />
      <Form.Item name="folder" label={t('mailAccounts.folder')} extra={t('mailAccounts.folderHelp')} rules={needed}>
        <AutoComplete options={options} data-testid="mail-account-folder" />
      </Form.Item>
      <Form.Item name="importFrom" label={t('mailAccounts.importFrom')}>
        <Select options={importFrom.options.map((value) => ({ value, label: t(`mailAccounts.imports.${value}`) }))} />
      </Form.Item>
      {begin === 'days' && (
        <Form.Item name="importDays" label={t('mailAccounts.importDays')} rules={needed}>
          <InputNumber min={1} max={3650} precision={0} />
        </Form.Item>
      )}
      <Form.Item name="afterFetch" label={t('mailAccounts.afterFetch')}>
        <Select options={afterFetch.options.map((value) => ({ value, label: t(`mailAccounts.after.${value}`) }))} />
      </Form.Item>
      {after === 'move' && (
        <Form.Item name="moveTo" label={t('mailAccounts.moveTo')} rules={needed}>
          <AutoComplete options={options} />
        </Form.Item>
      )}
      <Form.Item name="authservId" label={t('mailAccounts.authservId')} extra={t('mailAccounts.authservIdHelp')}>
        <Input placeholder="mx.example.org" />
      </Form.Item>
    </>
  );
}

/** Where mail of this address leaves; a port and an encryption say nothing without a server. */
function SendFields({ form, account }: MailAccountPart) {
  const { t } = useTranslation();
  const host = Form.useWatch('smtpHost', form) ?? account?.smtpHost;
  const needed = [{ required: true, message: t('mailAccounts.needed') }];
  return (
    <>
      <Form.Item
        name="smtpHost"
        label={t('mailAccounts.smtpHost')}
        extra={t('mailAccounts.smtpHostHelp')}
        rules={[hostRule(t('mailAccounts.hostRule', { host: smtpExample }))]}
      >
        <Input placeholder={smtpExample} data-testid="mail-account-smtp-host" />
      </Form.Item>
      {host && (
        <div className="row wrap">
          <Form.Item name="smtpPort" label={t('mailAccounts.smtpPort')} rules={needed}>
            <InputNumber min={1} max={65_535} precision={0} data-testid="mail-account-smtp-port" />
          </Form.Item>
          <Form.Item name="smtpSecurity" label={t('mailAccounts.smtpSecurity')} className="grow" rules={needed}>
            <Select
              options={mailSecurity.options.map((value) => ({ value, label: t(`mailAccounts.securities.${value}`) }))}
              data-testid="mail-account-smtp-security"
            />
          </Form.Item>
        </div>
      )}
    </>
  );
}

function useSave(account: MailAccount | null, close: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({
      password,
      clientSecret,
      oauth,
      smtpHost,
      smtpPort,
      smtpSecurity,
      ...fields
    }: MailAccountFields) => {
      const wish = {
        ...fields,
        ...sendingOf({ smtpHost, smtpPort, smtpSecurity }),
        authservId: fields.authservId?.trim() || null,
        ...(password && { password }),
        ...(clientSecret && { clientSecret }),
        ...(fields.auth === 'oauth2' && oauth && { oauth }),
      };
      await (account ? api.updateMailAccount(account.id, wish) : api.createMailAccount(wish));
    },
    onSuccess: async () => {
      void message.success(t('mailAccounts.saved'));
      close();
      await client.invalidateQueries({ queryKey: keys.mailAccounts });
    },
  });
}
