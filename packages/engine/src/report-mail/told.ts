/** What machines say of the mails of reports: those are about no ticket, and so is what comes back of them. */
import { isReport } from '@patchbay/domain';
import type { InboundContact } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { knownMails, settleMailReport } from '@patchbay/store/queries/report-mail';
import type { Parts } from '../parts.ts';
import { retryOnConflict } from '../pipeline/retry.ts';

/** Why such a contact is no message of a ticket. */
const settled = 'It tells of a mailed report';
/** The Message-ID that a mail of ours leaves with (notice.ts): a UUIDv7 and a domain. */
const ownId = /^<([\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12})@/;

/** The ids of mails of ours that a machine may tell of; none of whatever else comes, nor of what names a ticket by a signed address. */
function idsIn({ channel, kind, threading, reports }: InboundContact): string[] {
  if (channel !== 'email' || !isReport(kind) || threading.ticketId !== undefined) return [];
  // The bounce address that it came to is signed.
  if (threading.outboundId !== undefined) return [threading.outboundId];
  // An absence note may go to its sender, and names it as what it answers.
  const answered = threading.inReplyTo ?? threading.references.at(-1) ?? '';
  return [...reports.map(({ messageId = '' }) => messageId), answered].flatMap((id) => ownId.exec(id)?.[1] ?? []);
}

/** Those of the contacts that tell of mails of reports; nothing is asked where none can. */
export async function tellOfReports<T extends { readonly contact: InboundContact | undefined }>(
  sql: Queryable,
  waiting: readonly T[],
): Promise<ReadonlySet<T>> {
  const named = waiting.map((one) => ({ one, ids: one.contact === undefined ? [] : idsIn(one.contact) }));
  const all = named.flatMap(({ ids }) => ids);
  const known = all.length === 0 ? new Set<string>() : await knownMails(sql, all);
  return new Set(named.flatMap(({ one, ids }) => (ids.some((id) => known.has(id)) ? [one] : [])));
}

/** False where it tells of no mail of a report: then it is a contact like any other. */
export async function settledAsTold(parts: Parts, inboxId: string, contact: InboundContact): Promise<boolean> {
  if (idsIn(contact).length === 0) return false;
  if (!(await retryOnConflict(() => settleMailReport(parts.db.sql, inboxId, settled)))) return false;
  parts.relay.nudge();
  parts.log.info({ inboxId }, 'contact tells of a mailed report');
  return true;
}
