/** Consent, session windows and the limits of messaging channels, as the API has them. */
import { z } from 'zod';
import { pageQuery, shortListQuery, ticket } from './api.ts';
import { callObstacle, channelName, timestamp } from './glossary.ts';
export * from './template.ts';

export const consentState = z.enum(['granted', 'withdrawn']);
export type ConsentState = z.infer<typeof consentState>;
/** A word of the customer, the carrier's refusal, an agent, a form, or data brought from elsewhere. */
export const consentSource = z.enum(['word', 'carrier', 'agent', 'form', 'import']);

/** Whether the holder of an address wants to be written to by one account of ours. */
export const consent = z.object({
  channel: channelName,
  /** Our own number or address: a STOP to one of them says nothing about another. */
  account: z.string(),
  address: z.string(),
  state: consentState,
  source: consentSource,
  reason: z.string().nullable(),
  at: timestamp,
});
export type Consent = z.infer<typeof consent>;
/** One change of a consent. The log is never edited. */
export const consentChange = consent.extend({
  id: z.int(),
  agentId: z.string().nullable(),
  messageId: z.uuid().nullable(),
});
export type ConsentChange = z.infer<typeof consentChange>;
const address = z.string().trim().min(1).max(320);
export const consentQuery = shortListQuery.extend({ address });
export const consentLogQuery = pageQuery.extend({ address });
export const consentUpdate = z.object({
  channel: channelName,
  account: address,
  address,
  state: consentState,
  /** What the customer said, and where: it is all the proof there is. */
  reason: z.string().trim().min(3).max(500),
});

/** What may be said on the ticket's channel now, beside what its capabilities allow for ever. */
export const ticketDetail = ticket.extend({
  /** Our own address of the conversation, and the customer's. */
  channelAccount: z.string(),
  contactAddress: z.string(),
  /**
   * Until when a text of one's own may be sent; after it only a template may. `closesAt` is null when the customer has never written.
   * Null where the channel knows no such time.
   */
  messagingWindow: z.object({ closesAt: timestamp.nullable() }).nullable(),
  limits: z.object({
    /** Characters (UTF-16 code units, as providers count); null: as many as one likes. */
    textLength: z.int().nullable(),
    /** Carriers split texts into segments and charge for each. */
    segments: z.boolean(),
    templates: z.boolean(),
    /** Several recipients, copies, a sender of one's choice, and messages that are passed on. */
    copies: z.boolean(),
    files: z
      .object({
        types: z.array(z.string()),
        count: z.int(),
        bytes: z.int(),
        /** One picture; null: as any file. */
        pictureBytes: z.int().nullable(),
        /** Types beside which text may be sent; null: all. */
        withText: z.array(z.string()).nullable(),
      })
      .nullable(),
  }),
  /** What keeps everybody from calling the customer from here; null: nothing. */
  callObstacle: callObstacle.nullable(),
});
export type TicketDetail = z.infer<typeof ticketDetail>;

/** What a manager decides about text messages. */
export const messagingSettings = z.object({
  /** Answer HELP where the carrier has not. Off: Twilio answers it by itself on most numbers, and two answers confuse. */
  helpReply: z.boolean(),
  /** Null: the hub's own words with the centre's name, in the customer's language. */
  helpText: z.string().trim().min(1).max(1600).nullable(),
});
export type MessagingSettings = z.infer<typeof messagingSettings>;
