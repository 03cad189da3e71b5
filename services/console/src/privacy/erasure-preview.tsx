import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';

/** What an erasure removes, and what it cannot find. */
export function ErasurePreviewList({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const preview = useQuery({
    queryKey: keys.erasurePreview(customerId),
    queryFn: ({ signal }) => api.erasurePreview(customerId, signal),
  });
  if (preview.isPending) return <Loading />;
  if (!preview.data) return <Failed error={preview.error} retry={() => void preview.refetch()} />;
  const { customers, rows, openTickets, held, shared } = preview.data;
  return (
    <div className="privacy-preview" data-testid="erasure-preview">
      <p>{t('privacy.previewCustomers', { count: customers })}</p>
      <ul className="privacy-counts">
        {Object.entries(rows).map(([table, count]) => (
          <li key={table}>
            <span className="muted">{table}</span> {count}
          </li>
        ))}
      </ul>
      {openTickets > 0 && <p className="record-reason">{t('privacy.previewOpen', { count: openTickets })}</p>}
      {held && <p className="record-reason">{t('privacy.obstacle.hold')}</p>}
      {shared > 0 && <p>{t('privacy.previewShared', { count: shared })}</p>}
      <p className="muted small">{t('privacy.previewOthers')}</p>
    </div>
  );
}
