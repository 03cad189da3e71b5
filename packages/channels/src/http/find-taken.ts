/** Whether a source has a message whose sending it never answered: it is asked, and nothing is given to it a second time. */
import { randomUUID } from 'node:crypto';
import type { OutboundMessage } from '@patchbay/contracts';
import { z } from 'zod';
import type { SentAsked } from '../channel.ts';
import { callSource, type SourceCallDeps, targetOf } from './call-source.ts';
import { theirId } from './schema.ts';
import type { HttpSourceSettings } from './source.ts';

/** What the hub asks. It has no `id` of a message, so that a receiver that does not know the question takes it for none. */
const questionType = 'message.asked';

/** A source that knows the question says so in its body; any other answer, 2xx or not, tells nothing. */
const known = z.object({ taken: z.boolean(), id: theirId.optional().catch(undefined) });

/** Milliseconds that a receiver has to answer. */
const answerLimitMs = 5_000;
/** What a gateway may have held back of a request that nobody answered has arrived by then, or will never. Milliseconds. */
const arrivedByMs = 60_000;

/** @throws HubError as `callSource` does, and as `targetOf` does */
export async function findTaken(
  { outboundId }: Pick<OutboundMessage, 'outboundId'>,
  { last }: Pick<SentAsked, 'last'>,
  source: HttpSourceSettings | null,
  deps: SourceCallDeps,
  signal: AbortSignal,
): Promise<{ externalId: string } | 'not-sent' | 'not-listed' | 'cannot-tell'> {
  const body = Buffer.from(JSON.stringify({ type: questionType, messageId: outboundId }));
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
  const { status, body: said } = await callSource(targetOf(source), randomUUID(), body, deps, limited);
  const answer = status >= 200 && status < 300 ? answerIn(said) : undefined;
  if (!answer) return 'cannot-tell';
  if (answer.taken) return { externalId: answer.id ?? outboundId };
  return deps.now().getTime() - last.getTime() >= arrivedByMs ? 'not-sent' : 'not-listed';
}

function answerIn(body: Buffer): z.output<typeof known> | undefined {
  try {
    return known.parse(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}
