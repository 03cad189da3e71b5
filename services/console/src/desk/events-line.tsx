import { RightOutlined } from '@ant-design/icons';
import { clockKind, eventType, type HubEvent } from '@patchbay/contracts';
import { clock, fullMoment, moment } from '@patchbay/ui';
import type { TFunction } from 'i18next';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonText } from './reason-text.ts';
import { routedText } from './routed-text.ts';
import { useAgentNames } from './use-agent-names.ts';
import { whyText } from './why-text.ts';

/** What happened between two messages: one line, which opens to times and reasons. */
export function EventsLine({ events }: { events: HubEvent[] }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const now = Date.now();
  const id = useId();
  const nameOf = useAgentNames();
  const texts = events.map((event) => eventText(t, event, nameOf));
  const first = events[0];
  return (
    <div className="events" data-testid="events">
      <button
        type="button"
        className="events-toggle"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <RightOutlined className={open ? 'turned' : ''} aria-hidden />
        <span className="ellipsis">{texts.join(' · ')}</span>
        {first && <span className="events-when tabular">{moment(first.at, now, i18n.language)}</span>}
      </button>
      {open && (
        <ol id={id} className="events-detail">
          {events.map((event, index) => (
            <li key={event.id}>
              <time dateTime={event.at} title={fullMoment(event.at, i18n.language)} className="tabular">
                {moment(event.at, now, i18n.language)}
              </time>
              <div>
                {texts[index]}
                <Reason event={event} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Decisions of routing carry their reason as data; others have words. */
function Reason({ event }: { event: HubEvent }) {
  const { t, i18n } = useTranslation();
  const text = whyText(t, event.data['why']) ?? reasonText(reasonOf(event), i18n.resolvedLanguage);
  const routed = routedText(t, event.data['routing']);
  return (
    <>
      {text && <p className="reason">{text}</p>}
      {routed && <p className="reason">{routed}</p>}
    </>
  );
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const reasonOf = (event: HubEvent): string => text(event.data['reason']);

function eventText(t: TFunction, event: HubEvent, nameOf: (id: string) => string | undefined): string {
  const known = eventType.safeParse(event.type);
  if (!known.success) return event.type;
  const { data } = event;
  const timed = known.data === 'call.changed' ? timedStep(t, data) : null;
  if (timed) return timed;
  if (known.data === 'consent.changed')
    return t(data['state'] === 'withdrawn' ? 'texting.wasWithdrawn' : 'texting.wasGranted', {
      address: text(data['address']),
    });
  const agentId = text(data['agentId']);
  const status = (value: unknown): string =>
    value === 'open' || value === 'pending' || value === 'resolved' || value === 'closed'
      ? t(`status.${value}`)
      : typeof value === 'number'
        ? String(value)
        : text(value);
  return t(`event.${known.data}`, {
    agent: text(data['agentName']) || nameOf(agentId) || t('event.someAgent'),
    from: status(data['from']),
    to: status(data['to']),
    step: callStep(t, text(data['step'])),
    value: text(data['value']),
    address: text(data['address']),
    tags: Array.isArray(data['tags']) ? data['tags'].map(text).join(', ') : '',
    rule: text(data['ruleName']),
    clock: clockText(t, data['clock']),
  });
}

function clockText(t: TFunction, value: unknown): string {
  const known = clockKind.safeParse(value);
  return known.success ? t(`clockKind.${known.data}`) : '';
}

/** A step that lasted, with its length: `durationSeconds` of the event. */
function timedStep(t: TFunction, { step, durationSeconds: seconds }: HubEvent['data']): string | null {
  if (typeof seconds !== 'number' || seconds <= 0) return null;
  if (step === 'ended') return t('event.callEnded', { time: clock(seconds) });
  if (step === 'recording') return t('event.callRecorded', { time: clock(seconds) });
  return `${t('event.call.changed', { step: callStep(t, text(step)) })} (${clock(seconds)})`;
}

const steps = [
  'ringing',
  'taken',
  'agent-dialled',
  'connect-failed',
  'agent-ringing',
  'agent-no-answer',
  'answered',
  'held',
  'resumed',
  'call-back',
  'voicemail',
  'recording',
  'ended',
  'placed',
  'agent-answered',
  'agent-left',
  'customer-dialled',
  'customer-ringing',
  'busy',
  'no-answer',
  'failed',
  'dial-unknown',
  'hung-up',
  'lost',
] as const;

function callStep(t: TFunction, step: string): string {
  const known = steps.find((one) => one === step);
  return known ? t(`callStep.${known}`) : step;
}
