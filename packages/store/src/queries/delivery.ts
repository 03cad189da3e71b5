/** What became of an outgoing message `m` and its row `o` on the way out, in SQL. */

/** Left, and has an error all the same: some of those whom it is for do not have it. */
export const missedSome = `(o.status = 'sent' and m.delivery_status in ('sent', 'delivered', 'read') and coalesce(m.delivery_error, o.error) is not null)`;

/** One of those who have it from an earlier try is told of as failed, and nobody knows whether the others have it. */
export const inDoubt = `(o.status = 'unknown' and m.delivery_status = 'failed' and o.reached <> '{}')`;

/** Who missed it as it was sent, which good news of somebody else leave standing, and what was reported since. */
export const deliveryError = `case when o.status = 'sent' and strpos(m.delivery_error, o.error) = 0 then o.error || '; ' || m.delivery_error
  else coalesce(m.delivery_error, o.error) end`;

const iso = (moment: string): string => `to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What has to happen before it leaves, null when it has left: by the same rule by which `claim_outbound` lets it wait for an earlier one. */
export const waiting = `case when o.status in ('queued', 'sending') then (
  select jsonb_build_object(
    'behind', case when w.id <> o.id then jsonb_build_object('messageId', w.message_id, 'at', ${iso('w.created_at')}, 'automatic', w.automatic) end,
    'error', w.error, 'attempts', w.attempts, 'nextAttemptAt', case when w.status = 'queued' then ${iso('w.next_attempt_at')} end)
  from outbound w
  where w.ticket_id = o.ticket_id and w.id <= o.id and w.status in ('queued', 'sending') and (w.id = o.id or o.status = 'queued'
    and w.recipient = any (o.recipient || m.recipients || m.copies || m.blind_copies) and w.recipient <> all (w.reached))
  order by w.id limit 1) end`;
