/** A contact's whole way through the hub: posted, acknowledged, stored, shown. */
import { openDatabase } from '@patchbay/store';
import type { HubEvent } from '@patchbay/contracts';
import { io } from 'socket.io-client';
import { createClient } from '../support/client.ts';
import { firstTexts } from './bare.ts';
import { createPoster } from './poster.ts';
import type { Customers, HubSample, LoadTarget, RoadSample } from './protocol.ts';
import { closedLoop, summarise } from './samples.ts';
import type { Span } from './samples.ts';
import { drainLimitMs, postingLimitMs } from './settings.ts';
import { signedPost } from './texts.ts';
import type { SignedPost, Text } from './texts.ts';

export interface Road extends AsyncDisposable {
  measure(customers: Customers, count: number): Promise<HubSample>;
}

type Texts = (customers: Customers, count: number) => Text[];

interface Seen {
  readonly at: number;
  readonly ticketId: string | null;
}

export async function openRoad(
  target: LoadTarget,
  concurrency: number,
  knownCustomers: number,
  texts: Texts,
): Promise<Road> {
  await using stack = new AsyncDisposableStack();
  const db = stack.use(openDatabase({ url: target.hubDatabaseUrl, poolSize: 2 }));
  const screen = stack.use(await openScreen(target));

  const travel = async (given: Text[], nextWhen: 'acknowledged' | 'shown'): Promise<RoadSample> => {
    const posts = given.map((text) => signedPost(target.hubUrl, text));
    using poster = createPoster(target.hubUrl, concurrency);
    const posted = new Map<string, number>();
    const acknowledged: Span[] = [];
    const clock = Date.now() - performance.now();
    await closedLoop(posts, concurrency, postingLimitMs, async (signed: SignedPost) => {
      const start = performance.now();
      posted.set(signed.sid, start);
      await poster.post(signed);
      acknowledged.push([start, performance.now()]);
      if (nextWhen === 'shown') await screen.see(signed.sid);
    });
    const shown = await Promise.all(
      [...posted].map(async ([sid, start]): Promise<Span> => [start, (await screen.see(sid)).at]),
    );
    const committed = await commitTimes(db, [...posted.keys()]);
    const stored = [...posted].map(([sid, start]): Span => [start, (committed.get(sid) ?? Number.NaN) - clock]);
    return { acknowledged: summarise(acknowledged), stored: summarise(stored), shown: summarise(shown) };
  };

  await settleKnown(target, firstTexts(texts, knownCustomers), screen);
  const owned = stack.move();
  return {
    async measure(customers, count) {
      const steady = await travel(texts(customers, count), 'shown');
      await quiet(db);
      const burst = await travel(texts(customers, count), 'acknowledged');
      await quiet(db);
      return { burst, steady };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Each known customer writes once, and the administrator takes the ticket: from here on they have an open one. */
async function settleKnown(target: LoadTarget, given: Text[], screen: Screen): Promise<void> {
  using poster = createPoster(target.hubUrl, 1);
  const api = createClient(target.hubUrl, { authorization: `Bearer ${target.apiKey}` });
  for (const text of given) {
    await poster.post(signedPost(target.hubUrl, text));
    const { ticketId } = await screen.see(text.sid);
    const answer = await api('POST', `/api/v1/tickets/${ticketId}/claim`);
    if (answer.status >= 300) throw new Error(`A ticket cannot be taken: ${answer.status}`);
  }
}

interface Screen extends Disposable {
  /** When the contact came up. @throws when it does not in `drainLimitMs` */
  see(sid: string): Promise<Seen>;
}

/** The agent's socket, which is shown everything since the key is the administrator's. */
async function openScreen({ hubUrl, apiKey }: LoadTarget): Promise<Screen> {
  const seen = new Map<string, PromiseWithResolvers<Seen>>();
  const entry = (sid: string) => {
    const found = seen.get(sid) ?? Promise.withResolvers<Seen>();
    seen.set(sid, found);
    return found;
  };
  const socket = io(`${hubUrl}/agents`, { auth: { apiKey }, transports: ['websocket'], reconnection: false });
  socket.on('event', ({ type, correlationId, ticketId }: HubEvent) => {
    if (type === 'message.received' && correlationId) entry(correlationId).resolve({ at: performance.now(), ticketId });
  });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  await socket.emitWithAck('resume', { after: 0 });
  return {
    async see(sid) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`A contact was not shown in ${drainLimitMs} ms`)),
        drainLimitMs,
      );
      try {
        return await Promise.race([entry(sid).promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.dispose]: () => void socket.close(),
  };
}

type Db = ReturnType<typeof openDatabase>;

/** When each message's transaction was committed, by the database itself, in milliseconds since 1970. */
async function commitTimes(db: Db, sids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.sql.query<{ sid: string; at: number }>(
    `select external_id as sid, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 as at from message where external_id = any ($1)`,
    [sids],
  );
  return new Map(rows.map(({ sid, at }) => [sid, at]));
}

/** What follows a contact (acknowledgements, offers) is worked off before the next measurement. */
async function quiet(db: Db): Promise<void> {
  const end = performance.now() + drainLimitMs;
  for (;;) {
    const { rows } = await db.sql.query<{ busy: boolean }>(
      `select exists (select 1 from outbound where status in ('queued', 'sending')) or exists (select 1 from event where seq is null) as busy`,
    );
    if (!rows[0]?.busy || performance.now() > end) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
