/** Text messages in and out. */
import { SimulatedClock } from './clock.ts';
import { BoundedList, type TextMessage } from './history.ts';
import { type FormFields, newSid, type Wire } from './wire.ts';

export interface MediaItem {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}
export interface OutgoingText {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string | null;
}

export interface MessagingOptions {
  readonly accountSid: string;
  readonly smsUrl: string;
  readonly wire: Wire;
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

export class Messaging {
  readonly messages = new BoundedList<TextMessage>(300);
  readonly media = new Map<string, MediaItem>();
  readonly #options: MessagingOptions;
  readonly #clock: SimulatedClock;
  readonly #running = new Set<Promise<void>>();

  constructor(options: MessagingOptions) {
    this.#options = options;
    this.#clock = new SimulatedClock(options.speed);
  }

  /** Somebody writes to the centre. Resolves with what the hub answered: its HTTP status, 0 when it did not answer. */
  async write(text: {
    from: string;
    to: string;
    body: string;
    media: readonly MediaItem[];
  }): Promise<{ sid: string; status: number }> {
    const sid = newSid(text.media.length > 0 ? 'MM' : 'SM');
    const fields: FormFields = {
      ToCountry: '',
      ToState: '',
      SmsMessageSid: sid,
      NumMedia: String(text.media.length),
      ToCity: '',
      FromZip: '',
      SmsSid: sid,
      FromState: '',
      SmsStatus: 'received',
      FromCity: '',
      Body: text.body,
      FromCountry: '',
      To: text.to,
      ToZip: '',
      NumSegments: String(Math.max(1, Math.ceil(text.body.length / 153))),
      MessageSid: sid,
      AccountSid: this.#options.accountSid,
      From: text.from,
      ApiVersion: '2010-04-01',
    };
    text.media.forEach((item, index) => {
      fields[`MediaContentType${index}`] = item.contentType;
      fields[`MediaUrl${index}`] =
        `https://api.twilio.com/2010-04-01/Accounts/${this.#options.accountSid}/Messages/${sid}/Media/${this.#keep(item)}`;
    });
    const message: TextMessage = {
      sid,
      direction: 'inbound',
      from: text.from,
      to: text.to,
      body: text.body,
      media: text.media,
      status: 'receiving',
      errorCode: null,
      at: new Date().toISOString(),
    };
    this.#add(message);
    const { status } = await this.#options.wire.post(this.#options.smsUrl, fields);
    message.status = status >= 200 && status < 300 ? 'received' : 'failed';
    this.#options.changed();
    return { sid, status };
  }

  /** The centre writes to somebody. It is delivered a little later, and the hub told so. */
  send(text: OutgoingText): TextMessage {
    const { from, to, body } = text;
    const message: TextMessage = {
      sid: newSid('SM'),
      direction: 'outbound-api',
      from,
      to,
      body,
      media: [],
      status: 'queued',
      errorCode: null,
      at: new Date().toISOString(),
    };
    this.#add(message);
    const running = this.#deliver(message, text.statusCallback).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return message;
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #deliver(message: TextMessage, statusCallback: string | null): Promise<void> {
    for (const { status, after } of deliverySteps) {
      const waited = await this.#clock.sleep(after, this.#options.stopped).then(
        () => true,
        () => false,
      );
      if (!waited) return;
      message.status = status;
      this.#options.changed();
      if (statusCallback === null) continue;
      await this.#options.wire.post(statusCallback, {
        SmsSid: message.sid,
        SmsStatus: status,
        MessageStatus: status,
        To: message.to,
        MessageSid: message.sid,
        AccountSid: this.#options.accountSid,
        From: message.from,
        ApiVersion: '2010-04-01',
      });
    }
  }

  #keep(item: MediaItem): string {
    const sid = newSid('ME');
    this.media.set(sid, item);
    const oldest = this.media.size > 40 ? this.media.keys().next().value : undefined;
    if (oldest !== undefined) this.media.delete(oldest);
    return sid;
  }

  #add(message: TextMessage): void {
    this.messages.add(message);
    this.#options.changed();
  }
}
