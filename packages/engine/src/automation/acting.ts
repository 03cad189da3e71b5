/** What an action of a rule works with. */
import type { ChannelName, JobData, JobName } from '@patchbay/contracts';
import type { Queryable, TicketState } from '@patchbay/store';
import type { ClaimedRun } from '@patchbay/store/queries/automation-runs';
import type { Parts } from '../parts.ts';

/** The action may not or cannot be done; `why` is a code that the console has words for. */
export class Refusal extends Error {
  readonly why: string;
  constructor(why: string) {
    super(why);
    this.why = why;
  }
}

export interface Acting {
  /** Whose database is the transaction, and whose jobs leave after it. */
  readonly parts: Parts;
  readonly tx: Queryable;
  readonly run: ClaimedRun;
  readonly ticket: TicketState & { readonly channel: ChannelName };
  /** The action's place in the rule. */
  readonly place: number;
  /** What the events say. */
  readonly reason: string;
}

type LaterJob = () => void;

/** Parts that work inside a transaction: what they put on the queue waits in `later` until it is committed. */
export function within(parts: Parts, tx: Queryable, later: LaterJob[]): Parts {
  return {
    ...parts,
    db: { ...parts.db, sql: tx, transaction: (work) => work(tx) },
    jobs: {
      ...parts.jobs,
      add: <N extends JobName>(name: N, data: JobData<N>) => void later.push(() => parts.jobs.add(name, data)),
    },
    relay: { nudge: () => undefined },
  };
}
