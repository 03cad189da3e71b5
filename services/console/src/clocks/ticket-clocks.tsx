import { useQuery } from '@tanstack/react-query';
import { ClockCircleOutlined, RiseOutlined } from '@ant-design/icons';
import type { ClockDetail, Ticket } from '@patchbay/contracts';
import { duration, fullMoment, keys, moment } from '@patchbay/ui';
import { Button, Drawer } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonText } from '../desk/reason-text.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { DueClock } from './due-clock.tsx';
import { EscalateModal } from './escalate-modal.tsx';

/** The clock that is due next; it opens to all of them, to how each has come about, and to escalation. */
export function TicketClocksButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        className="clocks-button"
        aria-label={ticket.clocks ? undefined : t('clocks.open')}
        title={t('clocks.open')}
        onClick={() => setOpen(true)}
        data-testid="ticket-clocks"
      >
        {ticket.clocks ? <DueClock clocks={ticket.clocks} /> : <ClockCircleOutlined />}
      </Button>
      {open && <ClocksDrawer ticket={ticket} close={() => setOpen(false)} />}
    </>
  );
}

function ClocksDrawer({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t, i18n } = useTranslation();
  const [escalating, setEscalating] = useState(false);
  const clocks = useQuery({
    queryKey: keys.clocks(ticket.id),
    queryFn: ({ signal }) => api.ticketClocks(ticket.id, signal),
  });
  const settled = ticket.status === 'resolved' || ticket.status === 'closed';
  return (
    <Drawer
      open
      title={t('clocks.title')}
      size={Math.min(480, window.innerWidth)}
      onClose={close}
      data-testid="clocks-drawer"
      footer={
        <Button icon={<RiseOutlined />} disabled={settled} onClick={() => setEscalating(true)} data-testid="escalate">
          {t('clocks.escalate')}
        </Button>
      }
    >
      {clocks.isPending && <Loading />}
      {clocks.isError && !clocks.data && <Failed error={clocks.error} retry={() => void clocks.refetch()} />}
      {clocks.data?.items.length === 0 && (
        <Nothing icon={<ClockCircleOutlined />} title={t('clocks.none')} text={t('clocks.noneText')} />
      )}
      {clocks.data?.items.map((clock) => (
        <ClockExplained key={`${clock.kind} ${clock.round}`} clock={clock} />
      ))}
      {clocks.data?.reason && clocks.data.items.length > 0 && (
        <p className="muted small">
          {t('clocks.why', { reason: reasonText(clocks.data.reason, i18n.resolvedLanguage) })}
        </p>
      )}
      {escalating && <EscalateModal ticket={ticket} close={() => setEscalating(false)} />}
    </Drawer>
  );
}

function useMoments() {
  const { i18n } = useTranslation();
  return {
    at: (when: string) => moment(when, Date.now(), i18n.language),
    full: (when: string) => fullMoment(when, i18n.language),
    long: (seconds: number) => duration(seconds, i18n.language),
  };
}

function ClockExplained({ clock }: { clock: ClockDetail }) {
  const { t, i18n } = useTranslation();
  const { at, full, long } = useMoments();
  const { target, policy, calendar } = clock;
  const time = long(target.minutes * 60);
  return (
    <article className="clock" data-testid="clock" data-kind={clock.kind} data-state={clock.clockState}>
      <header className="row">
        <strong className="grow">{t(`clockKind.${clock.kind}`)}</strong>
        <span className="due-clock" data-state={clock.clockState}>
          {t(`clockState.${clock.clockState}`)}
        </span>
      </header>
      <ul className="clock-facts small">
        <li>
          {target.time === 'business'
            ? t('clocks.targetBusiness', { time, calendar: bilingual(i18n, calendar).shown, zone: calendar.timeZone })
            : t('clocks.target', { time })}
        </li>
        <li title={full(clock.startedAt)}>{t('clocks.started', { when: at(clock.startedAt) })}</li>
        {clock.pauses.map((pause) => (
          <li key={pause.from}>
            {pause.to === null
              ? t('clocks.pauseOpen', { from: at(pause.from), cause: t(`clocks.cause.${pause.cause}`) })
              : t('clocks.pause', { from: at(pause.from), to: at(pause.to), cause: t(`clocks.cause.${pause.cause}`) })}
          </li>
        ))}
        {clock.warnAt && clock.metAt === null && <li>{t('clocks.warnAt', { when: at(clock.warnAt) })}</li>}
        {clock.dueAt && <li title={full(clock.dueAt)}>{t('clocks.dueAt', { when: at(clock.dueAt) })}</li>}
        {clock.metAt && <li title={full(clock.metAt)}>{t('clocks.metAt', { when: at(clock.metAt) })}</li>}
        <li>{t('clocks.ran', { business: long(clock.businessSeconds), calendar: long(clock.calendarSeconds) })}</li>
        <li className="muted">
          {t('clocks.policy', { policy: bilingual(i18n, policy).shown, version: policy.version })}
        </li>
      </ul>
      {clock.days.length > 0 && <CountedDays clock={clock} />}
    </article>
  );
}

/** Each day with the open time that counts on it, in the calendar's own time zone. */
function CountedDays({ clock: { days, calendar } }: { clock: ClockDetail }) {
  const { t, i18n } = useTranslation();
  const format = (options: Intl.DateTimeFormatOptions, zone: string) =>
    new Intl.DateTimeFormat(i18n.language, { ...options, timeZone: zone });
  const day = format({ weekday: 'short', month: 'short', day: 'numeric' }, 'UTC');
  const time = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, calendar.timeZone);
  return (
    <details className="small">
      <summary>{t('clocks.days')}</summary>
      <ul className="clock-days">
        {days.map(({ date, name, open }) => (
          <li key={date}>
            <span>{day.format(new Date(date))}</span>
            <span className={open.length === 0 ? 'muted' : 'tabular'}>
              {open.length === 0
                ? name
                  ? t('clocks.shutFor', { name })
                  : t('clocks.shut')
                : open.map(({ from, to }) => `${time.format(new Date(from))}–${time.format(new Date(to))}`).join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
