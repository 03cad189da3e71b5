/** The carrier's side of webhooks: signed forms, sent as Twilio sends them. */
import { randomBytes } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

export type FormFields = Record<string, string>;

/** A resource id in Twilio's shape: two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

/** Headers and body of a webhook that the account's holder recognises as the carrier's. */
export function signedForm(
  authToken: string,
  url: string,
  fields: FormFields,
): { headers: Record<string, string>; body: string } {
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': getExpectedTwilioSignature(authToken, url, fields),
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'i-twilio-idempotency-token': randomBytes(16).toString('hex'),
    },
    body: new URLSearchParams(fields).toString(),
  };
}

/** One webhook as it went. `status` 0: nobody answered. */
export interface WireEntry {
  readonly at: string;
  readonly path: string;
  readonly status: number;
}

export interface Wire {
  /** Posts a signed form and reads the answer. Never rejects: a carrier goes on without its customer. */
  post(url: string, fields: FormFields, signal?: AbortSignal): Promise<{ status: number; body: string }>;
}

/** Twilio gives an answer 15 s (error 11205). */
const answerLimitMs = 15_000;

export function createWire(options: {
  authToken: string;
  fetch: typeof fetch;
  stopped: AbortSignal;
  note: (entry: WireEntry) => void;
}): Wire {
  return {
    post: async (url, fields, signal) => {
      const limits = [options.stopped, AbortSignal.timeout(answerLimitMs), ...(signal ? [signal] : [])];
      const answer = await options
        .fetch(url, { method: 'POST', ...signedForm(options.authToken, url, fields), signal: AbortSignal.any(limits) })
        .then(async (response) => ({ status: response.status, body: await response.text() }))
        .catch(() => ({ status: 0, body: '' }));
      if (!options.stopped.aborted)
        options.note({ at: new Date().toISOString(), path: new URL(url).pathname, status: answer.status });
      return answer;
    },
  };
}
