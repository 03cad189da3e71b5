/**
 * Twilio's messaging webhooks (twilio.com/docs/messaging/guides/webhook-request and …/outbound-message-status-in-status-callbacks).
 * Fields that are not named here are ignored: Twilio adds new ones without notice.
 */
import { createHash } from 'node:crypto';
import { type DeliveryReport, type InboundContactDraft, parseInput, type RemoteFile } from '@patchbay/contracts';
import { carrierWord, consentWord } from '@patchbay/domain';
import { z } from 'zod';
import { refusalReason } from './errors.ts';
import { filenameFor } from './media.ts';
import { messageAccount, messageSender, networkOf } from './network-address.ts';

type Fields = Record<string, string | string[]>;

const sid = z.string().trim().min(1).max(64);
const address = z.string().trim().min(1).max(320);

/** What a message says beside its words. Nobody's words are put aside because it cannot be read. */
const aside = (most: number) => z.string().max(most).optional().catch(undefined);

const incomingMessage = z.looseObject({
  MessageSid: sid,
  From: address,
  To: address,
  Body: z.string().default(''),
  /** At most ten (twilio.com/docs/messaging/api/media-resource). */
  NumMedia: z.coerce
    .number()
    .int()
    .min(0)
    .transform((count) => Math.min(count, mostMedia))
    .catch(0),
  /** Only when the carrier itself recognised a word of consent (Advanced Opt-Out). */
  OptOutType: aside(100),
  // WhatsApp's own (twilio.com/docs/whatsapp/message-features).
  ProfileName: aside(10_000),
  ButtonText: aside(10_000),
  OriginalRepliedMessageSid: aside(64),
  Latitude: aside(30),
  Longitude: aside(30),
  Address: aside(1000),
  Label: aside(1000),
});
type IncomingMessage = z.infer<typeof incomingMessage>;
const mostMedia = 50;

const messageStatus = z.object({
  MessageSid: sid,
  From: address,
  To: z.string().trim().max(320).default(''),
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
  63016: 'more than 24 hours after the customer wrote, only a template may be sent',
};

/** Of a file without a usable address the message says that it could not be fetched. */
function mediaFiles(fields: Fields, count: number): RemoteFile[] {
  const field = (name: string) => [fields[name]].flat()[0] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const contentType = field(`MediaContentType${index}`).slice(0, 255) || 'application/octet-stream';
    return {
      filename: filenameFor(`media-${index + 1}`, contentType),
      contentType,
      url: field(`MediaUrl${index}`),
    };
  });
}

/** A place on the map as people read it. */
function placeOf({ Latitude, Longitude, Address, Label }: IncomingMessage): string {
  if (!Latitude || !Longitude) return '';
  const at = `${Latitude},${Longitude}`;
  return [Label, Address, `geo:${at}`].filter(Boolean).join('\n');
}

/** A tapped button is as good as its words. */
function textOf(message: IncomingMessage): string {
  const said = message.Body || message.ButtonText || '';
  return [said, placeOf(message)].filter(Boolean).join('\n');
}

/**
 * The word of consent that the message is, and what kind of message that makes it. Nobody has to answer a STOP, nor a HELP that the carrier
 * says it has answered (Advanced Opt-Out). Without that it may have answered or not, by the kind of number; and START is an answer as well
 * where nothing was withdrawn. So a person sees them.
 */
function consentOf(message: IncomingMessage): Pick<InboundContactDraft, 'consent' | 'kind' | 'automatic'> {
  const carriers = carrierWord(message.OptOutType);
  const said = consentWord(message.Body, networkOf(message.From));
  const word = carriers ?? said?.word;
  if (word === undefined) return { kind: 'customer' };
  const byCarrier = carriers !== null;
  const ambiguous = !byCarrier && said?.ambiguous === true;
  const consent = {
    word,
    said: message.Body.trim().slice(0, 100).toWellFormed(),
    byCarrier,
    ...(ambiguous && { ambiguous }),
  };
  return word === 'stop' || (word === 'help' && byCarrier)
    ? { kind: 'system', automatic: true, consent }
    : { kind: 'customer', consent };
}

/** A message that came in, by SMS or WhatsApp. Throws `invalid_input`. */
export function contactFromMessage(fields: Fields, now: Date): InboundContactDraft {
  const message = parseInput(incomingMessage, fields);
  const sender = messageSender(message.From);
  const account = messageAccount(message.To);
  const name = message.ProfileName?.trim().slice(0, 200).toWellFormed();
  const text = textOf(message);
  const remoteFiles = mediaFiles(fields, message.NumMedia);
  return {
    channel: networkOf(message.From),
    channelAccount: account,
    externalId: message.MessageSid,
    // Two messages under one sid are two: by a carrier's mistake no words are lost.
    contentHash: createHash('sha256')
      .update(JSON.stringify([sender.value, text, remoteFiles]))
      .digest('hex'),
    ...consentOf(message),
    identifiers: [sender],
    ...(name ? { senderName: name } : {}),
    from: sender.value,
    to: [account],
    text,
    ...(message.OriginalRepliedMessageSid ? { threading: { references: [message.OriginalRepliedMessageSid] } } : {}),
    remoteFiles,
    receivedAt: now.toISOString(),
  };
}

/** What Twilio says about a message that went out; nothing for a state that is known already. Throws `invalid_input`. */
export function reportFromStatus(fields: Fields, now: Date): DeliveryReport[] {
  const message = parseInput(messageStatus, fields);
  const status = reported[message.MessageStatus];
  if (status === undefined) return [];
  const report = {
    channelAccount: messageAccount(message.From),
    externalId: message.MessageSid,
    status,
    at: now.toISOString(),
  };
  return status === 'failed' ? [{ ...report, ...failureOf(message) }] : [report];
}

function failureOf({ ErrorCode, MessageStatus, From, To }: z.infer<typeof messageStatus>): Partial<DeliveryReport> {
  const code = ErrorCode && ErrorCode !== '0' ? `Twilio ${ErrorCode}` : `Twilio: ${MessageStatus}`;
  const words = failureReasons[ErrorCode ?? ''];
  const reason = refusalReason(ErrorCode);
  return {
    error: words ? `${code}: ${words}` : code,
    ...(reason && To ? { reason, channel: networkOf(From), recipient: messageSender(To).value } : {}),
  };
}
