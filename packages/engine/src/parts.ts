import type { HubConfig } from '@patchbay/config';
import type { OpeningHours } from '@patchbay/domain';
import type { Channel } from '@patchbay/channels/channel';
import type { ChannelName, JobData, JobName } from '@patchbay/contracts';
import type { Database } from '@patchbay/store';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import type { Rush } from './rush.ts';
import type { Sources } from './sources.ts';
import type { HubFiles } from './files/store.ts';
import type { BlindIndex, Vault } from './secrets.ts';

/** Puts jobs on the queue. Never fails and never waits: a job is a hint, and when adding fails the sweep finds the row. */
export interface JobQueue {
  add<N extends JobName>(
    name: N,
    data: JobData<N>,
    options?: {
      delayMs?: number;
      /** Not when one like it is on the queue already. */
      once?: boolean;
      /** It may be gathered longer with others like it; `after-rush`: and contacts that come in a rush go first. */
      unhurried?: boolean | 'after-rush';
    },
  ): void;
  /** What is on the queue. Rejects when the queue does not answer. */
  depth(): Promise<QueueDepth>;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** Tells the relay that events were committed. Never fails and never waits. */
export interface Relay {
  nudge(): void;
}

/** Milliseconds. */
export interface SendingTimes {
  /** So long a provider may take for one message. */
  readonly limitMs: number;
  /** After so long, one after the other, the provider is asked about a send of unknown end. */
  readonly reconcileMs: readonly number[];
  /** So long after the hub was told to stop, what a provider has not answered yet is broken off. */
  readonly partingMs: number;
  /** While the database does not answer, how a send ended is written down again after so long, one after the other; the last holds on. */
  readonly writeAgainMs: readonly number[];
}

/** What the hub is made of. Every function of the pipeline takes these, and nothing is reached by import. */
export interface Parts {
  readonly config: HubConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly db: Database;
  readonly files: HubFiles;
  readonly channels: ReadonlyMap<ChannelName, Channel>;
  readonly jobs: JobQueue;
  readonly relay: Relay;
  readonly rush: Rush;
  /** Generated once per centre and kept in the database, so that every process signs alike. */
  readonly signingKey: Uint8Array;
  /** Seals what is entrusted to the hub: passwords and tokens of accounts. */
  readonly vault: Vault;
  /** Finds what is sealed or was erased by its value. */
  readonly blindIndex: BlindIndex;
  /** Sources that speak the webhook pair, with their secrets. */
  readonly sources: Sources;
  /** As configured: the calendar that the centre begins with. What holds is `readHours`. */
  readonly openingHours: OpeningHours;
  readonly now: () => Date;
  readonly sending: SendingTimes;
  /** Aborted when the hub, told to stop, waits no longer for providers. */
  readonly leaving: AbortSignal;
  /** So long after bytes were stored they are not removed. Milliseconds. */
  readonly fileGraceMs: number;
}
