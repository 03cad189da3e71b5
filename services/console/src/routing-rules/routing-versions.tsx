import { HistoryOutlined } from '@ant-design/icons';
import type { RoutingRule, RoutingVersion } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Drawer } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { RuleChanges } from './rule-changes.tsx';

interface RoutingVersionsProps {
  /** Those that are edited now. */
  rules: readonly RoutingRule[];
  use: (version: RoutingVersion) => void;
}

/** What was published, by whom and why; none of it ever changes, and each may be where the next one begins. */
export function RoutingVersions({ rules, use }: RoutingVersionsProps) {
  const { t, i18n } = useTranslation();
  const [compared, setCompared] = useState<RoutingVersion | null>(null);
  return (
    <>
      <PagedList
        queryKey={[...keys.routingRules, 'versions']}
        read={(cursor, signal) => api.routingVersions(cursor, signal)}
        empty={<Nothing icon={<HistoryOutlined />} title={t('routingRules.noVersions')} />}
        row={(version) => (
          <article key={version.version} className="record" data-testid="routing-version">
            <div className="record-head">
              <span className="record-title grow">{version.note}</span>
            </div>
            <div className="record-actions">
              <span className="muted small grow">
                {t('routingRules.version', {
                  version: version.version,
                  at: version.publishedAt ? moment(version.publishedAt, Date.now(), i18n.language) : '',
                  name: version.publishedByName ?? t('event.someAgent'),
                })}
              </span>
              <Button size="small" onClick={() => setCompared(version)} data-testid="routing-compare">
                {t('routingRules.compare')}
              </Button>
              <Button size="small" onClick={() => use(version)}>
                {t('routingRules.use')}
              </Button>
            </div>
          </article>
        )}
      />
      {compared && <Compared version={compared} rules={rules} close={() => setCompared(null)} />}
    </>
  );
}

function Compared({
  version,
  rules,
  close,
}: {
  version: RoutingVersion;
  rules: readonly RoutingRule[];
  close: () => void;
}) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Drawer
      open
      title={t('routingRules.compareWith', { version: version.version })}
      onClose={close}
      size={Math.min(640, window.innerWidth)}
    >
      <RuleChanges before={version.rules} after={rules} />
    </Drawer>
  );
}
