/** What the run asks of the load process, over its IPC channel. */
import type { Sample } from './samples.ts';

export interface LoadTarget {
  readonly hubUrl: string;
  readonly apiKey: string;
  readonly hubDatabaseUrl: string;
  /** A migrated database to which no hub is connected: what is measured bare runs on the same server in the same schema. */
  readonly bareDatabaseUrl: string;
  readonly bareServerUrl: string;
  /** Undefined: the queue is in PostgreSQL. */
  readonly redisUrl: string | undefined;
  /** Process ids, whose processor time is read. */
  readonly pids: { readonly bareServer: number; readonly stores: readonly number[] };
}

export type Customers = 'known' | 'new';
export type BareName = 'express' | 'insert' | 'hop' | 'statement-known' | 'statement-new' | 'ingest-function';
export interface BareSample extends Sample {
  /** Milliseconds of processor time for each operation, in the application and in what stores for it; null where the system does not say. */
  readonly processorMs: number | null;
}
export type BareSamples = Readonly<Record<BareName, BareSample>>;

/** The way of one contact, from the first byte posted. */
export interface RoadSample {
  /** To the provider's 200. */
  readonly acknowledged: Sample;
  /** To the commit of the message's row. */
  readonly stored: Sample;
  /** To the event `message.received` on an agent's socket. */
  readonly shown: Sample;
}

export interface HubSample {
  /** So many requests at once, the next as soon as one is acknowledged: what the hub takes in, and how soon it has worked it off. */
  readonly burst: RoadSample;
  /** So many contacts on their way at once, the next as soon as one is on the agent's screen: the rate that lasts, and the wait. */
  readonly steady: RoadSample;
}

export type Command =
  | { readonly do: 'open'; readonly target: LoadTarget; readonly concurrency: number; readonly knownCustomers: number }
  | { readonly do: 'bare'; readonly count: number }
  | { readonly do: 'hub'; readonly customers: Customers; readonly count: number }
  | { readonly do: 'close' };

export interface Answers {
  open: null;
  bare: BareSamples;
  hub: HubSample;
  close: null;
}
