import type { OutboundMessage } from '@patchbay/contracts';
import type { SentAsked } from '../channel.ts';
import { mayBe, sameness } from './listed-text.ts';
import type { TwilioRest } from './rest.ts';

/** One page, newest first (twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources). */
const listed = 100;
/** Twilio's moments are whole seconds, and its clock is not ours. */
const clockSlackMs = 60_000;
/** A message that was taken is on the list by then. */
const listedByMs = 120_000;

/**
 * Looks for a message whose send was never answered: exactly one message between the two numbers with this body, created since, that is
 * no other message of ours. `DateSent` is no filter here, since a message that still waits at Twilio has none. Twilio may put words of its own
 * around the text, as it does for trial accounts ("Sent from your Twilio trial account - "): where nothing on the list is the text as it is,
 * exactly one that has it set apart from them is the message. What has the text in it in any other way may be the message, or a longer one that
 * somebody wrote: a person decides, and it is not sent again by itself. So it is with whatever else left since for a template, whose
 * approved words are with Twilio and were typed in here by hand.
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
  const alike = list
    .filter(({ dateCreated, direction }) => direction.startsWith('outbound') && dateCreated.getTime() >= from)
    .map(({ sid, body }) => ({ sid, body: bodyOf(body) }))
    .filter(({ body }) => message.template !== undefined || mayBe(message.text, body));
  const known = await asked.known(alike.map(({ sid }) => sid));
  const open = alike.filter(({ sid }) => !known.has(sid));
  const isSame = sameness.find((same) => alike.some(({ body }) => same(message.text, body)));
  const [found, ...others] = isSame ? open.filter(({ body }) => isSame(message.text, body)) : [];
  if (found && others.length === 0) return { externalId: found.sid };
  const isWhole = list.length < listed || list.some(({ dateCreated }) => dateCreated.getTime() < from);
  if (open.length > 0 || !isWhole) return 'cannot-tell';
  return now.getTime() - asked.last.getTime() >= listedByMs ? 'not-sent' : 'not-listed';
}

/** Whatever the package's types say, Twilio lists messages without one. */
const bodyOf = (body: string | null): string => body ?? '';
