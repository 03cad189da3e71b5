/** Signed requests to the address that a source gave for answers. */
import { HubError } from '@patchbay/contracts';
import type { ChannelDeps } from '../channel.ts';
import { NotConnected } from '../may-have-left.ts';
import { type OutgoingAnswer, outgoingRequest } from '../outgoing-address.ts';
import { signedHeaders } from './signature.ts';
import type { HttpSourceSettings } from './source.ts';

const answerBytes = 64 * 1024;

export type SourceCallDeps = Pick<ChannelDeps, 'config' | 'now'>;

export interface SourceTarget {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** @throws HubError `provider_refused` for a source that is switched off or has no such address */
export function targetOf(source: HttpSourceSettings | null): SourceTarget {
  const none = (why: string) => new HubError('provider_refused', why, { reason: 'no-way-back' });
  if (!source?.enabled) throw none('This source is switched off');
  if (source.replyBy === 'email') throw none('The customer gave no email address, by which this source is answered');
  if (source.replyBy === 'none' || source.outboundUrl === null) throw none('This source takes no answers');
  return { url: source.outboundUrl, secrets: source.secrets };
}

/**
 * @param id of this request, which is signed with it
 * @throws HubError `provider_refused` for an address that may not be called, `provider_unavailable` when no connection came about, and
 * `outcome_unknown` when the request may have left and no answer came
 */
export async function callSource(
  { url, secrets }: SourceTarget,
  id: string,
  body: Buffer,
  { config, now }: SourceCallDeps,
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
      signal,
      allowPrivate: config.privateAddresses,
    });
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    // Not by its code: TLS fails before the request and after it alike.
    throw cause instanceof NotConnected
      ? new HubError('provider_unavailable', 'The source cannot be reached', { cause })
      : new HubError('outcome_unknown', 'The source does not answer', { cause });
  }
}
