/** Handing a message to Twilio, whatever network it goes to (twilio.com/docs/messaging/api/message-resource#create-a-message-resource). */
import { HubError, type OutboundMessage } from '@patchbay/contracts';
import { z } from 'zod';
import type { ChannelDeps, FileLimits } from '../channel.ts';
import { carriesNoText, largePicture } from '../file-limits.ts';
import { mediaLink } from './media-link.ts';
import type { TwilioRest } from './rest.ts';

/** Twilio refuses longer texts with error 21617. */
export const longestText = 1600;

/** Two letters and 32 digits at Twilio; whatever stands in for it names a message in one word. */
const sidOf = z.string().regex(/^[\w-]+$/);

export interface Network {
  readonly rest: TwilioRest;
  readonly deps: Pick<ChannelDeps, 'config' | 'signingKey' | 'now'>;
  /** How a number is written in this network. */
  readonly address: (number: string) => string;
  readonly statusCallback: string;
  readonly files: FileLimits;
}

/** Throws as `Channel.send` says. What the network does not carry is refused rather than left out. */
export async function sendMessage(network: Network, message: OutboundMessage, signal: AbortSignal) {
  const { rest, deps, address, statusCallback } = network;
  const { template } = message;
  refuseWhatDoesNotFit(network.files, message);
  const link = { publicUrl: deps.config.publicUrl, key: deps.signingKey, now: deps.now() };
  const created = await rest(
    (client) =>
      client.messages.create({
        from: address(message.channelAccount),
        to: address(message.to),
        statusCallback,
        ...(template
          ? { contentSid: template.contentSid, contentVariables: numbered(template.variables) }
          : {
              ...(message.text.trim() === '' ? {} : { body: message.text }),
              mediaUrl: message.attachments.map((file) => mediaLink(file, link)),
            }),
      }),
    signal,
  );
  // Without a sid there is nothing to which a delivery report could belong: whether it was sent cannot be told.
  const sid = sidOf.safeParse(created.sid);
  if (!sid.success) throw new HubError('outcome_unknown', 'Twilio named no message');
  return {
    externalId: sid.data,
    ...(created.status === 'sent' || created.status === 'delivered' ? { status: created.status } : {}),
  };
}

function refuseWhatDoesNotFit(files: FileLimits, { text, attachments, template }: OutboundMessage): void {
  const refuse = (why: string) => new HubError('provider_refused', why);
  if (template) {
    if (attachments.length > 0) throw refuse('A template carries no files of its own');
    return;
  }
  if (text.trim() === '' && attachments.length === 0) throw refuse('A message needs text or a file');
  if (text.length > longestText) throw refuse(`A text may have ${longestText} characters`);
  const unknown = attachments.find((file) => !files.types.includes(file.contentType));
  if (unknown) throw refuse(`Files of type ${unknown.contentType} cannot be sent`);
  if (attachments.length > files.count) throw refuse(`A message carries ${files.count} files at most`);
  if (attachments.reduce((sum, file) => sum + file.size, 0) > files.bytes)
    throw refuse(`The files of a message may have ${files.bytes} bytes together`);
  if (largePicture(files, attachments)) throw refuse(`A picture may have ${files.pictureBytes} bytes`);
  const silent = text.trim() !== '' && carriesNoText(files, attachments);
  if (silent)
    throw refuse(`A file of type ${silent.contentType} carries no text; send the words as a message of their own`);
}

/** Twilio numbers the places of a template as the keys of an object: `{"1":"Ada"}`. */
function numbered(variables: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(variables.map((value, index) => [String(index + 1), value])));
}
