import { HistoryOutlined } from '@ant-design/icons';
import type { AutomationRule } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { useRuleWords } from './use-rule-words.ts';

/** What a rule said, version by version; none of them ever changes. */
export function RuleVersions({ rule, close }: { rule: AutomationRule; close: () => void }) {
  const { t, i18n } = useTranslation();
  const words = useRuleWords();
  useReturnFocus();
  return (
    <Drawer open title={rule.name} onClose={close} size={Math.min(560, window.innerWidth)}>
      <PagedList
        queryKey={[...keys.automation, 'versions', rule.id]}
        read={(cursor, signal) => api.ruleVersions(rule.id, cursor, signal)}
        empty={<Nothing icon={<HistoryOutlined />} title={t('automation.versions')} />}
        row={({ version, definition, note, publishedAt, publishedByName }) => (
          <article key={version} className="record">
            <div className="record-head">
              <span className="record-title grow">{definition.name}</span>
              <span className="muted small">
                {t('automation.version', {
                  version,
                  at: moment(publishedAt, Date.now(), i18n.language),
                  name: publishedByName ?? t('event.someAgent'),
                })}
              </span>
            </div>
            {note && <p>{note}</p>}
            <p className="muted small">
              {definition.condition ? words.condition(definition.condition) : t('automation.always')} →{' '}
              {definition.actions.map(words.action).join(t('automation.and'))}
            </p>
          </article>
        )}
      />
    </Drawer>
  );
}
