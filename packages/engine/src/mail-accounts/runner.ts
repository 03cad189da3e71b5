/** Runs one account as long as this process holds it: connects, watches, and after a failure waits longer each time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@patchbay/channels/email/imap/backoff';
import { Breaks } from '@patchbay/channels/email/imap/breaks';
import { problemOf } from '@patchbay/channels/email/imap/problem';
import { type Mailbox, type MailboxControl, type MailboxNews, MailProblem } from '@patchbay/channels/mailbox';
import {
  type HeldMailAccount,
  type MailAccountRow,
  markMailConnecting,
  markMailContact,
  markMailFailure,
  readMailAccount,
  saveMailCursor,
} from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';
import { credentialsOf } from './credentials.ts';

export interface RunnerOptions {
  /** Milliseconds; see {@link Mailbox.pollMs}. */
  readonly pollMs: Mailbox['pollMs'];
  readonly silenceMs?: number | undefined;
  readonly rareMs?: number | undefined;
  readonly holder: string;
}

export interface Runner {
  readonly held: HeldMailAccount;
  /** Ends the wait after a failure, or the connection, so that the mailbox is looked at now. */
  tryNow(): void;
  /** Resolves when mails in progress are done. */
  stop(): Promise<void>;
}

/** Milliseconds to the next try at the most where a connection broke off at one mail: the others are not to wait. */
const mostAfterBreak = 30_000;
/** Milliseconds between two notes that an account is well. */
const noteEvery = 5_000;

type RunnerParts = Pick<Parts, 'db' | 'vault' | 'log'>;

export function runAccount(
  parts: RunnerParts,
  mailboxes: MailboxControl,
  held: HeldMailAccount,
  options: RunnerOptions,
): Runner {
  const stopping = new AbortController();
  let attempt = new AbortController();
  const credentials = credentialsOf(parts, held);
  const breaks = new Breaks();

  let failures = 0;

  /** One connection from its beginning to its end. */
  const once = async (signal: AbortSignal): Promise<void> => {
    const account = await readMailAccount(parts.db.sql, held.id);
    if (!account || account.revision !== held.revision) return stopping.abort();
    await markMailConnecting(parts.db.sql, { ...held, holder: options.holder });
    const lease = new AbortController();
    const box = mailboxOf(parts, account, options, () => lease.abort());
    const save: Mailbox['save'] = async (cursor, progress) => {
      await box.save(cursor, progress);
      // A connection over which mail came was well.
      if (progress.received) failures = 0;
    };
    await mailboxes.watch(
      { ...box, save, breaks, credentials: (refused) => credentials(refused, signal) },
      AbortSignal.any([signal, lease.signal]),
    );
    if (lease.signal.aborted) stopping.abort();
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      attempt = new AbortController();
      const signal = AbortSignal.any([stopping.signal, attempt.signal]);
      const begun = Date.now();
      try {
        await once(signal);
        failures = 0;
      } catch (error) {
        // A connection that held for a while was well.
        failures = Date.now() - begun > 60_000 ? 1 : failures + 1;
        const usual = backoffMs(failures, Math.random());
        const wait = breaks.hasSuspects ? Math.min(usual, mostAfterBreak) : usual;
        await fail(parts, { ...held, holder: options.holder }, error, wait);
        await sleep(wait, undefined, { signal }).catch(() => undefined);
        if (attempt.signal.aborted) failures = 0;
      }
    }
  };
  const ended = run();
  return {
    held,
    tryNow: () => attempt.abort(),
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function fail(
  parts: RunnerParts,
  held: { id: string; revision: number; holder: string },
  error: unknown,
  waitMs: number,
): Promise<void> {
  const problem = error instanceof MailProblem ? error : problemOf(error);
  const { code } = (problem.cause ?? {}) as { code?: unknown };
  parts.log.warn({ accountId: held.id, problem: problem.code, code, waitMs }, 'mail account failed');
  // When the database is what fails, there is nowhere to note it.
  await markMailFailure(parts.db.sql, held, { code: problem.code, text: problem.message }, waitMs).catch(
    (cause: unknown) => parts.log.warn({ err: cause, accountId: held.id }, 'mail account failure not noted'),
  );
}

function notNoted(cause: unknown): never {
  throw new MailProblem('hub', 'How far the mailbox was fetched could not be noted in the database', cause);
}

/** That of an account which is not changed since it was set up. */
const firstRevision = 1;

// What came while a new account could not be opened, or nobody had signed in, is new, too.
function wantedSince({ uidValidity, importSince, createdAt, failures, revision }: MailAccountRow): Date | null {
  const waited = uidValidity === null && (failures > 0 || revision > firstRevision);
  return importSince ?? (waited ? createdAt : null);
}

function mailboxOf(
  parts: RunnerParts,
  account: MailAccountRow,
  options: RunnerOptions,
  lost: () => void,
): Omit<Mailbox, 'credentials' | 'breaks'> {
  const held = { id: account.id, revision: account.revision, holder: options.holder };
  let noted = { at: 0, text: '' };
  let connected = false;
  return {
    ...account,
    cursor: { ...account, importSince: wantedSince(account) },
    pollMs: options.pollMs,
    ...(options.silenceMs !== undefined && { silenceMs: options.silenceMs }),
    ...(options.rareMs !== undefined && { rareMs: options.rareMs }),
    async save(cursor, progress) {
      if (await saveMailCursor(parts.db.sql, held, cursor, progress).catch(notNoted)) return;
      lost();
      throw new MailProblem('hub', 'Another process fetches this account now');
    },
    async contact(news: MailboxNews) {
      const text = `${news.backlog} ${news.problem?.message ?? ''}`;
      if (connected && text === noted.text && Date.now() - noted.at < noteEvery) return;
      const problem = news.problem && { code: news.problem.code, text: news.problem.message };
      const { backlog, completeUntil } = news;
      await markMailContact(parts.db.sql, held, { connected: !connected, backlog, problem, completeUntil }).catch(
        notNoted,
      );
      connected = true;
      noted = { at: Date.now(), text };
    },
  };
}
