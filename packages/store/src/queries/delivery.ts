/** What became of an outgoing message `m` and its row `o` on the way out, in SQL. */

/** Left, and has an error all the same: some of those whom it is for do not have it. */
export const missedSome = `(o.status = 'sent' and m.delivery_status in ('sent', 'delivered', 'read') and coalesce(m.delivery_error, o.error) is not null)`;

/** Who missed it as it was sent, which good news of somebody else leave standing, and what was reported since. */
export const deliveryError = `case when o.status = 'sent' and strpos(m.delivery_error, o.error) = 0 then o.error || '; ' || m.delivery_error
  else coalesce(m.delivery_error, o.error) end`;
