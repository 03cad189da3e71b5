/** A ticket's clocks as people read them. */
import type { ClockDetail, TicketClockList } from '@patchbay/contracts';
import { daysOf, pausesOf, runningTime, standingOf } from '@patchbay/domain/sla/explain';
import { readClocks, readStates, type ClockDetailRow } from '@patchbay/store/queries/clocks';
import type { TicketState } from '@patchbay/domain/sla/clocks';
import type { Choice } from '@patchbay/domain/sla/facts';
import type { Parts } from '../parts.ts';
import { openBook } from './plans.ts';

type Book = Awaited<ReturnType<typeof openBook>>;
/** Clocks of earlier rounds beyond this are left out. */
const mostClocks = 40;

export async function explainClocks(parts: Pick<Parts, 'db' | 'now'>, ticketId: string): Promise<TicketClockList> {
  const { sql } = parts.db;
  const [rows, [state]] = await Promise.all([
    readClocks(sql, ticketId, mostClocks),
    readStates<TicketState, Choice>(sql, [ticketId]),
  ]);
  const book = await openBook(
    parts.db,
    sql,
    rows.map(({ choice }) => choice.version),
  );
  const now = parts.now().getTime();
  return { reason: state?.state.choice.reason ?? null, items: rows.map((row) => detailOf(row, book, now)) };
}

const iso = (at: number): string => new Date(at).toISOString();
const moment = (at: Date | null): string | null => at?.toISOString() ?? null;
const msOf = (at: Date | null): number | null => at?.getTime() ?? null;

function detailOf(row: ClockDetailRow, book: Book, now: number): ClockDetail {
  const { choice, target } = row;
  const time = book.time(choice);
  const policy = book.policy(choice);
  const clock = { ...row, dueAt: msOf(row.dueAt), warnAt: msOf(row.warnAt), metAt: msOf(row.metAt) };
  const { businessMs, calendarMs } = runningTime(row, time, now);
  const { key, nameEn, nameZh, timeZone } = time.calendar;
  return {
    kind: row.kind,
    round: row.round,
    clockState: standingOf(clock, now),
    startedAt: row.startedAt.toISOString(),
    dueAt: moment(row.dueAt),
    warnAt: moment(row.warnAt),
    metAt: moment(row.metAt),
    warnedAt: moment(row.warnedAt),
    breachedAt: moment(row.breachedAt),
    businessSeconds: businessMs / 1000,
    calendarSeconds: calendarMs / 1000,
    target,
    policy: {
      id: choice.policyId ?? '',
      nameEn: policy?.nameEn ?? '',
      nameZh: policy?.nameZh ?? '',
      version: choice.version,
    },
    calendar: { key, nameEn, nameZh, timeZone },
    pauses: pausesOf(clock).map(({ from, to, cause }) => ({
      from: iso(from),
      to: to === null ? null : iso(to),
      cause,
    })),
    days:
      target.time === 'business'
        ? daysOf(clock, time, now).map(({ date, name, open }) => ({
            date,
            name,
            open: open.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
          }))
        : [],
  };
}
