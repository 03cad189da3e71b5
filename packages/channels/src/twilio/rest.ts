/** The `twilio` package over `fetch`, with time limits, abort, another base URL, and one meaning for every failure. It is loaded by the first operation. */
import type { Twilio } from 'twilio';

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** Where the REST API is when it is not at Twilio; it may have a path. */
  readonly apiBaseUrl: string | undefined;
}

/** Runs an operation on the REST API. Throws what `Channel.send` may throw, and nothing else. */
export type TwilioRest = <T>(operation: (client: Twilio) => Promise<T>, signal?: AbortSignal) => Promise<T>;

const apiOrigin = 'https://api.twilio.com';

/** The same resource under the account's base URL. */
export function atBase(url: string, apiBaseUrl: string | undefined): string {
  if (apiBaseUrl === undefined || !url.startsWith(`${apiOrigin}/`)) return url;
  return apiBaseUrl.replace(/\/+$/, '') + url.slice(apiOrigin.length);
}

/** Basic authentication with the account's token. */
export function basicAuth(account: TwilioAccount): string {
  return `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
}

export function createTwilioRest(account: TwilioAccount): TwilioRest {
  return async (operation, signal) => {
    const { twilioOver } = await import('./rest-client.ts');
    return operation(twilioOver(account, signal));
  };
}
