import { PhoneOutlined } from '@ant-design/icons';
import type { TicketDetail } from '@patchbay/contracts';
import { Button, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePlaceCall } from './use-place-call.ts';

/** Calls the customer: the agent's own phone rings first. Disabled, it says why. */
export function CallButton({ ticket }: { ticket: TicketDetail }) {
  const { t } = useTranslation();
  const { place, pending, reason } = usePlaceCall(ticket);
  const label = reason === null ? t('call.place') : `${t('call.place')}: ${reason}`;
  return (
    <Tooltip title={reason ?? t('call.placeHelp')}>
      <Button
        icon={<PhoneOutlined />}
        aria-label={label}
        loading={pending}
        disabled={reason !== null}
        onClick={place}
        data-testid="place-call"
      />
    </Tooltip>
  );
}
