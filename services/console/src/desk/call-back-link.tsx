import type { TicketDetail } from '@patchbay/contracts';
import { Button, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePlaceCall } from './use-place-call.ts';

type CallBack = NonNullable<TicketDetail['callBack']>;

/** Calls or writes to who asked for it. Where there is no carrier, the agent's own device dials. */
export function CallBackLink({ ticket, callBack }: { ticket: TicketDetail; callBack: CallBack }) {
  const { t } = useTranslation();
  const { phone, email } = callBack;
  if (phone === null || ticket.callObstacle === 'no-carrier')
    return (
      <a href={phone ? `tel:${phone}` : `mailto:${email}`} data-testid="call-back-asked">
        {phone ? t('transfer.callBack', { phone }) : t('transfer.writeBack', { email: email ?? '' })}
      </a>
    );
  return <DialCallBack ticket={ticket} callBack={callBack} phone={phone} />;
}

function DialCallBack({ ticket, callBack, phone }: { ticket: TicketDetail; callBack: CallBack; phone: string }) {
  const { t } = useTranslation();
  const { place, pending, reason } = usePlaceCall(ticket);
  const { tries, lastOutcome } = callBack;
  return (
    <>
      <Tooltip title={reason}>
        <Button
          type="link"
          size="small"
          className="call-back-link"
          loading={pending}
          disabled={reason !== null}
          onClick={place}
          data-testid="call-back-asked"
        >
          {t('transfer.callBack', { phone })}
        </Button>
      </Tooltip>
      {tries > 0 && lastOutcome && (
        <span data-testid="call-back-tries">
          {t('call.tries', { n: tries, outcome: t(`callOutcome.${lastOutcome}`) })}
        </span>
      )}
    </>
  );
}
