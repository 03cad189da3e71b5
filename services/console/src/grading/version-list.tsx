import { HistoryOutlined } from '@ant-design/icons';
import type { GradingVersion } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';

/** What was published, by whom and why. An old version is never changed; it may be where the next one begins. */
export function VersionList({ use }: { use: (version: GradingVersion) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <PagedList
      queryKey={[...keys.grading, 'versions']}
      read={(cursor, signal) => api.gradingVersions(cursor, signal)}
      empty={<Nothing icon={<HistoryOutlined />} title={t('grading.noVersions')} />}
      row={(version) => (
        <article key={version.version} className="record" data-testid="version-row">
          <div className="record-head">
            <span className="record-title grow">{version.note}</span>
            <Button size="small" onClick={() => use(version)}>
              {t('grading.use')}
            </Button>
          </div>
          <p className="muted small">
            {t('grading.version', {
              version: version.version,
              at: version.publishedAt ? moment(version.publishedAt, Date.now(), i18n.language) : '',
              name: version.publishedByName ?? t('event.someAgent'),
            })}
          </p>
        </article>
      )}
    />
  );
}
