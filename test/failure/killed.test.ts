import { randomInt } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

/** On each backend. */
const trials = 25;
/** So many are acknowledged before every other death. */
const enough = 4;

/** Posts until the hub is gone; answers the SIDs that were acknowledged. */
async function postUntilKilled(
  url: string,
  trial: number,
  stop: AbortSignal,
  onAcknowledged: (count: number) => void,
): Promise<string[]> {
  const acknowledged: string[] = [];
  await Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      for (let index = 0; !stop.aborted; index += 1) {
        const sid = `SM${String(trial).padStart(8, '0')}${String(lane).padStart(4, '0')}${String(index).padStart(20, '0')}`;
        // Every trial has nine people of its own, who write for the first time and then again.
        const from = `+49151${String(trial).padStart(3, '0')}${(lane + index) % 9}000`;
        const answer = await postSigned(
          url,
          '/webhooks/twilio/sms',
          smsFields({ sid, from, body: `Text ${sid}` }),
        ).catch(() => null);
        if (answer?.status === 200) {
          acknowledged.push(sid);
          onAcknowledged(acknowledged.length);
        }
        if (answer === null) return;
      }
    }),
  );
  return acknowledged;
}

onBothBackends('a hub killed at any moment', (backend) => {
  it(`loses and doubles nothing of what it acknowledged, in ${trials} trials`, async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    // One that ends in order makes the starts of all others quick.
    await (await startHubProcess(ground.env)).kill('SIGTERM');
    const acknowledged: string[] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      await using hub = await startHubProcess(ground.env);
      const stop = new AbortController();
      const some = Promise.withResolvers<void>();
      const posting = postUntilKilled(ground.url, trial, stop.signal, (count) => count >= enough && some.resolve());
      // On a slow machine none may be acknowledged for long.
      if (trial % 2 === 1) await Promise.race([some.promise, hub.exited]);
      // The moment of death is the one thing here that is left to chance: between any two steps of the pipeline.
      await new Promise((resolve) => setTimeout(resolve, randomInt(15, 250)));
      await hub.kill('SIGKILL');
      stop.abort();
      acknowledged.push(...(await posting));
    }
    expect(acknowledged.length).toBeGreaterThan(trials);

    await using _hub = await startHubProcess(ground.env);
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    await eventually(
      () => api('GET', '/api/v1/inbox?state=pending'),
      ({ body }) => body.items?.length === 0,
      60_000,
    );
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    const { rows } = await db.sql.query<{ external_id: string; n: number }>(
      'select external_id, count(*)::int as n from message where direction = $1 group by 1',
      ['in'],
    );
    const counts = new Map(rows.map((row) => [row.external_id, row.n]));
    expect(acknowledged.filter((sid) => counts.get(sid) !== 1)).toEqual([]);
    expect([...counts.values()].filter((n) => n !== 1)).toEqual([]);
    // One customer and one open ticket for each number, however often the hub died between finding nobody and making somebody.
    const { rows: people } = await db.sql.query<{ value: string; customers: number; tickets: number }>(
      `select i.value, count(distinct i.customer_id)::int as customers, count(distinct t.id)::int as tickets
       from identifier i join ticket t on t.customer_id = i.customer_id where i.kind = 'phone' group by 1`,
    );
    expect(people.filter((person) => person.customers !== 1 || person.tickets !== 1)).toEqual([]);
    // Each of them was sent one acknowledgement at the most. What a hub was handing over as it died may be none.
    const sends = await eventually(
      async () => Map.groupBy(carrier.calls.items, (call) => call.form['To'] ?? ''),
      (to) => to.size > trials,
      60_000,
    );
    expect([...sends].filter(([, calls]) => calls.length !== 1).map(([to]) => to)).toEqual([]);
    // Every event that was committed has its number, and the numbers have no gap.
    const {
      rows: [numbers],
    } = await db.sql.query<{ dense: boolean; waiting: number }>(
      `select count(seq) = coalesce(max(seq), 0) as dense, count(*) filter (where seq is null)::int as waiting from event`,
    );
    expect(numbers?.dense).toBe(true);
  }, 480_000);
});
