/** What is kept between batches of events, and what the fold is told besides them. */
import type { CallState, ChannelName, EventData, EventType, HubEvent } from '@patchbay/contracts';
import type { AgentState } from './agent-fold.ts';
import type { BusinessTime } from './business-time.ts';
import type { AnswerTarget, Fact, FactDimensions } from './facts.ts';

/** What figures need of an event. */
export type FactEvent = Pick<HubEvent, 'type' | 'at' | 'ticketId' | 'queueId' | 'agentId' | 'actorId' | 'data'>;

/** Plain data: it is kept between batches of events. Moments are milliseconds since 1970. */
export interface TicketState {
  channel: ChannelName;
  queueId: string;
  agentId: string;
  type: string;
  grade: string;
  openedAt: number;
  settledAt: number | null;
  /** A contact was offered then and is not answered yet. */
  offeredAt: number | null;
  /** The customer has been waiting for an answer since. */
  askedAt: number | null;
  /** How often the customer got in touch, counting what came before an answer as one. */
  turns: number;
  responded: boolean;
  /** It was settled at the first contact. */
  firstContact: boolean;
  /** What it counted for when it was settled. States that were kept earlier do not say. */
  settledAs?: FactDimensions | null;
  /** It was opened again after it had been settled. States that were kept earlier do not say. */
  wasReopened?: boolean;
  /** Whose capacity it takes up, and since when. */
  held: { agentId: string; since: number } | null;
  /** `out`: the agent placed it. States that were kept earlier do not say. */
  call: { state: CallState; since: number; agentId: string; out?: boolean } | null;
  talkMs: number;
  holdMs: number;
}

export interface FigureWorld {
  tickets: Map<string, TicketState>;
  agents: Map<string, AgentState>;
}

export interface FactContext {
  businessTime: BusinessTime;
  /** What a ticket is when it is opened. */
  attributes: (ticketId: string) => { type: string; grade: string };
  answerMs: AnswerTarget;
  /** Several are apart by commas. Empty: none. */
  teamOf: (agentId: string) => string;
}

/** Events of earlier versions lack what came later. */
export const datumOf = <K extends EventType>(_type: K, event: FactEvent) => event.data as Partial<EventData<K>>;

/** A fold under way. */
export interface Folding {
  readonly facts: Fact[];
  readonly context: FactContext;
  agent(id: string, at: number): AgentState;
  /** The agent, with their time counted up to the moment. */
  countTime(agentId: string, at: number): AgentState;
}
