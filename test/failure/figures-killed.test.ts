import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { localDate } from '@patchbay/domain';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { freePort } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { eventually } from '../support/client.ts';
import { createGround } from '../support/hub.ts';
import { spawnHub, startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';

const recompute = fileURLToPath(new URL('../../services/hub/recompute-figures.ts', import.meta.url));
const batch = 30;

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await createGround('postgres', carrierEnvironment('http://127.0.0.1:1')));
  const first = stack.use(await startHubProcess(ground.env));
  const db = stack.use(openDatabase({ url: ground.databaseUrl, poolSize: 3 }));
  const owned = stack.move();
  /** A further hub on the same database, in the place of the first or beside it. */
  const begin = async (place: Record<string, string> = {}) =>
    owned.use(await startHubProcess({ ...ground.env, ...place }));
  return { ground, db, first, begin, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const centre = shared(startCentre);

it('figures are what the events add up to, whenever hubs were killed between an event and its figure', async () => {
  const { ground, db, first, begin } = centre();
  const second = await begin({ PORT: String(await freePort()), SMTP_INLET_PORT: '0' });
  let sent = 0;
  const contacts = () =>
    Promise.all(
      Array.from({ length: batch }, async () => {
        sent += 1;
        const from = `+49151124${String(sent % 20).padStart(5, '0')}`;
        const fields = smsFields({ sid: `SM${randomUUID().replaceAll('-', '')}`, from, body: 'Parcel?' });
        expect((await postSigned(ground.url, '/webhooks/twilio/sms', fields)).status).toBe(200);
      }),
    );
  const received = async () => {
    const { rows } = await db.sql.query<{ events: number; counted: number; behind: boolean }>(
      `select (select count(*)::int from event where type = 'message.received' and seq is not null) as events,
         (select coalesce(sum(received), 0)::int from figure_sum where grain = 1 and slice = 0) as counted,
         (select e.seq < r.last_seq from event_reader e, relay_state r where e.name = 'figures') as behind`,
    );
    return rows[0];
  };

  // Events are there and their figures are not: somebody holds the place of the reader.
  await db.transaction(async (tx) => {
    await tx.query(`select seq from event_reader where name = 'figures' for update`, []);
    await contacts();
    await eventually(received, (now) => now?.events === sent);
    await first.kill('SIGKILL');
    await second.kill('SIGKILL');
    expect(await received()).toMatchObject({ counted: 0, behind: true });
  });
  // And wherever the reader happens to be.
  const third = await begin();
  await contacts();
  await eventually(received, (now) => (now?.counted ?? 0) > 0);
  await third.kill('SIGKILL');

  await begin();
  await eventually(received, (now) => now?.events === sent && now.counted === sent && !now.behind);
  const command = spawnHub(ground.env, [localDate(new Date(), 'UTC')], recompute);
  expect([await command.exited, command.output()]).toEqual([0, expect.stringContaining('; 0 figures differ')]);
});
