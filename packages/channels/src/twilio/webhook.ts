/** Twilio's webhooks: the signature over URL and form (twilio.com/docs/usage/security) and the form itself. */
import { HubError } from '@patchbay/contracts';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { ChannelRequest, WebhookReply } from '../channel.ts';

const formType = /^application\/x-www-form-urlencoded\b/i;

function bodyText(request: ChannelRequest): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(request.body);
  } catch (cause) {
    throw new HubError('invalid_input', 'body: not UTF-8', { cause });
  }
}

function postedForm(request: ChannelRequest): Record<string, string | string[]> {
  if (request.body.length === 0) return {};
  if (!formType.test(request.headers['content-type'] ?? '')) {
    throw new HubError('invalid_input', 'body: expected application/x-www-form-urlencoded');
  }
  const form = new URLSearchParams(bodyText(request));
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** The request's form fields, or its query where the webhook is set to GET. Throws `invalid_input` when there is no form. */
export function formFields(request: ChannelRequest): Record<string, string | string[]> {
  return request.method === 'GET' ? { ...request.query } : postedForm(request);
}

/** Throws `bad_signature` unless whoever knows the account's auth token made this request for this very URL. */
export function verifySignature(request: ChannelRequest, authToken: string): void {
  const form = request.method === 'GET' ? {} : postedForm(request);
  const signature = request.headers['x-twilio-signature'];
  if (!signature) throw new HubError('bad_signature', 'The request carries no X-Twilio-Signature');
  if (!validateRequest(authToken, signature, request.url, form)) {
    throw new HubError('bad_signature', 'The signature does not match this URL and form');
  }
}

/** An answer in TwiML; without a document one that asks for nothing. */
export function twimlReply(document = '<?xml version="1.0" encoding="UTF-8"?><Response/>'): WebhookReply {
  return { status: 200, contentType: 'text/xml', body: document };
}
