/** Answers on their way to a source: a signed POST that the receiver may be given again under the same id. */
import { HubError, type OutboundMessage } from '@patchbay/contracts';
import { z } from 'zod';
import type { ChannelDeps } from '../channel.ts';
import { mayHaveLeft } from '../may-have-left.ts';
import { type OutgoingAnswer, outgoingRequest } from '../outgoing-address.ts';
import { retryAfterMs } from '../retry-after.ts';
import { signFileLink } from './file-link.ts';
import { conversationOf, outgoingType } from './schema.ts';
import { signedHeaders } from './signature.ts';
import type { HttpSourceSettings } from './source.ts';

/** Milliseconds that a receiver has; what takes longer should answer first and work then. */
const answerLimitMs = 20_000;
const answerBytes = 64 * 1024;

/** What a receiver may answer: its own id of the message, by which it reports. */
const taken = z.object({ id: z.string().min(1).max(500).optional() });

export type SendDeps = Pick<ChannelDeps, 'config' | 'signingKey' | 'now'>;

/**
 * @throws HubError `provider_refused` (4xx, a forbidden address, no way back) or `provider_unavailable` and `too_many_requests` (5xx, 429, no
 * answer). When no answer came the message may have arrived; it is sent again all the same, since receivers tell repetitions by its id, and
 * after the last try nobody knows whether it did.
 */
export async function sendMessage(
  message: OutboundMessage,
  source: HttpSourceSettings | null,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<{ externalId: string; status: 'sent' }> {
  const target = targetOf(source);
  const body = Buffer.from(JSON.stringify(payloadOf(message, deps)));
  const answer = await post(target.url, target.secrets, message.outboundId, body, deps, signal);
  refuseOrRetry(answer, deps.now());
  return { externalId: idIn(answer) ?? message.outboundId, status: 'sent' };
}

function targetOf(source: HttpSourceSettings | null): { url: string; secrets: readonly string[] } {
  const none = (why: string) => new HubError('provider_refused', why, { reason: 'no-way-back' });
  if (!source?.enabled) throw none('This source is switched off');
  if (source.replyBy === 'email') throw none('The customer gave no email address, by which this source is answered');
  if (source.replyBy === 'none' || source.outboundUrl === null) throw none('This source takes no answers');
  return { url: source.outboundUrl, secrets: source.secrets };
}

function payloadOf(message: OutboundMessage, { config, signingKey, now }: SendDeps) {
  return {
    type: outgoingType,
    id: message.outboundId,
    ticketNumber: message.ticketNumber,
    conversationId: conversationOf(message.channelAccount, message.references),
    inReplyTo: message.inReplyTo,
    to: recipientOf(message),
    text: message.text,
    html: message.html,
    attachments: message.attachments.map((file) => ({
      filename: file.filename,
      contentType: file.contentType,
      size: file.size,
      sha256: file.sha256,
      url: config.publicUrl + signFileLink(signingKey, file, now()),
    })),
    automatic: message.automatic,
  };
}

/** The sender as the source named them; nothing where it named nobody. */
function recipientOf({ to, channelAccount }: OutboundMessage): string | null {
  if (to.startsWith('conversation:')) return null;
  const scope = `${channelAccount.replace(/^http:/, '')}:`;
  return to.startsWith(scope) ? to.slice(scope.length) : to;
}

async function post(
  url: string,
  secrets: readonly string[],
  id: string,
  body: Buffer,
  { config, now }: SendDeps,
  signal: AbortSignal,
): Promise<OutgoingAnswer> {
  try {
    return await outgoingRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signedHeaders(secrets, id, now(), body) },
      body,
      limit: answerBytes,
      // It was taken or refused by then; what else is said is not needed.
      headSuffices: true,
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]),
      allowPrivate: config.privateAddresses,
    });
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError('provider_unavailable', 'The source does not answer', { cause, doubtful: mayHaveLeft(cause) });
  }
}

function refuseOrRetry({ status, headers }: OutgoingAnswer, now: Date): void {
  // 409: it has this id already, which is what was wanted.
  if ((status >= 200 && status < 300) || status === 409) return;
  const wait =
    typeof headers['retry-after'] === 'string' ? retryAfterMs(headers['retry-after'], now.getTime()) : undefined;
  if (status === 429) throw new HubError('too_many_requests', 'The source asks to wait', { retryAfterMs: wait });
  if (status >= 500 || status === 408 || status === 425)
    throw new HubError('provider_unavailable', `The source answered HTTP ${status}`, { retryAfterMs: wait });
  throw new HubError('provider_refused', `The source refused the message with HTTP ${status}`);
}

function idIn({ body }: OutgoingAnswer): string | undefined {
  try {
    return taken.parse(JSON.parse(body.toString())).id;
  } catch {
    return undefined;
  }
}
