/** Name service for the checks of mail: remembers answers, gives up early, and asks nobody while no name server answers. */
import { Resolver } from 'node:dns/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { watchLoop } from './loop-watch.ts';

/** Answers as `node:dns/promises` `resolve` does: records, or an error with a `code`. */
export type MailDns = (name: string, type: string) => Promise<string[][] | string[]>;

/** Milliseconds. */
const queryMs = 1_000;
const answerAgeMs = 300_000;
const pauseMs = 30_000;
const mostAnswers = 5_000;
/** Codes that say nothing about the name: whoever was asked did not answer. */
const noAnswer = new Set(['ETIMEOUT', 'ECONNREFUSED', 'EAI_AGAIN', 'ECANCELLED', 'ENETUNREACH', 'EHOSTUNREACH']);

/** How often a question is asked again whose time ran out while the loop stood still. */
const mostAgain = 5;
/** How many times as long as it may take a mail's checks are waited for at the most, where the loop stands still over and over. */
const mostStretch = 8;

/** @param servers addresses with ports; the system's name servers when left out */
export function systemDns(servers?: readonly string[]): MailDns {
  const resolver = new Resolver({ timeout: queryMs, tries: 1 });
  if (servers) resolver.setServers(servers);
  return sparing(
    askedAgain((name, type) => resolver.resolve(name, type) as Promise<string[][] | string[]>),
    Date.now,
  );
}

/** A time that ran out while the loop stood still says nothing of the name server: its answer may lie there unread, and is given up unread. */
function askedAgain(ask: MailDns): MailDns {
  return async (name, type) => {
    using loop = watchLoop();
    for (let again = 0; ; again += 1)
      try {
        return await ask(name, type);
      } catch (error) {
        if (codeOf(error) !== 'ETIMEOUT' || again === mostAgain || !loop.isUnread) throw error;
        await nextTurn();
      }
  };
}

/**
 * `ask` with a memory and a breaker. When a query has no answer, the name servers are asked for the root zone, which no sender of mail can
 * slow down; only when that has none either are they left alone for 30 s. So nobody can switch the checks off by a slow domain.
 */
export function sparing(ask: MailDns, now: () => number): MailDns {
  const answers = new Map<string, { at: number; answer: Promise<string[][] | string[]> }>();
  let pausedUntil = 0;
  let probe: Promise<void> | undefined;

  const checkServers = async () => {
    const isUp = await ask('.', 'NS').then(
      () => true,
      (error: unknown) => !noAnswer.has(codeOf(error)),
    );
    if (!isUp) pausedUntil = now() + pauseMs;
    probe = undefined;
  };

  return async (name, type) => {
    if (now() < pausedUntil) throw withCode('ECANCELLED');
    const key = `${type} ${name.toLowerCase()}`;
    const found = answers.get(key);
    if (found && now() - found.at < answerAgeMs) return await found.answer;
    if (answers.size >= mostAnswers) answers.delete(answers.keys().next().value ?? '');
    const answer = ask(name, type);
    answers.set(key, { at: now(), answer });
    try {
      return await answer;
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOTFOUND' && code !== 'ENODATA') answers.delete(key);
      if (noAnswer.has(code)) await (probe ??= checkServers());
      throw error;
    }
  };
}

/**
 * `dns` for one mail: after `ms` altogether every question fails that has no answer yet; none is asked twice. Time for which the loop stood
 * still does not count, within limits.
 */
export function withDeadline(dns: MailDns, ms: number): { dns: MailDns; end: () => void } {
  const over = Promise.withResolvers<never>();
  const asked = new Map<string, ReturnType<MailDns>>();
  over.promise.catch(() => undefined);
  const loop = watchLoop();
  const begun = performance.now();
  let counted = 0;
  const ring = () => {
    const lost = loop.lostMs;
    const left = Math.min(ms + lost, ms * mostStretch) - (performance.now() - begun);
    if (lost === counted || left <= 0) return over.reject(withCode('ETIMEOUT'));
    counted = lost;
    timer = setTimeout(ring, left);
  };
  let timer = setTimeout(ring, ms);
  return {
    dns(name, type) {
      const key = `${type} ${name.toLowerCase()}`;
      const answer = asked.get(key) ?? Promise.race([dns(name, type), over.promise]);
      asked.set(key, answer);
      return answer;
    },
    end() {
      clearTimeout(timer);
      loop[Symbol.dispose]();
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function withCode(code: string): Error {
  return Object.assign(new Error(`name service: ${code}`), { code });
}
