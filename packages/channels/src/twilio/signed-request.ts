/** Webhooks for tests, signed as the simulator signs them. */
import type { ChannelConfig, ChannelRequest } from '../channel.ts';
import { signedForm } from '../simulator/wire.ts';

/** A request as the hub hands it to an adapter. `overrides` spoils it afterwards. */
export function signedRequest(
  config: ChannelConfig,
  target: string,
  fields: Record<string, string>,
  overrides: Partial<ChannelRequest> = {},
): ChannelRequest {
  const url = new URL(config.publicUrl + target);
  const { headers, body } = signedForm(config.twilio.authToken, config.publicUrl + target, fields);
  return {
    method: 'POST',
    path: url.pathname,
    url: config.publicUrl + target,
    headers,
    query: Object.fromEntries(url.searchParams),
    body: Buffer.from(body),
    ...overrides,
  };
}
