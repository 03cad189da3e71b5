/**
 * Twilio's messaging webhooks (twilio.com/docs/messaging/guides/webhook-request and …/outbound-message-status-in-status-callbacks).
 * Fields that are not named here are ignored: Twilio adds new ones without notice.
 */
import { type DeliveryReport, type InboundContactDraft, parseInput, type RemoteFile } from '@patchbay/contracts';
import { z } from 'zod';
import { filenameFor } from '../twilio/media.ts';
import { accountOf, senderIdentifier } from '../twilio/phone-number.ts';

type Fields = Record<string, string | string[]>;

const sid = z.string().trim().min(1).max(64);
const address = z.string().trim().min(1).max(320);

const incomingMessage = z.looseObject({
  MessageSid: sid,
  From: address,
  To: address,
  Body: z.string().default(''),
  NumMedia: z.coerce.number().int().min(0).max(50).default(0),
});
const mediaItem = (index: number) =>
  z.object({
    [`MediaUrl${index}`]: z.url().max(2000),
    [`MediaContentType${index}`]: z.string().max(255).default('application/octet-stream'),
  });

const messageStatus = z.object({
  MessageSid: sid,
  From: address,
  MessageStatus: z.enum([
    'queued',
    'sending',
    'sent',
    'failed',
    'delivered',
    'undelivered',
    'receiving',
    'received',
    'accepted',
    'scheduled',
    'read',
    'partially_delivered',
    'canceled',
  ]),
  ErrorCode: z.string().max(10).optional(),
});

/** Twilio's states as the hub's; the ones that are missing say nothing that is not known already. */
const reported: Partial<Record<z.infer<typeof messageStatus>['MessageStatus'], DeliveryReport['status']>> = {
  sent: 'sent',
  partially_delivered: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
};

/** The reasons that agents meet most, from twilio.com/docs/api/errors. */
const failureReasons: Record<string, string> = {
  21610: 'the recipient has opted out',
  30001: 'queue overflow',
  30002: 'account suspended',
  30003: 'the handset cannot be reached',
  30004: 'blocked by the recipient or the carrier',
  30005: 'the number does not exist or is out of service',
  30006: 'a landline, or a carrier that cannot be reached',
  30007: 'filtered by the carrier',
  30008: 'the carrier gave no reason',
};

function mediaFiles(fields: Fields, count: number): RemoteFile[] {
  return Array.from({ length: count }, (_, index) => {
    const item = parseInput(mediaItem(index), fields);
    const contentType = item[`MediaContentType${index}`] ?? 'application/octet-stream';
    return {
      filename: filenameFor(`media-${index + 1}`, contentType),
      contentType,
      url: item[`MediaUrl${index}`] ?? '',
    };
  });
}

/** A text message that came in. Throws `invalid_input`. */
export function contactFromMessage(fields: Fields, now: Date): InboundContactDraft {
  const message = parseInput(incomingMessage, fields);
  const sender = senderIdentifier(message.From);
  const account = accountOf(message.To);
  return {
    channel: 'sms',
    channelAccount: account,
    externalId: message.MessageSid,
    kind: 'customer',
    identifiers: [sender],
    from: sender.value,
    to: [account],
    text: message.Body,
    remoteFiles: mediaFiles(fields, message.NumMedia),
    receivedAt: now.toISOString(),
  };
}

/** What Twilio says about a message that went out; nothing for a state that is known already. Throws `invalid_input`. */
export function reportFromStatus(fields: Fields, now: Date): DeliveryReport[] {
  const message = parseInput(messageStatus, fields);
  const status = reported[message.MessageStatus];
  if (status === undefined) return [];
  const report = {
    channelAccount: accountOf(message.From),
    externalId: message.MessageSid,
    status,
    at: now.toISOString(),
  };
  if (status !== 'failed') return [report];
  const code =
    message.ErrorCode && message.ErrorCode !== '0' ? `Twilio ${message.ErrorCode}` : `Twilio: ${message.MessageStatus}`;
  const reason = failureReasons[message.ErrorCode ?? ''];
  return [{ ...report, error: reason ? `${code}: ${reason}` : code }];
}
