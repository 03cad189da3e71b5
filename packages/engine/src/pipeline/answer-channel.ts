import type { Channel } from '@patchbay/channels/channel';
import type { ChannelName } from '@patchbay/contracts';
import { isAnsweredByMail } from '@patchbay/store/queries/composing';
import type { Parts } from '../parts.ts';

/** The channel by which answers on a ticket leave: its own, or mail where its source is answered so. */
export async function answerChannel(
  parts: Parts,
  ticket: { readonly id: string; readonly channel: ChannelName },
): Promise<Channel | undefined> {
  const byMail = ticket.channel === 'http' && (await isAnsweredByMail(parts.db.sql, ticket.id));
  return parts.channels.get(byMail ? 'email' : ticket.channel);
}
