import { PauseOutlined, PhoneFilled, PhoneOutlined, PlayCircleOutlined, StopOutlined } from '@ant-design/icons';
import type { CallInfo, CallState, Ticket, TicketDetail } from '@patchbay/contracts';
import { clock, keys, secondsSince, useNow } from '@patchbay/ui';
import { Button, Tooltip } from 'antd';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useGuarded } from '../grading/use-guard.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { usePlaceCall } from './use-place-call.ts';

type Action = 'take' | 'hold' | 'resume' | 'hang-up';
const over: CallState[] = ['ended', 'missed', 'voicemail'];

/** What may be done with a call in each state. */
const actions: Record<CallState, Action[]> = {
  waiting: ['take'],
  connecting: ['hang-up'],
  talking: ['hold', 'hang-up'],
  held: ['resume', 'hang-up'],
  voicemail: [],
  ended: [],
  missed: [],
};
const icons: Record<Action, ReactNode> = {
  take: <PhoneFilled />,
  hold: <PauseOutlined />,
  resume: <PlayCircleOutlined />,
  'hang-up': <StopOutlined />,
};

export function CallPanel({ ticket, call }: { ticket: TicketDetail; call: CallInfo }) {
  const { t } = useTranslation();
  const me = useMe();
  const run = useCallAction(ticket, me.id);
  const isOver = over.includes(call.state);
  // Only who is on the call moves it; a call that is over may be returned by anybody.
  const mine = call.agentId === null || call.agentId === me.id || isOver;
  return (
    <section
      className={`call call-${call.state}`}
      aria-label={t('call.title')}
      data-testid="call-panel"
      data-state={call.state}
    >
      <PhoneFilled className="call-icon" aria-hidden />
      <div className="grow">
        <strong>{stateWords(t, call)}</strong>
        <div className="small ellipsis">{call.from}</div>
      </div>
      <CallClock call={call} />
      <div className="call-actions">
        {mine ? (
          actions[call.state].map((action) => (
            <Button
              key={action}
              type={action === 'take' ? 'primary' : 'default'}
              danger={action === 'hang-up'}
              icon={icons[action]}
              loading={run.isPending && run.variables === action}
              disabled={run.isPending}
              onClick={() => run.mutate(action)}
              data-testid={`call-${action}`}
            >
              {t(`call.${action}`)}
            </Button>
          ))
        ) : (
          <span className="small">{t('call.withOther', { name: ticket.assigneeName ?? t('event.someAgent') })}</span>
        )}
        {isOver && <ReturnCall ticket={ticket} number={call.from} />}
      </div>
      {me.phone === null && !isOver && <p className="call-warning small">{t('call.noPhone')}</p>}
    </section>
  );
}

function stateWords(t: TFunction, call: CallInfo): string {
  if (call.direction === 'in') return t(`callState.${call.state}`);
  if (call.state === 'connecting') return t('call.calling');
  return call.state === 'missed' ? t(`callOutcome.${call.outcome ?? 'unknown'}`) : t(`callState.${call.state}`);
}

/** Calls back, through the carrier or, where there is none, by the agent's own device. */
function ReturnCall({ ticket, number }: { ticket: TicketDetail; number: string }) {
  const { t } = useTranslation();
  const guarded = useGuarded(ticket.customerId);
  const { place, pending, obstacle, reason } = usePlaceCall(ticket);
  const shared = { type: 'primary', icon: <PhoneOutlined />, 'data-testid': 'call-back' } as const;
  if (obstacle === 'no-carrier')
    return (
      <Button
        {...shared}
        href={`tel:${number}`}
        onClick={(event) => {
          event.preventDefault();
          guarded('call', () => window.location.assign(`tel:${number}`));
        }}
      >
        {t('call.call-back')}
      </Button>
    );
  return (
    <Tooltip title={reason}>
      <Button {...shared} loading={pending} disabled={reason !== null} onClick={place}>
        {t('call.call-back')}
      </Button>
    </Tooltip>
  );
}

function useCallAction(ticket: Ticket, me: string) {
  return useAction(
    (action: Action) => {
      if (action !== 'take') return api.call(ticket.id, action);
      return ticket.offer?.agentId === me ? api.accept(ticket.id) : api.claim(ticket.id);
    },
    { stale: [keys.ticket(ticket.id), keys.tickets, keys.events(ticket.id), keys.me] },
  );
}

/** Runs while the call does: how long it waits, then how long it lasts; afterwards how long was talked. */
function CallClock({ call }: { call: CallInfo }) {
  const { t } = useTranslation();
  const now = useNow();
  if (over.includes(call.state)) {
    return call.talkSeconds === null ? null : (
      <span className="call-clock" title={t('call.talked')}>
        {clock(call.talkSeconds)}
      </span>
    );
  }
  const since = call.answeredAt ?? call.startedAt;
  return (
    <span className="call-clock" role="timer" title={t(call.answeredAt ? 'call.talking' : 'call.waiting')}>
      {clock(secondsSince(since, now))}
    </span>
  );
}
