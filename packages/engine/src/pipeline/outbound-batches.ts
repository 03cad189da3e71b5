/** Claims and ends of sends, each alone when nothing else is under way, and together with others when much leaves at once. */
import { setTimeout as after } from 'node:timers/promises';
import { HubError } from '@patchbay/contracts';
import { claimOutbounds, settleOutbounds } from '@patchbay/store';
import type { ClaimedOutbound, HeldBack, OutboundResult, SettledOutbound } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { gather } from './gather.ts';
import { pieceByPiece } from './piece-by-piece.ts';
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
/** Nobody waits for an end, but a process that dies leaves those of so long unwritten, and a ticket's next message follows it. */
const endings = { atOnce: 1, most: 256, apartMs: 50 };
const ofParts = new WeakMap<Parts, Batches>();

export function outboundBatches(parts: Parts): Batches {
  const known = ofParts.get(parts);
  if (known) return known;
  const claim = gather(
    pieceByPiece((ids: readonly string[]) => retryOnConflict(() => claimOutbounds(parts.db.sql, ids))),
    claims,
  );
  const settle = gather(
    pieceByPiece((items: readonly Ending[]) => writeDown(parts, items)),
    endings,
  );
  const batches: Batches = {
    claim: async (id) => (await claim(id))(),
    settle: async (ending) => {
      const written = await settle(ending);
      try {
        return written();
      } catch (error) {
        if (error instanceof HubError) throw error;
        parts.log.error({ err: error, outboundId: ending.id }, 'end of a send cannot be written down as it is');
        const [settled] = await writeDown(parts, [{ ...ending, outcome: unwritable(parts) }]);
        return settled as SettledOutbound;
      }
    },
  };
  ofParts.set(parts, batches);
  return batches;
}

/** Of what ended in a way that the database does not take nothing is kept but that nobody knows how it ended. */
function unwritable(parts: Parts): OutboundResult {
  return {
    result: 'unknown',
    error: 'What the provider answered cannot be kept',
    afterMs: parts.sending.reconcileMs[0],
  };
}

/**
 * A report of a message may come in the same moment, and the two take their locks in another order. Repeating it changes nothing: each try
 * ends once. Only this process knows how they ended: while the database does not answer it is asked again until the hub stops.
 */
async function writeDown(parts: Parts, items: readonly Ending[]): Promise<SettledOutbound[]> {
  const { leaving, log, sending } = parts;
  for (let round = 0; ; round += 1) {
    try {
      return await retryOnConflict(() => settleOutbounds(parts.db.sql, items));
    } catch (error) {
      if (leaving.aborted || !(error instanceof HubError && error.code === 'unavailable')) throw error;
      log.warn({ err: error, count: items.length }, 'ends of sends not written down yet');
      // The hub stops: they are tried once more.
      await after(sending.writeAgainMs[round] ?? sending.writeAgainMs.at(-1), undefined, { signal: leaving }).catch(
        () => undefined,
      );
    }
  }
}
