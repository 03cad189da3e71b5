/** Jobs on the queue. A job is a hint: the row it names is the record, and the sweep finds rows whose job was lost. */
import { z } from 'zod';
import { channelName } from './glossary.ts';

/** `round` tells a retry from the try before it, which may still be running. */
const round = z.int().min(0);

/** `media`: files have to be fetched from the provider first, which may take long. */
export const ingestContact = z.object({ inboxId: z.uuid(), round, media: z.boolean().optional() });
/** Several that came at the same time, none of them tried before. */
export const ingestContacts = z.object({ inboxIds: z.array(z.uuid()).min(1) });
/** A file that its message did not wait for is tried again. */
export const fetchAwaitedFile = z.object({ awaitedFileId: z.uuid(), round });
export const assignWaiting = z.object({ queueId: z.uuid() });
/** An agent may have become free. */
export const serveAgent = z.object({ agentId: z.string() });
/** `channel`: by which it leaves, where that is known, so that it waits only for others that leave the same way. */
export const sendOutbound = z.object({ outboundId: z.uuid(), round, channel: channelName.optional() });
/** Several messages that were written at the same time, none of them tried before. */
export const sendOutbounds = z.object({ outboundIds: z.array(z.uuid()).min(1), channel: channelName.optional() });
/** A send of unknown end: ask the provider what became of it. */
export const reconcileOutbound = z.object({ outboundId: z.uuid(), round, channel: channelName.optional() });
/** A reply that was held back is due. */
export const releaseReply = z.object({ heldReplyId: z.uuid(), round });
/** An agent took a waiting call: ring the agent's phone and bring the two together. */
export const connectCall = z.object({ ticketId: z.uuid(), agentId: z.string() });
/** A call that an agent placed goes on: the agent is rung, the customer is dialled, or what is left of it is ended. */
export const outgoingCall = z.object({ outgoingCallSid: z.string() });

/** Customers that are new or have changed are looked at: who else they may be, and what proves their identifiers. */
export const reviewIdentity = z.object({ review: z.literal('identity') });

/** A quarantined contact goes round again. It is asked for in bulk, and never holds up new contacts. */
export const replayContact = z.object({ inboxId: z.uuid(), replay: z.literal(true) });

/** An export or an erasure is due. */
export const runPrivacy = z.object({ privacyRequestId: z.uuid() });
/** An import that was started goes on, or is checked. */
export const runImport = z.object({ importId: z.uuid() });
/** Customers wait to be graded: the rows say which, and one worker at a time goes through them. */
export const gradeCustomers = z.object({ grading: z.literal(true) });
/** Rules hold for events of a ticket: what they do is done in order. */
export const runAutomation = z.object({ automatedTicketId: z.uuid() });
/** Something is due for an endpoint. */
export const deliverWebhooks = z.object({ endpointId: z.uuid() });

/** Clocks are due at this moment: milliseconds since the epoch. */
export const fireClocks = z.object({ fireAt: z.int() });
/** A run over the clocks of open tickets goes on. */
export const runClocks = z.object({ clockRuns: z.literal(true) });

/** Mails of a report wait to be sent. `postponed`: one of them waits for a token of the account, for the `round`th time. */
export const sendReport = z.object({
  reportRunId: z.uuid(),
  postponed: z.object({ reportMailId: z.uuid(), round: z.int() }).optional(),
});

/** Every job by name. Payloads are parsed with these on both sides of the queue. */
export const jobs = {
  'ingest-contact': ingestContact,
  'ingest-contacts': ingestContacts,
  'fetch-file': fetchAwaitedFile,
  'assign-waiting': assignWaiting,
  'serve-agent': serveAgent,
  'send-outbound': sendOutbound,
  'send-outbounds': sendOutbounds,
  'reconcile-outbound': reconcileOutbound,
  'release-reply': releaseReply,
  'connect-call': connectCall,
  'outgoing-call': outgoingCall,
  'replay-contact': replayContact,
  'run-privacy': runPrivacy,
  'run-import': runImport,
  'grade-customers': gradeCustomers,
  'review-identity': reviewIdentity,
  'run-automation': runAutomation,
  'deliver-webhooks': deliverWebhooks,
  'fire-clocks': fireClocks,
  'run-clocks': runClocks,
  'send-report': sendReport,
} as const;
export type JobName = keyof typeof jobs;
export type JobData<N extends JobName> = z.infer<(typeof jobs)[N]>;
