/** What conditions can ask of a ticket: facts by their keys, made of what the records say and of the moment. */
import { longestFactText, type Facts } from '@patchbay/contracts';
import type { Hours } from '../calendar.ts';

/** A ticket as conditions see it. Everything that is not known is null. */
export interface TicketRecord {
  readonly channel: string;
  /** Our own, at which the contact arrived. */
  readonly addresses: readonly string[];
  readonly sender: string | null;
  readonly queueId: string | null;
  readonly requestType: string | null;
  /** What a mail was taken for. */
  readonly category: string | null;
  readonly grade: string | null;
  readonly stage: string | null;
  readonly vip: boolean;
  readonly segments: readonly string[];
  readonly tags: readonly string[];
  readonly status: string;
  readonly priority: number;
  readonly assigneeId: string | null;
  readonly subject: string;
  readonly text: string | null;
  readonly messageKind: string | null;
  /** What the contact said of itself. */
  readonly language: string | null;
  /** What a mail declares as its language. */
  readonly contentLanguage: string | null;
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const one = (word: string | null): readonly string[] | null => (word === null || word === '' ? null : [word]);

/** The facts of `ticketFactNames` at a moment. Total: whatever the record says, every fact has a value. */
export function factsOfTicket(record: TicketRecord, at: Date, hours: Hours): Facts {
  const { minutes, weekday } = localClock(at, hours.timeZone);
  return {
    'contact-channel': [record.channel],
    address: record.addresses,
    sender: one(record.sender),
    queue: one(record.queueId),
    language: one(languageOf(record)),
    'request-type': one(record.requestType),
    category: one(record.category),
    grade: one(record.grade),
    stage: one(record.stage),
    vip: [record.vip ? 'yes' : 'no'],
    segment: record.segments,
    tags: record.tags,
    status: [record.status],
    priority: record.priority,
    assigned: [record.assigneeId === null ? 'no' : 'yes'],
    'message-kind': one(record.messageKind),
    subject: one(record.subject),
    text: one(record.text?.slice(0, longestFactText) ?? null),
    'time-of-day': minutes,
    weekday: [weekday],
    'business-hours': [hours.isOpen(at) ? 'open' : 'closed'],
  };
}

/**
 * The contact's own word, else Chinese where it is written so, else what the mail declares, else English. A mail program declares its own
 * language as often as that of the text, so that what is written goes before it.
 */
function languageOf({ language, contentLanguage, subject, text }: TicketRecord): string | null {
  if (language !== null) return primary(language);
  if (text === null) return null;
  const said = `${subject} ${text}`.slice(0, 2_000);
  if (/\p{Script=Han}/u.test(said) && !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(said)) return 'zh';
  return (contentLanguage === null ? null : primary(contentLanguage)) ?? 'en';
}

/** `de-AT, en` is `de` (RFC 5646, 2.2.1). */
const primary = (tag: string): string | null => /^\s*([a-z]{2,3})(?![a-z0-9])/i.exec(tag)?.[1]?.toLowerCase() ?? null;

/** Making a formatter costs a hundred times as much as using it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Minutes since midnight and the weekday, as the clocks of the zone show them. */
function localClock(at: Date, timeZone: string): { minutes: number; weekday: (typeof weekdays)[number] } {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-u-nu-latn', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  clocks.set(timeZone, clock);
  const parts = new Map<string, string>(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = (parts.get('weekday') ?? '').toLowerCase();
  return {
    minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    weekday: weekdays.find((name) => name === day) ?? 'mon',
  };
}
