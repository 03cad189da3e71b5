import type { MailFolder } from '@patchbay/contracts';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { problemText } from '../feedback/problem-text.ts';
import { api } from '../query-client.ts';
import { isTriedAlike, triedFields, triedOf, type MailAccountPart, type Tried } from './mail-account-fields.ts';

/** Whether the hub gets into the mailbox as it is entered, the folders that are there, and whether mail may leave by its own server. */
export function MailAccountTry({ form, account, found }: MailAccountPart & { found: (folders: MailFolder[]) => void }) {
  const { t, i18n } = useTranslation();
  const test = useMutation({
    mutationFn: async (fields: Tried) => {
      const { password, ...given } = triedOf(fields);
      return await api.testMailAccount({
        ...given,
        ...(password ? { password } : {}),
        ...(account ? { id: account.id } : {}),
      });
    },
    onSuccess: ({ folders }) => found(folders),
  });
  const entered = Form.useWatch([], form) as Tried | undefined;
  const tried = test.variables;
  useEffect(() => {
    if (tried && entered && !isTriedAlike(tried, entered)) test.reset();
  }, [tried, entered, test]);
  const tryNow = () =>
    form.validateFields([...triedFields]).then(
      (fields) => test.mutate(fields),
      (failed: { errorFields: { name: (string | number)[] }[] }) => {
        const [first] = failed.errorFields;
        if (first) form.scrollToField(first.name, { focus: true });
      },
    );
  const failure = test.error && problemText(t, test.error);
  const { problem, sending } = test.data ?? {};
  return (
    <Form.Item className="mailbox-try">
      <Button loading={test.isPending} onClick={() => void tryNow()} data-testid="mail-account-test">
        {t('mailAccounts.test')}
      </Button>
      {failure && <Alert type="error" showIcon title={failure.title} description={failure.detail || undefined} />}
      {problem && (
        <Alert
          type="error"
          showIcon
          title={t(`mailAccounts.problem.${problem.code}`)}
          description={errorText(problem.text, i18n.resolvedLanguage)}
        />
      )}
      {test.data && !problem && (
        <Alert type="success" showIcon title={t('mailAccounts.tested', { count: test.data.folders.length })} />
      )}
      {sending?.problem && (
        <Alert
          type="error"
          showIcon
          title={t('mailAccounts.sendingProblem', { problem: t(`mailAccounts.problem.${sending.problem.code}`) })}
          description={errorText(sending.problem.text, i18n.resolvedLanguage)}
          data-testid="mail-account-sending-problem"
        />
      )}
      {sending && !sending.problem && (
        <Alert
          type="success"
          showIcon
          title={t('mailAccounts.testedSending')}
          data-testid="mail-account-sending-tested"
        />
      )}
    </Form.Item>
  );
}
