import { useQuery } from '@tanstack/react-query';
import { WarningOutlined } from '@ant-design/icons';
import { duration, keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

const dismissedKey = 'patchbay.dismissed-alert';

/** What fires, for managers, until they put this very firing away for their session. */
export function AlertBanner() {
  const { t, i18n } = useTranslation();
  const { role } = useMe();
  const [dismissed, setDismissed] = useState(() => sessionStorage.getItem(dismissedKey));
  const { data } = useQuery({
    queryKey: keys.alerts,
    queryFn: ({ signal }) => api.alerts(signal),
    enabled: role !== 'agent',
  });
  const alert = data?.find(({ firing, key }) => firing && (key === 'quarantine' || key === 'webhooks'));
  if (!alert || dismissed === alert.since) return null;
  const webhooks = alert.key === 'webhooks';
  const reasons = alert.reasons.map(({ code, value }) =>
    t(`watch.alertReason.${code}`, { value, age: duration(value, i18n.language) }),
  );
  const dismiss = () => {
    sessionStorage.setItem(dismissedKey, alert.since);
    setDismissed(alert.since);
  };
  return (
    <div className="connection-alert down" role="alert" data-testid="alert-banner">
      <WarningOutlined aria-hidden />
      <span>{[t(webhooks ? 'watch.alertWebhooks' : 'watch.alert'), ...reasons].join(' · ')}</span>
      <Link to={webhooks ? '/webhooks' : '/quarantine'}>{t('watch.open')}</Link>
      <Button size="small" type="text" onClick={dismiss} data-testid="alert-dismiss">
        {t('watch.dismiss')}
      </Button>
    </div>
  );
}
