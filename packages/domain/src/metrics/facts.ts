/**
 * What is counted: additive facts, at the smallest grain that anybody asks for. Everything shown is made of sums of these, so that any period and
 * any dimension can be added up from parts (Kimball, Ross: The Data Warehouse Toolkit, 3rd ed., ch. 3).
 *
 * A *contact* is offered, and then answered, abandoned or diverted, per channel:
 *
 * | channel | offered | answered | abandoned |
 * | --- | --- | --- | --- |
 * | phone | the call rings | an agent talks | the caller hangs up before |
 * | chat | the conversation is opened or reopened | an agent takes it, or writes | it is settled before |
 * | all others | the ticket is opened or reopened by the customer | an agent's first public message after that | never: a mail waits |
 */
import type { ChannelName } from '@patchbay/contracts';

/** Counts, and times (`…Ms`) in whole milliseconds, so that sums are exact in whatever order they are made. */
export const sumNames = [
  'received',
  'opened',
  'offered',
  'answered',
  'answeredInTarget',
  'waitMs',
  'abandoned',
  'abandonedInTarget',
  'abandonedShort',
  'abandonedWaitMs',
  'diverted',
  'handled',
  'talkMs',
  'holdMs',
  'wrapMs',
  'transferred',
  'resolved',
  'firstContact',
  'firstContactUndone',
  'reopened',
  'settledAgain',
  'staffedMs',
  'availableMs',
  'occupiedMs',
  'awayMs',
] as const;
export type SumName = (typeof sumNames)[number];

/** Durations of which percentiles are asked for; seconds, kept as sketches. */
export const durationNames = [
  'answerWait',
  'firstResponse',
  'firstResponseBusiness',
  'nextResponse',
  'nextResponseBusiness',
  'resolution',
  'resolutionBusiness',
] as const;
export type DurationName = (typeof durationNames)[number];

/** What facts are broken down by, as it was at the moment. Empty: none. */
export interface FactDimensions {
  queueId: string;
  channel: ChannelName | '';
  agentId: string;
  /** All teams that the agent was in, in order and apart by commas. */
  teamId: string;
  /** Key of the request type. */
  type: string;
  /** Of the customer, when the ticket was opened. */
  grade: string;
}

export interface Fact {
  /** Milliseconds since 1970. */
  at: number;
  /** Null: about nobody's ticket, such as the time an agent is there. */
  ticketId: string | null;
  dimensions: FactDimensions;
  sums: Partial<Record<SumName, number>>;
  durations: Partial<Record<DurationName, number>>;
}

export interface ServiceTarget {
  /** X of a service level Y % in X. Milliseconds. */
  answerMs: number;
  /** Who gives up within this time did not wait in earnest. Milliseconds. */
  shortMs: number;
}

const seconds = 1_000;
const hours = 3_600_000;
const messaging: ServiceTarget = { answerMs: hours, shortMs: 5 * seconds };

/** What "in time" is on a channel: calls 20 s, chats 60 s, texts an hour, mail 24 hours (service norm R1). */
export const serviceTargets: Readonly<Record<ChannelName, ServiceTarget>> = {
  phone: { answerMs: 20 * seconds, shortMs: 5 * seconds },
  chat: { answerMs: 60 * seconds, shortMs: 5 * seconds },
  sms: messaging,
  whatsapp: messaging,
  http: { answerMs: 24 * hours, shortMs: 5 * seconds },
  email: { answerMs: 24 * hours, shortMs: 5 * seconds },
};

export const noDimensions: FactDimensions = { queueId: '', channel: '', agentId: '', teamId: '', type: '', grade: '' };
