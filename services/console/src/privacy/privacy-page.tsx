import '../style/privacy.css';
import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { AuditTrail } from './audit-trail.tsx';
import { PrivacyRequests } from './privacy-requests.tsx';
import { PrivacySettingsForm } from './privacy-settings-form.tsx';

/** What persons asked for, how long things are kept, who sees what, and who looked. */
export function PrivacyPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  return (
    <div className="page">
      <Tabs
        activeKey={search.get('tab') ?? 'requests'}
        onChange={(tab) => setSearch({ tab }, { replace: true })}
        destroyOnHidden
        items={[
          { key: 'requests', label: t('privacy.requests'), children: <PrivacyRequests /> },
          { key: 'settings', label: t('privacy.settings'), children: <PrivacySettingsForm /> },
          { key: 'audit', label: t('privacy.audit'), children: <AuditTrail /> },
        ]}
      />
    </div>
  );
}
