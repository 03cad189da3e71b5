/**
 * A carrier in the hub's own process, for centres without a Twilio account and for tests: the REST calls that the hub
 * makes, signed webhooks with Twilio's own fields, and calls that run the hub's TwiML. It keeps everything in memory.
 */
import type { Router } from 'express';
import { BoundedList, Changes, type Snapshot } from './history.ts';
import type { SendMail } from './mail.ts';
import { Messaging } from './messaging.ts';
import { createPageRouter } from './page-api.ts';
import { createRestRouter } from './rest.ts';
import { Switchboard } from './switchboard.ts';
import { createWire, type WireEntry } from './wire.ts';

export type { CallView, Snapshot, TextMessage, TranscriptLine } from './history.ts';
export { type SendMail, smtpMail, type TypedMail } from './mail.ts';

export interface CarrierSimulatorOptions {
  /** Where webhooks go, and what they are signed for. */
  readonly publicUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** The centre's number. */
  readonly number: string;
  /** The one that it has on WhatsApp. */
  readonly whatsappNumber: string;
  /** How the hub is reached; `fetch` unless PUBLIC_URL cannot be reached from here. */
  readonly hubFetch?: typeof fetch;
  /** Hands the page's mails to the mail inlet; without it the page offers none. */
  readonly sendMail?: SendMail;
  /** The centre's mail address that the page proposes. */
  readonly mailTo?: string;
  /** Simulated seconds in a real one. */
  readonly speed?: number;
  /** By which the 24 hours of WhatsApp are told. */
  readonly now?: () => Date;
}

export interface CarrierSimulator {
  /** The REST API; mounted at `/simulator/carrier`. */
  readonly carrier: Router;
  /** The page's calls; mounted at `/simulator/api`. */
  readonly api: Router;
  readonly snapshot: () => Snapshot;
  /** Calls `listener` after changes; returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Ends every call and stream. No webhook leaves after it resolved. */
  readonly stop: () => Promise<void>;
}

export function createCarrierSimulator(options: CarrierSimulatorOptions): CarrierSimulator {
  const stopping = new AbortController();
  const changes = new Changes();
  const log = new BoundedList<WireEntry>(60);
  const hubFetch = options.hubFetch ?? fetch;
  const base = `${options.publicUrl.replace(/\/+$/, '')}/webhooks/twilio`;
  const note = (entry: WireEntry) => {
    log.add(entry);
    changes.changed();
  };
  const shared = {
    accountSid: options.accountSid,
    wire: createWire({ authToken: options.authToken, fetch: hubFetch, stopped: stopping.signal, note }),
    speed: options.speed ?? 1,
    stopped: stopping.signal,
    changed: changes.changed,
  };
  const messaging = new Messaging({
    ...shared,
    urls: { sms: `${base}/sms`, whatsapp: `${base}/whatsapp` },
    fetch: hubFetch,
    now: options.now ?? (() => new Date()),
  });
  const switchboard = new Switchboard({
    ...shared,
    number: options.number,
    voiceUrl: `${base}/voice`,
    voiceStatusUrl: `${base}/voice/status`,
    customerUrl: `${base}/voice/out-join`,
    fetch: hubFetch,
  });
  const snapshot = (): Snapshot => ({
    number: options.number,
    whatsappNumber: options.whatsappNumber,
    autoAnswer: switchboard.autoAnswer,
    customers: switchboard.customers,
    mailTo: options.sendMail === undefined ? null : (options.mailTo ?? ''),
    messages: messaging.messages.items,
    calls: switchboard.legs.items.map((leg) => leg.view()),
    wire: log.items,
  });
  return {
    carrier: createRestRouter({
      accountSid: options.accountSid,
      authToken: options.authToken,
      number: options.number,
      messaging,
      switchboard,
    }),
    api: createPageRouter({
      number: options.number,
      whatsappNumber: options.whatsappNumber,
      messaging,
      switchboard,
      snapshot,
      changes,
      sendMail: options.sendMail,
      stopped: stopping.signal,
    }),
    snapshot,
    subscribe: (listener) => changes.subscribe(listener),
    stop: async () => {
      stopping.abort();
      await Promise.all([messaging.idle(), switchboard.idle()]);
    },
  };
}
