/** What Twilio's REST API answers, or fails to answer, in the hub's terms. */
import { HubError, storableText, type RefusalReason } from '@patchbay/contracts';
import { z } from 'zod';
import { retryAfterMs } from '../retry-after.ts';
import { mayHaveLeft } from '../may-have-left.ts';

/** Twilio's error document (twilio.com/docs/usage/twilios-response#exceptions). */
const errorDocument = z.object({ code: z.number().optional(), message: z.string().optional() });

/** The cause of a refusal; `code` is from twilio.com/docs/api/errors. */
export class TwilioRefusal extends Error {
  override readonly name = 'TwilioRefusal';
  readonly status: number;
  readonly code: number | undefined;

  constructor(status: number, code: number | undefined, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Error codes that the hub acts on (twilio.com/docs/api/errors/21610, …/63016). */
const reasons: Readonly<Record<string, RefusalReason>> = { 21610: 'recipient-opted-out', 63016: 'session-closed' };

/** What a code of Twilio's means to the hub, if anything. */
export function refusalReason(code: string | number | undefined): RefusalReason | undefined {
  return code === undefined ? undefined : reasons[String(code)];
}

/** Twilio's error code behind an error, if that is what it is. */
export function twilioCode(error: unknown): number | undefined {
  return error instanceof HubError && error.cause instanceof TwilioRefusal ? error.cause.code : undefined;
}

/**
 * An answer other than 2xx. A 429 "is never processed and is always safe to retry" (twilio.com/docs/errors/20429), and so is a 408: the
 * request did not come whole (RFC 9110, 15.5.9). A 503 turns the request away (20503), and after a 500 "it is possible for a customer to
 * receive multiple messages" (20500): both are tried again, but Twilio is asked before for the message. 502, 504 and others of their kind
 * are words of a gateway that passed the request on and does not know what became of it (RFC 9110, 15.6.3 and 15.6.5).
 */
export function refusal(status: number, body: unknown, retryAfter: string | null): HubError {
  const parsed = errorDocument.safeParse(body);
  const code = parsed.data?.code;
  const text = storableText(parsed.data?.message ?? `HTTP ${status}`, 300);
  const message = code === undefined ? `Twilio: ${text}` : `Twilio ${code}: ${text}`;
  const cause = new TwilioRefusal(status, code, text);
  const wait = { cause, retryAfterMs: retryAfterMs(retryAfter, Date.now()) };
  if (status === 429) return new HubError('too_many_requests', message, wait);
  // An account's token that is being changed is about no message: as with a mail server that refuses the log-in, messages wait for it.
  if (status === 408 || status === 401) return new HubError('provider_unavailable', message, wait);
  if (status === 500 || status === 503)
    return new HubError('provider_unavailable', message, { ...wait, doubtful: true });
  if (status > 500) return new HubError('outcome_unknown', message, wait);
  return new HubError('provider_refused', message, { cause, reason: refusalReason(code) });
}

/** No answer. When the request may have left, its effect cannot be told. */
export function transportFailure(cause: unknown): HubError {
  if (!mayHaveLeft(cause)) return new HubError('provider_unavailable', 'Twilio cannot be reached', { cause });
  return new HubError('outcome_unknown', 'Twilio did not answer', { cause });
}
