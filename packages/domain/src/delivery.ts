/** Delivery of an outgoing message only moves forwards, whatever order its reports come in. */
import type { DeliveryStatus } from '@patchbay/contracts';

/**
 * How far each status is, as one chain. `failed` outranks everything up to `sent`, so that a late `sent` does not hide a
 * failure; it stands below `delivered` and `read`, because who has the message has it.
 */
const rank: Record<DeliveryStatus, number> = {
  queued: 0,
  sending: 1,
  unknown: 2,
  sent: 3,
  failed: 4,
  delivered: 5,
  read: 6,
};

/**
 * The status after a report: the further of the two. As the maximum over a chain this is a join: associative, commutative and
 * idempotent, so any set of reports gives the same status in every order and however often each is repeated.
 */
export function forwardStatus(current: DeliveryStatus, report: DeliveryStatus): DeliveryStatus {
  return rank[report] > rank[current] ? report : current;
}
