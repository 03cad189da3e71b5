import type { OutboundMessage } from '@patchbay/contracts';
import type { SentAsked } from '../channel.ts';
import type { TwilioRest } from './rest.ts';

/** One page, newest first (twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources). */
const listed = 100;
/** Twilio's moments are whole seconds, and its clock is not ours. */
const clockSlackMs = 60_000;
/** A message that was taken is on the list by then. */
const listedByMs = 120_000;

/**
 * Looks for a message whose send was never answered: exactly one message between the two numbers with this body, created since, that is
 * no other message of ours. `DateSent` is no filter here, since a message that still waits at Twilio has none.
 */
export async function findMessage(
  { rest, address }: { rest: TwilioRest; address: (number: string) => string },
  message: OutboundMessage,
  asked: SentAsked,
  now: Date,
  signal: AbortSignal,
): Promise<{ externalId: string } | 'not-sent' | 'not-listed' | 'cannot-tell'> {
  const from = asked.since.getTime() - clockSlackMs;
  const list = await rest(
    (client) =>
      client.messages.list({
        from: address(message.channelAccount),
        to: address(message.to),
        limit: listed,
        pageSize: listed,
      }),
    signal,
  );
  const alike = list.filter(
    ({ body, dateCreated, direction }) =>
      direction.startsWith('outbound') && body === message.text && dateCreated.getTime() >= from,
  );
  const known = await asked.known(alike.map(({ sid }) => sid));
  const [found, ...others] = alike.filter(({ sid }) => !known.has(sid));
  if (found && others.length === 0) return { externalId: found.sid };
  const isWhole = list.length < listed || list.some(({ dateCreated }) => dateCreated.getTime() < from);
  if (found || !isWhole) return 'cannot-tell';
  return now.getTime() - asked.last.getTime() >= listedByMs ? 'not-sent' : 'not-listed';
}
