import { ClockCircleOutlined, EditOutlined, EyeOutlined, PhoneOutlined } from '@ant-design/icons';
import type { Attendance, Guard } from '@patchbay/contracts';
import { duration, secondsSince, useNow } from '@patchbay/ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import '../style/care.css';

const icons: Record<Attendance, ReactNode> = {
  open: <EyeOutlined aria-hidden />,
  writing: <EditOutlined aria-hidden />,
  calling: <PhoneOutlined aria-hidden />,
};

/** One line for each other agent who is with the customer or was lately. */
export function GuardLines({ guard }: { guard: Guard }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <ul className="guard-lines">
      {guard.present.map(({ agentId, name, state, ticketNumber }) => (
        <li key={agentId} className={`guard-${state}`} data-testid="guard-line" data-state={state}>
          {icons[state]} {t(`guard.${state}`, { name })}
          {ticketNumber !== null && ` (${t('guard.ticket', { number: ticketNumber })})`}
        </li>
      ))}
      {guard.recent.map(({ agentId, name, at, channel, ticketNumber }) => (
        <li key={`${agentId} ${at}`} className="guard-recent" data-testid="guard-line" data-state="recent">
          <ClockCircleOutlined aria-hidden />{' '}
          {t(ticketNumber === null ? 'guard.recentElsewhere' : 'guard.recent', {
            name,
            ago: duration(Math.max(60, Math.floor(secondsSince(at, now) / 60) * 60), i18n.language),
            channel: t(`channel.${channel}`),
            number: ticketNumber,
          })}
        </li>
      ))}
    </ul>
  );
}
