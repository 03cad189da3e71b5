/** Jobs that an older release left on the queue say less, and lie where it put them: they are worked on all the same. */
import { openBackend, openQueue } from '@patchbay/engine/queues/wiring';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, centreNumber } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { startHub } from '../support/hub.ts';

onBothBackends('a message whose job names no channel', (backend) => {
  it('leaves although it lies among what waits for nobody outside', async () => {
    await using carrier = await startCarrierRest();
    await using hub = await startHub(backend, { env: carrierEnvironment(carrier.url) });
    await using db = openDatabase({ url: hub.ground.databaseUrl, poolSize: 1 });
    const text = async (words: string) => {
      const { rows } = await db.sql.query<{ id: string }>(
        `with c as (insert into customer (display_name) values ('Ada') returning id),
         t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
           select 'Parcel', 'sms', $1, id, '+4915112500001' from c returning *),
         m as (insert into message (ticket_id, direction, channel, channel_account, kind, body_text, delivery_status, recipients)
           select id, 'out', 'sms', $1, 'agent', $2, 'queued', array[contact_address] from t returning *)
         insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, correlation_id)
         select id, ticket_id, 'key', 'sms', $1, recipients[1], 'test' from m returning id`,
        [centreNumber, words],
      );
      return rows[0]?.id ?? '';
    };
    const [first, ...others] = await Promise.all(['Alone', 'Together', 'With it'].map(text));
    const url = hub.ground.env['REDIS_URL'] ?? hub.ground.databaseUrl;
    await using place = await openBackend({ kind: backend, url }, () => undefined);
    const queue = openQueue(place, 'dispatch', () => undefined);
    await queue.addAll([
      { name: 'send-outbound', data: { outboundId: first, round: 0 }, options: { jobId: `${first}-0` } },
      { name: 'send-outbounds', data: { outboundIds: others }, options: {} },
    ]);
    const begun = performance.now();
    for (const words of ['Alone', 'Together', 'With it'])
      await carrier.calls.until(({ form }) => form['Body'] === words, words, 4_000);
    // Before any sweep would have found their rows.
    expect(performance.now() - begun).toBeLessThan(4_000);
    await queue.close();
  });
});
