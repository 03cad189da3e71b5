import type { Channel } from '@patchbay/channels/channel';
import { knownExternalIds } from '@patchbay/store';
import type { ClaimedOutbound } from '@patchbay/store';
import type { Parts } from '../parts.ts';

type Found = Awaited<ReturnType<NonNullable<Channel['findSent']>>>;

/** Asks the provider what became of a message since then. Whatever asking throws. */
export async function findSent(
  parts: Parts,
  channel: Channel | undefined,
  message: ClaimedOutbound,
  since: Date,
): Promise<Found> {
  if (!channel?.findSent) return 'cannot-tell';
  return channel.findSent(
    message,
    { since, known: (ids) => knownExternalIds(parts.db.sql, message.channelAccount, ids) },
    AbortSignal.timeout(parts.sending.limitMs),
  );
}
