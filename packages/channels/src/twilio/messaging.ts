/** What SMS and WhatsApp have in common: Twilio's messaging webhooks and its message resource. */
import type { Channel, ChannelCapabilities, ChannelDeps } from '../channel.ts';
import { findMessage } from './find-message.ts';
import { fetchMedia } from './media.ts';
import { contactFromMessage, reportFromStatus } from './messaging-schema.ts';
import type { NetworkName } from './network-address.ts';
import { createTwilioRest } from './rest.ts';
import { sendMessage } from './send-message.ts';
import { formFields, twimlReply, verifySignature } from './webhook.ts';

interface MessagingNetwork {
  readonly name: NetworkName;
  readonly capabilities: ChannelCapabilities;
  /** Statuses come to `<incomingPath>/status`. */
  readonly incomingPath: string;
  /** How a number is written in this network. */
  readonly address: (number: string) => string;
}

/** Takes messages of either network at both addresses: Twilio's settings are often filled with one of them only. */
export function createTwilioMessaging(deps: ChannelDeps, network: MessagingNetwork): Channel {
  const { config, now } = deps;
  const { name, capabilities, incomingPath, address } = network;
  const statusPath = `${incomingPath}/status`;
  const rest = createTwilioRest(config.twilio);
  const statusCallback = config.publicUrl.replace(/\/+$/, '') + statusPath;
  const files = capabilities.files ?? { types: [], count: 0, bytes: 0 };
  return {
    name,
    capabilities,
    webhookPaths: [incomingPath, statusPath],
    verify: (request) => verifySignature(request, config.twilio.authToken),
    parse: (request) => (request.path === incomingPath ? [contactFromMessage(formFields(request), now())] : []),
    parseStatus: (request) => (request.path === statusPath ? reportFromStatus(formFields(request), now()) : []),
    reply: () => twimlReply(),
    send: (message, signal) => sendMessage({ rest, deps, address, statusCallback, files }, message, signal),
    findSent: (message, asked, signal) => findMessage({ rest, address }, message, asked, now(), signal),
    fetchFile: (url, signal) => fetchMedia(url, config.twilio, signal),
  };
}
