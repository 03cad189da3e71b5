/**
 * Sees to it that every account that is switched on is fetched by exactly one process. Accounts are rows that change at any time, so
 * each process asks the database every second which of them are its own: a lease that ends soon after its holder does.
 */
import { randomUUID } from 'node:crypto';
import type { Mailbox } from '@patchbay/channels/mailbox';
import { holdMailAccounts, releaseMailAccounts } from '@patchbay/store/queries/mail-accounts';
import { outageLog } from '../outage.ts';
import type { Parts } from '../parts.ts';
import { type Runner, runAccount } from './runner.ts';

export interface MailAccountOptions {
  /** Milliseconds between looks at a mailbox: beside IDLE, and where the server has none. */
  readonly pollMs?: Mailbox['pollMs'];
  /** Milliseconds that a server may owe an answer. */
  readonly silenceMs?: number;
  /** Milliseconds between two times that mails of which a note was left are asked for. */
  readonly rareMs?: number;
  /** Milliseconds after which the accounts of a process that ended are taken over. */
  readonly leaseMs?: number;
}

/** Milliseconds. */
const askEvery = 1_000;
const usual = { pollMs: { beside: 60_000, without: 15_000 }, leaseMs: 20_000 };

export function startMailAccounts(
  parts: Pick<Parts, 'db' | 'vault' | 'log' | 'channels'>,
  options: MailAccountOptions = {},
): AsyncDisposable {
  const mailboxes = parts.channels.get('email')?.mailboxes;
  if (!mailboxes) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { pollMs, leaseMs, silenceMs, rareMs } = { ...usual, ...options };
  const holder = randomUUID();
  const runners = new Map<string, Runner>();
  const stopping = new Set<Promise<void>>();
  const outage = outageLog(parts.log, {
    fails: 'mail accounts not asked for',
    over: 'mail accounts are asked for again',
  });
  let leasedUntil = 0;
  let ended = false;

  const stop = (runner: Runner): Promise<void> => {
    const { id } = runner.held;
    // It stays in the map until it has ended, so that no second one begins beside it.
    const done: Promise<void> = runner.stop().finally(() => {
      if (runners.get(id) === runner) runners.delete(id);
      stopping.delete(done);
    });
    stopping.add(done);
    return done;
  };

  const ask = async (): Promise<void> => {
    const asked = Date.now();
    const accounts = await holdMailAccounts(parts.db.sql, holder, leaseMs);
    leasedUntil = asked + leaseMs;
    outage.worked();
    if (ended) return;
    const mine = new Map(accounts.map((account) => [account.id, account]));
    for (const [id, runner] of runners) {
      const account = mine.get(id);
      if (account?.revision !== runner.held.revision) void stop(runner);
      else if (account.wake !== runner.held.wake) {
        runner.held.wake = account.wake;
        runner.tryNow();
      }
    }
    for (const account of accounts)
      if (!runners.has(account.id))
        runners.set(account.id, runAccount(parts, mailboxes, account, { pollMs, silenceMs, rareMs, holder }));
  };

  let pending: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const round = () => {
    pending = ask()
      .catch((error: unknown) => {
        outage.failed(error);
        // Without the database the leases end, and others may fetch by now.
        if (Date.now() > leasedUntil) for (const runner of runners.values()) void stop(runner);
      })
      .finally(() => {
        if (!ended) timer = setTimeout(round, askEvery);
      });
  };
  round();

  return {
    async [Symbol.asyncDispose]() {
      ended = true;
      clearTimeout(timer);
      await pending;
      await Promise.all([...runners.values()].map(stop));
      await Promise.all(stopping);
      await releaseMailAccounts(parts.db.sql, holder).catch(() => undefined);
    },
  };
}
