/** Passes over the folder of a stand-in, for tests. */
import type { ChannelDeps } from '../../channel.ts';
import type { Mailbox, MailboxCursor, MailboxProgress } from '../../mailbox.ts';
import { testDeps } from '../test-deps.ts';
import { Breaks } from './breaks.ts';
import { fetchWaiting } from './fetch.ts';
import { fetchPassedOver } from './passed-over.ts';
import { type Answer, startStandIn } from './stand-in.ts';

export const cursor: MailboxCursor = {
  uidValidity: 1,
  lastUid: 0,
  importUntil: 3,
  importSince: null,
  importDone: 0,
  importTotal: 0,
  importLeft: 0,
  passedOver: [],
};

/** Goes once through what waits in the folder of a server that answers so. */
export async function fetchFrom(
  answer: Answer,
  silenceMs = 2_000,
  from = cursor,
  more: Partial<Mailbox> = {},
  broken: Partial<ChannelDeps> = {},
) {
  await using server = await startStandIn(answer);
  const deps = testDeps(broken);
  const saved: (MailboxCursor & MailboxProgress)[] = [];
  const mailbox: Mailbox = {
    host: '127.0.0.1',
    port: 0,
    security: 'none',
    username: 'box',
    silenceMs,
    credentials: async () => ({ password: '' }),
    address: 'box@centre.test',
    folder: 'INBOX',
    afterFetch: 'keep',
    moveTo: null,
    importFrom: 'all',
    importDays: null,
    authservId: null,
    createdAt: new Date('2026-03-01T00:00:00Z'),
    completeUntil: null,
    cursor: from,
    passedOverBefore: [],
    breaks: new Breaks(),
    pollMs: { beside: 1_000, without: 1_000 },
    save: async (to, progress) => void saved.push({ ...to, ...progress }),
    contact: async () => undefined,
    ...more,
  };
  const signal = new AbortController().signal;
  const pass = { client: server.client, mailbox, deps, signal };
  const passed = await fetchWaiting(pass, from)
    .then(({ cursor: to }) => fetchPassedOver(pass, to))
    .then(
      () => null,
      (error: unknown) => error,
    );
  const received = deps.recorded.received.map(({ contact }) => contact.externalId);
  const { quarantined, ended } = deps.recorded;
  return { error: passed, received, saved, asked: server.asked, quarantined, ended };
}

const mail = (uid: number) => `From: a@example.org\r\nMessage-ID: <m${uid}@example.org>\r\n\r\nHello\r\n`;
export const listing = (uid: number) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${mail(uid).length})\r\n`;
export const body = (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] {${mail(uid).length}}\r\n${mail(uid)})\r\n`;
export const inRange = (command: string, count = 3) =>
  (/^UID (?:FETCH|SEARCH UID) (\S+)/.exec(command)?.[1] ?? '').split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split(':').map((one) => (one === '*' ? count : Number(one)));
    return Array.from({ length: count }, (_, at) => at + 1).filter((uid) => uid >= first && uid <= last);
  });

/** What a server in order says to a search and a list, and null to what asks for mails. */
export const listed = (command: string, count = 3): string | null => {
  const uids = inRange(command, count);
  if (command.startsWith('UID SEARCH')) return `* SEARCH ${uids.join(' ')}\r\n`;
  return command.includes('BODY.PEEK[]') ? null : uids.map(listing).join('');
};

/** Connections one after the other, until one ends well or there were so many, and what came of them. */
export async function connectAgain(answer: Answer, most: number, from = cursor, deps: Partial<ChannelDeps> = {}) {
  const breaks = new Breaks();
  const passes: Awaited<ReturnType<typeof fetchFrom>>[] = [];
  const saved = () => passes.flatMap((pass) => pass.saved);
  while (passes.at(-1)?.error !== null && passes.length < most)
    passes.push(await fetchFrom(answer, 2_000, saved().at(-1) ?? from, { breaks }, deps));
  return {
    passes: passes.length,
    error: passes.at(-1)?.error,
    received: new Set(passes.flatMap(({ received }) => received)),
    quarantined: passes.flatMap(({ quarantined }) => quarantined),
    saved: saved(),
  };
}
export const names = (...uids: number[]) => new Set(uids.map((uid) => `<m${uid}@example.org>`));
export const all = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
