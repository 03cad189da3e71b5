import type { Channel } from '@patchbay/channels/channel';
import { knownExternalIds, readTemplateUse } from '@patchbay/store';
import type { ClaimedOutbound } from '@patchbay/store';
import { withKeptCode } from '../identity/codes.ts';
import type { Parts } from '../parts.ts';

type Found = Awaited<ReturnType<NonNullable<Channel['findSent']>>>;

/** Asks the provider what became of a message. `last`: when it was last tried. Whatever asking throws. */
export async function findSent(
  parts: Parts,
  channel: Channel | undefined,
  message: ClaimedOutbound,
  last: string,
): Promise<Found> {
  if (!channel?.findSent) return 'cannot-tell';
  const asItLeft = await withKeptCode(parts, message);
  if (!asItLeft) return 'cannot-tell';
  const template =
    channel.capabilities.sessionWindowMs !== undefined && (await readTemplateUse(parts.db.sql, message.messageId));
  return channel.findSent(
    template ? { ...asItLeft, template } : asItLeft,
    {
      since: new Date(message.doubtfulSince ?? last),
      last: new Date(last),
      known: (ids) => knownExternalIds(parts.db.sql, message.channelAccount, ids),
    },
    AbortSignal.timeout(parts.sending.limitMs),
  );
}
