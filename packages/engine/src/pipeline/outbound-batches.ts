/** Claims and ends of sends, each alone when nothing else is under way, and together with others when much leaves at once. */
import { claimOutbounds, settleOutbounds } from '@patchbay/store';
import type { ClaimedOutbound, HeldBack, OutboundResult, SettledOutbound } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { gather } from './gather.ts';
import { retryOnConflict } from './retry.ts';

/** How the try `attempt` of a message ended. */
interface Ending {
  readonly id: string;
  readonly attempt: number;
  readonly outcome: OutboundResult;
}

interface Batches {
  claim(id: string): Promise<ClaimedOutbound | HeldBack | null>;
  settle(ending: Ending): Promise<SettledOutbound>;
}

/** Claimed ones leave at once: more than these would be of unknown end if the process died now. */
const claims = { atOnce: 1, most: 16 };
const endings = { atOnce: 1, most: 32 };

const ofParts = new WeakMap<Parts, Batches>();

export function outboundBatches(parts: Parts): Batches {
  const known = ofParts.get(parts);
  if (known) return known;
  const batches = {
    claim: gather((ids: readonly string[]) => retryOnConflict(() => claimOutbounds(parts.db.sql, ids)), claims),
    // A report of a message may come in the same moment, and the two take their locks in another order.
    settle: gather((items: readonly Ending[]) => retryOnConflict(() => settleOutbounds(parts.db.sql, items)), endings),
  };
  ofParts.set(parts, batches);
  return batches;
}
