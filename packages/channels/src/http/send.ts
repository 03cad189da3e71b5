/** Answers on their way to a source: a signed POST under the message's own id. */
import { HubError, type OutboundMessage } from '@patchbay/contracts';
import { z } from 'zod';
import type { ChannelDeps } from '../channel.ts';
import type { OutgoingAnswer } from '../outgoing-address.ts';
import { retryAfterMs } from '../retry-after.ts';
import { callSource, type SourceCallDeps, targetOf } from './call-source.ts';
import { signFileLink } from './file-link.ts';
import { conversationOf, outgoingType, theirId } from './schema.ts';
import type { HttpSourceSettings } from './source.ts';

/** Milliseconds that a receiver has; what takes longer should answer first and work then. */
const answerLimitMs = 20_000;

/** What a receiver may answer: its own id of the message, by which it reports. */
const taken = z.object({ id: theirId.optional().catch(undefined) });

export type SendDeps = SourceCallDeps & Pick<ChannelDeps, 'signingKey'>;

/**
 * @throws HubError `provider_refused` (4xx, a forbidden address, no way back), `provider_unavailable` and `too_many_requests` (5xx, 429, not
 * reached), or `outcome_unknown` when it left and nobody answered, or a gateway before the source says so
 */
export async function sendMessage(
  message: OutboundMessage,
  source: HttpSourceSettings | null,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<{ externalId: string; status: 'sent' }> {
  const target = targetOf(source);
  const body = Buffer.from(JSON.stringify(payloadOf(message, deps)));
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
  const answer = await callSource(target, message.outboundId, body, deps, limited);
  refuseOrRetry(answer, deps.now());
  return { externalId: idIn(answer) ?? message.outboundId, status: 'sent' };
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

/** A gateway passed it on and heard nothing (RFC 9110, 15.6.5; 524: developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors). */
const isSilence = (status: number): boolean => status === 504 || status === 524;

function refuseOrRetry({ status, headers }: OutgoingAnswer, now: Date): void {
  // 409: it has this id already, which is what was wanted.
  if ((status >= 200 && status < 300) || status === 409) return;
  const wait =
    typeof headers['retry-after'] === 'string' ? retryAfterMs(headers['retry-after'], now.getTime()) : undefined;
  if (status === 429) throw new HubError('too_many_requests', 'The source asks to wait', { retryAfterMs: wait });
  if (isSilence(status)) throw new HubError('outcome_unknown', 'The source does not answer');
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
