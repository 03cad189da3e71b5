/** WhatsApp through Twilio (twilio.com/docs/whatsapp/api): the fields of SMS with addresses of its own, and rules of its own. */
import type { ChannelCapabilities, ChannelFactory } from '../channel.ts';
import { createTwilioMessaging } from '../twilio/messaging.ts';
import { whatsappAddress } from '../twilio/network-address.ts';
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
  consentWords: true,
  // twilio.com/docs/whatsapp/key-concepts#the-24-hour-window
  sessionWindowMs: 24 * 60 * 60 * 1000,
  // twilio.com/docs/whatsapp/guidance-whatsapp-media-messages: one file in a message, 16 MB, a picture 5 MB; text beside any other file is
  // left out without a word.
  files: {
    types: [
      'image/jpeg',
      'image/png',
      'image/webp',
      'video/mp4',
      'audio/ogg',
      'audio/amr',
      'audio/3gpp',
      'audio/aac',
      'audio/mpeg',
      'application/pdf',
      'application/msword',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      'text/vcard',
      'text/x-vcard',
    ],
    count: 1,
    bytes: 16 * 1024 * 1024,
    pictureBytes: 5 * 1024 * 1024,
    withText: ['image/jpeg', 'image/png'],
  },
  reports: ['sent', 'delivered', 'read'],
};

export const createWhatsappChannel: ChannelFactory = (deps) =>
  createTwilioMessaging(deps, {
    name: 'whatsapp',
    capabilities,
    incomingPath: '/webhooks/twilio/whatsapp',
    address: whatsappAddress,
  });
