import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiProblem, keys } from '@patchbay/ui';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { problemText } from '../feedback/problem-text.ts';
import { api } from '../query-client.ts';
import { EntryCard } from './entry-card.tsx';

interface Credentials {
  email: string;
  password: string;
}

export function LoginPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { from?: string } | null };
  const setup = useQuery({ queryKey: keys.setup, queryFn: ({ signal }) => api.setup(signal), staleTime: 0 });
  const login = useMutation({
    mutationFn: api.logIn,
    onSuccess: async () => {
      client.clear();
      await navigate(state?.from ?? '/desk', { replace: true });
    },
  });
  return (
    <EntryCard title={t('login.title')} lead={t('login.lead')}>
      {setup.data?.needed && (
        <Alert type="info" showIcon title={t('login.setupNeeded')} description={t('login.setupHow')} />
      )}
      {login.error && <LoginProblem error={login.error} />}
      <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(values) => login.mutate(values)}>
        <Form.Item
          name="email"
          label={t('field.email')}
          rules={[{ required: true, type: 'email', message: t('field.emailNeeded') }]}
        >
          <Input type="email" autoComplete="username" autoFocus size="large" data-testid="login-email" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('field.password')}
          rules={[{ required: true, message: t('field.passwordNeeded') }]}
        >
          <Input.Password autoComplete="current-password" size="large" data-testid="login-password" />
        </Form.Item>
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          block
          loading={login.isPending}
          data-testid="login-submit"
        >
          {t('login.submit')}
        </Button>
      </Form>
    </EntryCard>
  );
}

function LoginProblem({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const wrong = error instanceof ApiProblem && error.status === 401;
  const { title, detail } = wrong ? { title: t('login.wrong'), detail: '' } : problemText(t, error);
  return <Alert type="error" showIcon title={title} description={detail || undefined} data-testid="login-error" />;
}
