import {
  CheckCircleFilled,
  CheckCircleOutlined,
  CheckOutlined,
  ClockCircleOutlined,
  ExclamationCircleFilled,
  LoadingOutlined,
  QuestionCircleOutlined,
} from '@ant-design/icons';
import type { DeliveryStatus, OutboxItem } from '@patchbay/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { deliveryReasons } from './delivery-reasons.ts';
import { waitingText } from './waiting-text.ts';
import '../style/message.css';

const icons: Record<DeliveryStatus, ReactNode> = {
  queued: <ClockCircleOutlined aria-hidden />,
  sending: <LoadingOutlined aria-hidden />,
  unknown: <QuestionCircleOutlined aria-hidden />,
  sent: <CheckOutlined aria-hidden />,
  delivered: <CheckCircleOutlined aria-hidden />,
  read: <CheckCircleFilled aria-hidden />,
  failed: <ExclamationCircleFilled aria-hidden />,
};

/** How far an answer has come on its way to the customer, and why no further. */
export function DeliveryMark({
  status,
  error,
  waiting,
}: Pick<OutboxItem, 'error' | 'waiting'> & { status: DeliveryStatus }) {
  const { t, i18n } = useTranslation();
  const reasons =
    error && !waiting ? deliveryReasons(error).map((reason) => errorText(reason, i18n.resolvedLanguage)) : [];
  const waits = waiting ? waitingText(t, waiting, Date.now(), i18n.language) : [];
  return (
    <footer className={`delivery delivery-${status}`} data-testid="delivery-status" data-status={status}>
      {icons[status]} {t(`delivery.${status}`)}
      {waits.length > 0 && (
        <span className="delivery-error" data-testid="delivery-waits">
          {waits.join(' · ')}
        </span>
      )}
      {reasons.length === 1 && <span className="delivery-error">{reasons[0]}</span>}
      {reasons.length > 1 && (
        <ul className="delivery-error delivery-reasons">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </footer>
  );
}
