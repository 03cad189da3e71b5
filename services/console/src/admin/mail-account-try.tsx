import type { MailAccountTested, MailFolder } from '@patchbay/contracts';
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
  const { t } = useTranslation();
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
  return (
    <Form.Item className="mailbox-try">
      <Button loading={test.isPending} onClick={() => void tryNow()} data-testid="mail-account-test">
        {t('mailAccounts.test')}
      </Button>
      {failure && <Alert type="error" showIcon title={failure.title} description={failure.detail || undefined} />}
      {test.data && (
        <Outcome
          of="fetching"
          problem={test.data.problem}
          trouble={(problem) => problem}
          well={t('mailAccounts.tested', { count: test.data.folders.length })}
        />
      )}
      {test.data?.sending && (
        <Outcome
          of="sending"
          problem={test.data.sending.problem}
          trouble={(problem) => t('mailAccounts.sendingProblem', { problem })}
          well={t('mailAccounts.testedSending')}
        />
      )}
    </Form.Item>
  );
}

interface OutcomeProps {
  of: 'fetching' | 'sending';
  problem: MailAccountTested['problem'];
  /** What is said of a problem, and where there is none. */
  trouble: (problem: string) => string;
  well: string;
}

/** Whether the hub may sign in at one of the account's servers. */
function Outcome({ of, problem, trouble, well }: OutcomeProps) {
  const { t, i18n } = useTranslation();
  return problem ? (
    <Alert
      type="error"
      showIcon
      title={trouble(t(`mailAccounts.problem.${problem.code}`))}
      description={errorText(problem.text, i18n.resolvedLanguage)}
      data-testid={`mail-account-${of}-problem`}
    />
  ) : (
    <Alert type="success" showIcon title={well} data-testid={`mail-account-${of}-tested`} />
  );
}
