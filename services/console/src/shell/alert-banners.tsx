import { useQuery } from '@tanstack/react-query';
import { WarningOutlined } from '@ant-design/icons';
import { duration, keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { shownAlerts } from './shown-alerts.ts';

const dismissedKey = 'patchbay.dismissed-alerts';

/** What fires, one line each, for managers, until they put this very firing away for their session. */
export function AlertBanners() {
  const { t, i18n } = useTranslation();
  const { role } = useMe();
  const [dismissed, setDismissed] = useState(
    () => JSON.parse(sessionStorage.getItem(dismissedKey) ?? '{}') as Record<string, string>,
  );
  const { data = [] } = useQuery({
    queryKey: keys.alerts,
    queryFn: ({ signal }) => api.alerts(signal),
    enabled: role !== 'agent',
  });
  const dismiss = (key: string, since: string) => {
    const next = { ...dismissed, [key]: since };
    sessionStorage.setItem(dismissedKey, JSON.stringify(next));
    setDismissed(next);
  };
  return shownAlerts(data, dismissed).map(({ key, since, reasons, page }) => (
    <div key={key} className="connection-alert down" role="alert" data-testid="alert-banner" data-alert={key}>
      <WarningOutlined aria-hidden />
      <span>
        {[
          t(page.text),
          ...reasons.map(({ code, value }) =>
            t(`watch.alertReason.${code}`, { value, age: duration(value, i18n.language) }),
          ),
        ].join(' · ')}
      </span>
      <Link to={page.path}>{t('watch.open')}</Link>
      <Button size="small" type="text" onClick={() => dismiss(key, since)} data-testid="alert-dismiss">
        {t('watch.dismiss')}
      </Button>
    </div>
  ));
}
