/** The `twilio` package with our transport under it. */
import { HubError } from '@patchbay/contracts';
import twilio, { type Twilio } from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { refusal, transportFailure } from './errors.ts';
import { atBase, basicAuth, type TwilioAccount } from './rest.ts';

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

async function jsonBody(response: Response): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    if (response.ok) throw error;
    return '';
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    if (response.ok) throw error;
    return undefined;
  }
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
