import type { TicketStatus } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';

export function StatusTag({ status }: { status: TicketStatus }) {
  const { t } = useTranslation();
  return <span className={`status status-${status}`}>{t(`status.${status}`)}</span>;
}
