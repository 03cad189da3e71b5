import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';

/** The warning that mail does not leave, while no server is set up for it. */
export function MailStays() {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.health, queryFn: ({ signal }) => api.channelHealth(signal) });
  if (!data?.mailStays) return null;
  return <Alert type="warning" showIcon title={t('watch.mailStays')} data-testid="mail-stays" />;
}
