/** Text and picture messages through Twilio. */
import type { ChannelCapabilities, ChannelFactory } from '../channel.ts';
import { createTwilioMessaging } from '../twilio/messaging.ts';
import { longestText } from '../twilio/send-message.ts';

const capabilities: ChannelCapabilities = {
  intake: 'push',
  live: false,
  text: true,
  html: false,
  subject: false,
  attachments: true,
  copies: false,
  acknowledges: true,
  continuationMs: 72 * 60 * 60 * 1000,
  textLength: longestText,
  segments: true,
  consentWords: true,
  // What handsets show (twilio.com/docs/messaging/guides/accepted-mime-types); carriers take 5 MB of it in one message.
  files: {
    types: [
      'image/jpeg',
      'image/png',
      'image/gif',
      'video/mp4',
      'video/3gpp',
      'audio/mpeg',
      'audio/amr',
      'audio/3gpp',
      'text/vcard',
      'text/x-vcard',
      'application/pdf',
    ],
    count: 10,
    bytes: 5 * 1024 * 1024,
  },
  reports: ['sent', 'delivered'],
};

export const createSmsChannel: ChannelFactory = (deps) =>
  createTwilioMessaging(deps, {
    name: 'sms',
    capabilities,
    incomingPath: '/webhooks/twilio/sms',
    address: (number) => number,
  });
