import type { Ticket } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';

/** Calls or writes to who asked for it. */
export function CallBackLink({ callBack: { phone, email } }: { callBack: NonNullable<Ticket['callBack']> }) {
  const { t } = useTranslation();
  return (
    <a href={phone ? `tel:${phone}` : `mailto:${email}`} data-testid="call-back-asked">
      {phone ? t('transfer.callBack', { phone }) : t('transfer.writeBack', { email: email ?? '' })}
    </a>
  );
}
