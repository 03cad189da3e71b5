import { useQuery } from '@tanstack/react-query';
import { UsergroupAddOutlined } from '@ant-design/icons';
import { keys } from '@patchbay/ui';
import { App, Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { movedByMerge } from '../desk/use-merge.ts';
import { Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { IdentitySettingsModal } from './identity-settings-modal.tsx';
import { SuggestionCard } from './suggestion-card.tsx';

/** The work list: pairs of customers who may be one person, the most certain first. */
export function SuggestionsPage() {
  const { t } = useTranslation();
  const [settings, setSettings] = useState(false);
  return (
    <div className="page pairs">
      <PageHead text={t('pairs.text')}>
        <AcceptCertain />
        <Button onClick={() => setSettings(true)} data-testid="identity-settings">
          {t('pairs.settings')}
        </Button>
      </PageHead>
      <p className="muted small">{t('pairs.keys')}</p>
      <PagedList
        queryKey={keys.suggestionList}
        read={(cursor, signal) => api.suggestionList(cursor, signal)}
        empty={<Nothing icon={<UsergroupAddOutlined />} title={t('pairs.empty')} text={t('pairs.emptyText')} />}
        row={(suggestion) => <SuggestionCard key={suggestion.id} suggestion={suggestion} />}
      />
      {settings && <IdentitySettingsModal close={() => setSettings(false)} />}
    </div>
  );
}

function AcceptCertain() {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const summary = useQuery({
    queryKey: [...keys.suggestionList, 'summary'],
    queryFn: ({ signal }) => api.suggestionSummary(signal),
  });
  const accept = useAction(() => api.acceptCertain(), {
    stale: [keys.suggestionList, ...movedByMerge],
    after: ({ merged, skipped }) => void message.success(t('pairs.acceptedAll', { merged, skipped })),
  });
  if (!summary.data) return null;
  const { open, aboveThreshold, countLimit, bulkScore } = summary.data;
  const upTo = (count: number) => (count >= countLimit ? `${countLimit}+` : String(count));
  return (
    <>
      <span className="muted tabular" data-testid="suggestion-count">
        {t('pairs.count', { count: open, replace: { count: upTo(open) } })}
      </span>
      <Popconfirm
        title={t('pairs.acceptAllAsk', { score: new Intl.NumberFormat(i18n.language).format(bulkScore) })}
        description={t('pairs.acceptAllText')}
        okText={t('pairs.accept')}
        cancelText={t('identity.cancel')}
        okButtonProps={{ 'data-testid': 'accept-certain-confirm' }}
        onConfirm={() => accept.mutate(undefined)}
      >
        <Button type="primary" disabled={aboveThreshold === 0} loading={accept.isPending} data-testid="accept-certain">
          {t('pairs.acceptAll', { count: aboveThreshold, replace: { count: upTo(aboveThreshold) } })}
        </Button>
      </Popconfirm>
    </>
  );
}
