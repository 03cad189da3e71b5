/** Messages in and out, by SMS and by WhatsApp. */
import { consentWord } from '@patchbay/domain';
import { filenameFor } from '../twilio/media.ts';
import { type NetworkName, whatsappAddress } from '../twilio/network-address.ts';
import { SimulatedClock } from './clock.ts';
import { BoundedList, type TextMessage } from './history.ts';
import { type FormFields, newSid, type Wire } from './wire.ts';

interface MediaItem {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}
interface IncomingText {
  readonly network: NetworkName;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly name?: string | undefined;
  readonly media: readonly MediaItem[];
}
interface Ends {
  readonly network: NetworkName;
  readonly from: string;
  readonly to: string;
}
interface OutgoingText extends Ends {
  readonly body: string;
  /** An approved text, which is taken at any time. */
  readonly template: boolean;
  readonly mediaUrls: readonly string[];
  readonly statusCallback: string | null;
}

export interface MessagingOptions {
  readonly accountSid: string;
  readonly urls: Readonly<Record<NetworkName, string>>;
  readonly wire: Wire;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly speed: number;
  readonly stopped: AbortSignal;
  readonly changed: () => void;
}

/** What the carrier does with an outgoing message, in simulated seconds after the step before. */
const deliverySteps = [
  { status: 'queued', after: 0 },
  { status: 'sent', after: 0.4 },
  { status: 'delivered', after: 0.8 },
];
const windowMs = 24 * 3600_000;
/** How Twilio writes addresses of each network. */
const written: Record<NetworkName, (number: string) => string> = { sms: (number) => number, whatsapp: whatsappAddress };

export class Messaging {
  readonly messages = new BoundedList<TextMessage>(300);
  readonly media = new Map<string, MediaItem>();
  readonly #options: MessagingOptions;
  readonly #clock: SimulatedClock;
  readonly #running = new Set<Promise<void>>();
  /** Customer and centre whose customer texted STOP. */
  readonly #optedOut = new Set<string>();
  /** When a customer last wrote by WhatsApp, by customer and centre. */
  readonly #lastWritten = new Map<string, number>();

  constructor(options: MessagingOptions) {
    this.#options = options;
    this.#clock = new SimulatedClock(options.speed);
  }

  /** Somebody writes to the centre. Resolves with what the hub answered: its HTTP status, 0 when it did not answer. */
  async write(text: IncomingText): Promise<{ sid: string; status: number }> {
    const sid = newSid(text.media.length > 0 ? 'MM' : 'SM');
    const kept = text.media.map((item) => ({ item, sid: this.#keep(item) }));
    this.#remember(text);
    const message = this.#add({ ...text, sid, direction: 'inbound', status: 'receiving', media: this.#shown(kept) });
    const { status } = await this.#options.wire.post(this.#options.urls[text.network], this.#fields(sid, text, kept));
    message.status = status >= 200 && status < 300 ? 'received' : 'failed';
    this.#options.changed();
    return { sid, status };
  }

  /** The centre writes to somebody. It is delivered a little later, and the hub told so. */
  send(text: OutgoingText): TextMessage {
    const sid = newSid(text.mediaUrls.length > 0 ? 'MM' : 'SM');
    const message = this.#add({ ...text, sid, direction: 'outbound-api', status: 'queued', media: [] });
    const running = this.#deliver(message, text).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return message;
  }

  /** The recipient texted STOP to this number: the carrier refuses at once (error 21610). */
  hasOptedOut({ network, from, to }: Ends): boolean {
    return network === 'sms' && this.#optedOut.has(`${to} ${from}`);
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #remember({ network, from, to, body }: IncomingText): void {
    const pair = `${plain(from)} ${to}`;
    if (network === 'whatsapp') return void this.#lastWritten.set(pair, this.#options.now().getTime());
    const word = consentWord(body, network)?.word;
    if (word === 'stop') this.#optedOut.add(pair);
    if (word === 'start') this.#optedOut.delete(pair);
  }

  #fields(sid: string, text: IncomingText, media: readonly { item: MediaItem; sid: string }[]): FormFields {
    const address = written[text.network];
    const fields: FormFields = {
      ToCountry: '',
      ToState: '',
      SmsMessageSid: sid,
      NumMedia: String(media.length),
      ToCity: '',
      FromZip: '',
      SmsSid: sid,
      FromState: '',
      SmsStatus: 'received',
      FromCity: '',
      Body: text.body,
      FromCountry: '',
      To: address(text.to),
      ToZip: '',
      NumSegments: String(Math.max(1, Math.ceil(text.body.length / 153))),
      MessageSid: sid,
      AccountSid: this.#options.accountSid,
      From: address(plain(text.from)),
      ApiVersion: '2010-04-01',
      ...(text.network === 'whatsapp' && { ProfileName: text.name ?? '', WaId: plain(text.from).replace('+', '') }),
    };
    media.forEach(({ item, sid: mediaSid }, index) => {
      fields[`MediaContentType${index}`] = item.contentType;
      fields[`MediaUrl${index}`] =
        `https://api.twilio.com/2010-04-01/Accounts/${this.#options.accountSid}/Messages/${sid}/Media/${mediaSid}`;
    });
    return fields;
  }

  async #deliver(message: TextMessage, text: OutgoingText): Promise<void> {
    const errorCode = this.#isClosed(text) ? 63016 : await this.#fetchMedia(message, text.mediaUrls);
    const steps = errorCode === null ? deliverySteps : [{ status: 'failed', after: 0.4 }];
    for (const { status, after } of steps) {
      const waited = await this.#clock.sleep(after, this.#options.stopped).then(
        () => true,
        () => false,
      );
      if (!waited) return;
      message.status = status;
      message.errorCode = errorCode;
      this.#options.changed();
      if (text.statusCallback === null) continue;
      const address = written[text.network];
      await this.#options.wire.post(text.statusCallback, {
        SmsSid: message.sid,
        SmsStatus: status,
        MessageStatus: status,
        To: address(message.to),
        MessageSid: message.sid,
        AccountSid: this.#options.accountSid,
        From: address(message.from),
        ApiVersion: '2010-04-01',
        ...(errorCode !== null && { ErrorCode: String(errorCode) }),
      });
    }
  }

  /** WhatsApp takes free texts for a day after the customer wrote. Who wrote before the simulator began is not known, and let be. */
  #isClosed({ network, template, from, to }: OutgoingText): boolean {
    const last = this.#lastWritten.get(`${to} ${from}`);
    return (
      network === 'whatsapp' && !template && last !== undefined && this.#options.now().getTime() - last >= windowMs
    );
  }

  /** Fetches files as Twilio does: without credentials, from wherever they are said to be. @returns an error's code, or null */
  async #fetchMedia(message: TextMessage, urls: readonly string[]): Promise<number | null> {
    try {
      const kept = await Promise.all(urls.map((url) => this.#fetchOne(url)));
      message.media = this.#shown(kept);
      return null;
    } catch {
      // twilio.com/docs/api/errors/11200: HTTP retrieval failure.
      return 11200;
    }
  }

  async #fetchOne(url: string): Promise<{ item: MediaItem; sid: string }> {
    const response = await this.#options.fetch(url, { signal: this.#options.stopped });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const contentType = response.headers.get('content-type') ?? 'application/octet-stream';
    const item = { filename: filenameFor('media', contentType), contentType, bytes: await response.bytes() };
    return { item, sid: this.#keep(item) };
  }

  #keep(item: MediaItem): string {
    const sid = newSid('ME');
    this.media.set(sid, item);
    const oldest = this.media.size > 40 ? this.media.keys().next().value : undefined;
    if (oldest !== undefined) this.media.delete(oldest);
    return sid;
  }

  #shown(kept: readonly { item: MediaItem; sid: string }[]): TextMessage['media'] {
    return kept.map(({ item: { contentType, filename }, sid }) => ({
      contentType,
      filename,
      url: `/simulator/api/media/${sid}`,
    }));
  }

  #add(given: Omit<TextMessage, 'at' | 'errorCode'>): TextMessage {
    const { sid, network, direction, from, to, body, media, status } = given;
    const at = new Date().toISOString();
    const message = { sid, network, direction, from, to, body, media, status, errorCode: null, at };
    this.messages.add(message);
    this.#options.changed();
    return message;
  }
}

/** Numbers without the spaces that people type. */
const plain = (number: string): string => number.replaceAll(/[\s().-]/g, '');
