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
 * | a call that an agent places | never | never | never |
 * | all others | the ticket is opened or reopened by the customer | an agent's first public message after that | never: a mail waits |
 */
import { usualTargets, type ChannelName } from '@patchbay/contracts';

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

/** Who gives up within this time did not wait in earnest. Milliseconds. */
export const shortAbandonMs = 5_000;

/** What "in time" is in a queue on a channel for a contact offered at a moment. All in milliseconds. */
export type AnswerTarget = (queueId: string, channel: ChannelName, offeredAt: number) => number;

/** Targets that a queue had from a moment on; null: the usual one again. */
export interface TargetSince {
  readonly queueId: string;
  readonly channel: ChannelName;
  readonly since: Date;
  readonly seconds: number | null;
}

/** A contact goes by the target that its queue had when it was offered: a changed target holds for contacts that come later. @param known oldest first */
export function answerTargets(known: readonly TargetSince[]): AnswerTarget {
  const book = new Map<string, TargetSince[]>();
  for (const one of known) {
    const key = `${one.queueId} ${one.channel}`;
    book.set(key, [...(book.get(key) ?? []), one]);
  }
  return (queueId, channel, offeredAt) => {
    const held = book.get(`${queueId} ${channel}`)?.findLast(({ since }) => since.getTime() <= offeredAt);
    return (held?.seconds ?? usualTargets[channel].seconds) * 1000;
  };
}

export const noDimensions: FactDimensions = { queueId: '', channel: '', agentId: '', teamId: '', type: '', grade: '' };
