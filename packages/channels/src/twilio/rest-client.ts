/** The `twilio` package with our transport under it. */
import { HubError } from '@patchbay/contracts';
import twilio, { type Twilio } from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { z } from 'zod';
import { refusal, transportFailure } from './errors.ts';
import { atBase, basicAuth, type TwilioAccount } from './rest.ts';

/** A page of a hundred messages, the longest answer that is asked for, has a quarter of it at the most. */
const longestAnswerBytes = 4 * 1024 * 1024;
/** Longer than undici's 10 s for connecting, so that a host that cannot be reached is told from one that does not answer. */
const answerLimitMs = 15_000;

export function twilioOver(account: TwilioAccount, signal: AbortSignal | undefined): Twilio {
  return twilio(account.accountSid, account.authToken, { httpClient: new FetchClient(account, signal) });
}

function encodeForm(data: Record<string, unknown> | undefined): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) form.append(name, String(item));
  }
  return form;
}

/** Throws where a success says nothing that can be read. */
async function jsonBody(response: Response): Promise<unknown> {
  try {
    return z.looseObject({}).parse(JSON.parse(await limitedText(response)));
  } catch (error) {
    if (response.ok) throw error;
    return undefined;
  }
}

async function limitedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > longestAnswerBytes) throw new Error('The answer does not end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

class FetchClient extends twilio.RequestClient {
  readonly #account: TwilioAccount;
  readonly #signal: AbortSignal | undefined;

  constructor(account: TwilioAccount, signal: AbortSignal | undefined) {
    super({ autoRetry: false });
    this.#account = account;
    this.#signal = signal;
  }

  override async request<TData>(options: RequestClient.RequestOptions<TData>) {
    if (this.#signal?.aborted)
      throw new HubError('provider_unavailable', 'Stopped before the request left', { cause: this.#signal.reason });
    const { status, headers, body } = await this.#exchange(options).catch((error: unknown) => {
      throw transportFailure(error);
    });
    if (status < 200 || status >= 300) throw refusal(status, body, headers.get('retry-after'));
    return { statusCode: status, body: body as TData, headers: Object.fromEntries(headers) };
  }

  async #exchange(options: RequestClient.RequestOptions) {
    const limit = AbortSignal.timeout(answerLimitMs);
    const target = new URL(atBase(options.uri, this.#account.apiBaseUrl));
    for (const [name, value] of encodeForm(options.params as Record<string, unknown> | undefined))
      target.searchParams.append(name, value);
    const response = await fetch(target, {
      method: options.method.toUpperCase(),
      headers: { ...options.headers, authorization: basicAuth(this.#account) },
      redirect: 'manual',
      signal: this.#signal ? AbortSignal.any([limit, this.#signal]) : limit,
      ...(options.data ? { body: encodeForm(options.data as Record<string, unknown>) } : {}),
    });
    return { status: response.status, headers: response.headers, body: await jsonBody(response) };
  }
}
