/** Text messages through Twilio. */
import type { ChannelCapabilities, ChannelFactory } from '../channel.ts';
import { fetchMedia } from '../twilio/media.ts';
import { createTwilioRest } from '../twilio/rest.ts';
import { formFields, twimlReply, verifySignature } from '../twilio/webhook.ts';
import { findText } from './find.ts';
import { contactFromMessage, reportFromStatus } from './schema.ts';
import { sendText } from './send.ts';

const incomingPath = '/webhooks/twilio/sms';
const statusPath = '/webhooks/twilio/sms/status';

const capabilities: ChannelCapabilities = {
  intake: 'push',
  live: false,
  text: true,
  html: false,
  subject: false,
  // Twilio takes files only by public link.
  attachments: false,
  acknowledges: true,
  continuationMs: 72 * 60 * 60 * 1000,
  reports: ['sent', 'delivered'],
};

export const createSmsChannel: ChannelFactory = ({ config, now }) => {
  const rest = createTwilioRest(config.twilio);
  const statusCallback = config.publicUrl.replace(/\/+$/, '') + statusPath;
  return {
    name: 'sms',
    capabilities,
    webhookPaths: [incomingPath, statusPath],
    verify: (request) => verifySignature(request, config.twilio.authToken),
    parse: (request) => (request.path === incomingPath ? [contactFromMessage(formFields(request), now())] : []),
    parseStatus: (request) => (request.path === statusPath ? reportFromStatus(formFields(request), now()) : []),
    reply: () => twimlReply(),
    send: (message, signal) => sendText(rest, message, statusCallback, signal),
    findSent: (message, asked, signal) => findText(rest, message, asked, now(), signal),
    fetchFile: (url, signal) => fetchMedia(url, config.twilio, signal),
  };
};
