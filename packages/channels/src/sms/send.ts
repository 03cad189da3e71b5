import { HubError, type OutboundMessage } from '@patchbay/contracts';
import type { TwilioRest } from '../twilio/rest.ts';

/** Hands a text to Twilio. Throws as `Channel.send` says; files are refused rather than left out. */
export async function sendText(
  rest: TwilioRest,
  message: OutboundMessage,
  statusCallback: string,
  signal: AbortSignal,
) {
  if (message.attachments.length > 0) throw new HubError('provider_refused', 'A text message cannot carry files');
  if (message.text.trim() === '') throw new HubError('provider_refused', 'A text message needs text');
  const created = await rest(
    (client) =>
      client.messages.create({ from: message.channelAccount, to: message.to, body: message.text, statusCallback }),
    signal,
  );
  // Without a sid there is nothing to which a delivery report could belong: whether it was sent cannot be told.
  if (!created.sid) throw new HubError('outcome_unknown', 'Twilio named no message');
  return {
    externalId: created.sid,
    ...(created.status === 'sent' || created.status === 'delivered' ? { status: created.status } : {}),
  };
}
