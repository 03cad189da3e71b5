import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { problemText } from '../feedback/problem-text.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { EntryCard } from './entry-card.tsx';

/** The first administrator, from the one-time link that the hub prints at its first start. */
export function SetupPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const token = search.get('token') ?? '';
  const setup = useQuery({ queryKey: keys.setup, queryFn: ({ signal }) => api.setup(signal), staleTime: 0 });
  return (
    <EntryCard title={t('setup.title')} lead={t('setup.lead')}>
      {setup.isPending && <Loading />}
      {setup.isError && <Failed error={setup.error} retry={() => void setup.refetch()} />}
      {setup.data?.needed === false && (
        <>
          <Alert type="success" showIcon title={t('setup.done')} data-testid="setup-done" />
          <Link to="/login">{t('login.submit')}</Link>
        </>
      )}
      {setup.data?.needed &&
        (token ? (
          <SetupForm token={token} />
        ) : (
          <Alert type="warning" showIcon title={t('setup.noToken')} description={t('login.setupHow')} />
        ))}
    </EntryCard>
  );
}

interface SetupFields {
  name: string;
  email: string;
  password: string;
}

function SetupForm({ token }: { token: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const setup = useMutation({
    mutationFn: async (fields: SetupFields) => {
      await api.completeSetup({ token, ...fields });
      await api.logIn({ email: fields.email, password: fields.password });
    },
    onSuccess: async () => {
      client.clear();
      await navigate('/desk', { replace: true });
    },
  });
  const problem = setup.error && problemText(t, setup.error);
  return (
    <Form<SetupFields> layout="vertical" requiredMark={false} onFinish={(fields) => setup.mutate(fields)}>
      {problem && (
        <Alert
          type="error"
          showIcon
          title={problem.title}
          description={problem.detail || undefined}
          data-testid="setup-error"
        />
      )}
      <Form.Item
        name="name"
        label={t('field.name')}
        rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
      >
        <Input autoComplete="name" autoFocus size="large" data-testid="setup-name" />
      </Form.Item>
      <Form.Item
        name="email"
        label={t('field.email')}
        rules={[{ required: true, type: 'email', message: t('field.emailNeeded') }]}
      >
        <Input type="email" autoComplete="username" size="large" data-testid="setup-email" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('field.newPassword')}
        rules={[{ required: true, min: 10, max: 200, message: t('field.passwordRule') }]}
      >
        <Input.Password autoComplete="new-password" size="large" data-testid="setup-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={setup.isPending} data-testid="setup-submit">
        {t('setup.submit')}
      </Button>
    </Form>
  );
}
