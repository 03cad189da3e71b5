import { useQuery } from '@tanstack/react-query';
import { BulbOutlined, HistoryOutlined } from '@ant-design/icons';
import type { CustomerSuggestion, Merge } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { CardSection } from './card-section.tsx';
import { CustomerSearch } from './customer-search.tsx';
import { reasonText } from './reason-text.ts';
import { movedByMerge, useMerge } from './use-merge.ts';

/** Who this customer may also be, and who was joined with them; a join can be taken back. */
export function CustomerMerges({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const suggestions = useQuery({
    queryKey: keys.suggestions(customerId),
    queryFn: ({ signal }) => api.suggestions(customerId, signal),
  });
  const merges = useQuery({
    queryKey: keys.merges(customerId),
    queryFn: ({ signal }) => api.merges(customerId, signal),
  });
  const standing = (merges.data?.items ?? []).filter((one) => one.undoneAt === null);
  const suggested = suggestions.data?.items ?? [];
  return (
    <>
      {suggested.length > 0 && (
        <CardSection title={t('customer.suggestions')} icon={<BulbOutlined aria-hidden />}>
          {suggested.map((one) => (
            <Suggestion key={`${one.customer.id} ${one.value}`} customerId={customerId} suggestion={one} />
          ))}
        </CardSection>
      )}
      <CardSection title={t('customer.merges')} icon={<HistoryOutlined aria-hidden />}>
        {standing.map((one) => (
          <StandingMerge key={one.id} merge={one} />
        ))}
        <CustomerSearch customerId={customerId} />
      </CardSection>
    </>
  );
}

function Suggestion({ customerId, suggestion }: { customerId: string; suggestion: CustomerSuggestion }) {
  const { t, i18n } = useTranslation();
  const merge = useMerge(customerId);
  return (
    <div className="suggestion" data-testid="suggestion">
      <strong>{suggestion.customer.displayName}</strong>
      <p className="small muted">{reasonText(suggestion.reason, i18n.resolvedLanguage)}</p>
      <p className="small identifier-value">{suggestion.customer.identifiers.map((one) => one.value).join(' · ')}</p>
      <Popconfirm
        title={t('customer.mergeAsk')}
        description={t('customer.mergeAskText')}
        okText={t('customer.merge')}
        okButtonProps={{ 'data-testid': 'merge-confirm' }}
        onConfirm={() => merge.mutate(suggestion.customer.id)}
      >
        <Button size="small" loading={merge.isPending} data-testid="merge">
          {t('customer.merge')}
        </Button>
      </Popconfirm>
    </div>
  );
}

function StandingMerge({ merge }: { merge: Merge }) {
  const { t, i18n } = useTranslation();
  const undo = useAction(() => api.undoMerge(merge.id), { stale: movedByMerge, done: t('customer.mergeUndone') });
  const other = useQuery({
    queryKey: keys.customer(merge.otherId),
    queryFn: ({ signal }) => api.customer(merge.otherId, signal),
  });
  return (
    <div className="row small" data-testid="merge-row">
      <span className="grow ellipsis">
        {t('customer.mergedWith', { name: other.data?.displayName ?? '…' })}
        <span className="muted"> · {moment(merge.at, Date.now(), i18n.language)}</span>
      </span>
      <Button size="small" loading={undo.isPending} onClick={() => undo.mutate(undefined)} data-testid="merge-undo">
        {t('customer.undo')}
      </Button>
    </div>
  );
}
