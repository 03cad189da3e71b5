import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { freePort, onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { spawnHub, startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';
import { openVisitor } from '../support/visitor.ts';

/** One `web`, two `worker` and one `clock`, each a process of its own. */
async function startApart(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const sink = stack.use(await startMailSink());
  const ground = stack.use(await createGround(backend, { ...carrierEnvironment(carrier.url), SMTP_URL: sink.url }));
  const healthPorts = { worker: await freePort(), clock: await freePort() };
  const telling = (role: 'worker' | 'clock') =>
    stack.use(spawnHub({ ...ground.env, HEALTH_PORT: String(healthPorts[role]) }, [`--roles=${role}`]));
  const workers = [telling('worker'), stack.use(spawnHub(ground.env, ['--roles=worker']))];
  const clock = telling('clock');
  stack.use(await startHubProcess(ground.env, ['--roles=web']));
  const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
  const desk = stack.use(await openDesk(ground.url, apiKey));
  const owned = stack.move();
  return {
    carrier,
    sink,
    ground,
    workers,
    clock,
    healthPorts,
    api,
    desk,
    url: ground.url,
    ...ticketClient(api, desk),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

onBothBackends('a web, two workers and a clock, each a process', (backend) => {
  const centre = shared(() => startApart(backend));

  it('take mail, texts and chats from the wire to the screen and back', async () => {
    const { api, ground, url, received, reply, sink, carrier } = centre();
    expect((await api('GET', '/readyz')).status).toBe(200);
    const messageId = `<${randomUUID()}@example.org>`;
    await mailProgram(ground.smtpPort)({ from: 'ada@example.org', messageId, subject: 'Lamp', text: 'Dark.' });
    const mail = await received(messageId);
    await sink.mails.until(
      ({ mail: sent }) => sent.headers.get('auto-submitted') === 'auto-replied',
      'the acknowledgement',
    );
    await reply(mail.ticketId, 'Change the bulb.');
    await sink.mails.until(({ mail: sent }) => sent.text?.includes('Change the bulb.') === true, 'the answer by mail');

    const text = smsFields({ sid: `SM${randomUUID().replaceAll('-', '')}`, from: '+4915112370001', body: 'Parcel?' });
    expect((await postSigned(url, '/webhooks/twilio/sms', text)).status).toBe(200);
    await reply((await received(text['MessageSid'] ?? '')).ticketId, 'Tomorrow.');
    await carrier.calls.until(({ form }) => form['Body'] === 'Tomorrow.', 'the answer by text');

    await using visitor = await openVisitor(url);
    const clientId = randomUUID();
    expect((await visitor.send({ text: 'Hello?', clientId })).ok).toBe(true);
    await reply((await received(`${visitor.session.visitorId}:${clientId}`)).ticketId, 'Good morning!');
    await visitor.messages.until(({ text: shown }) => shown === 'Good morning!', 'the answer by chat');
  });

  it('tell their health, each for itself', async () => {
    const { healthPorts } = centre();
    for (const port of Object.values(healthPorts)) {
      const get = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      const ready = await eventually(
        () => get('/readyz').catch(() => null),
        (answer) => answer !== null,
      );
      expect(await ready?.json()).toEqual({ status: 'ready', checks: { database: true, queue: true } });
      expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
      expect(await (await get('/metrics')).text()).toContain('patchbay_jobs_total');
      expect((await get('/api/v1/me')).status).toBe(404);
    }
  });

  it('lose and double nothing when a worker is killed in the middle', async () => {
    const { url, api, workers, ground, carrier } = centre();
    const texts = Array.from({ length: 120 }, (_, index) =>
      smsFields({
        sid: `SM${String(index).padStart(32, '0')}`,
        from: `+4915112371${String(index % 40).padStart(3, '0')}`,
        body: `Text ${index}`,
      }),
    );
    const waiting = [...texts];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let fields = waiting.shift(); fields; fields = waiting.shift()) {
          expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
          if (waiting.length === texts.length / 2) await workers[0]?.kill('SIGKILL');
        }
      }),
    );
    await eventually(
      () => api('GET', '/api/v1/inbox?state=pending'),
      ({ body }) => body.items?.length === 0,
      90_000,
    );
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    const { rows } = await db.sql.query<{ external_id: string; n: number }>(
      `select external_id, count(*)::int as n from message where direction = 'in' and sender like '+4915112371%' group by 1`,
    );
    expect(rows.map((row) => row.external_id).toSorted()).toEqual(
      texts.map((fields) => fields['MessageSid'] ?? '').toSorted(),
    );
    expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
    const { rows: tickets } = await db.sql.query<{ contact_address: string; n: number }>(
      `select contact_address, count(*)::int as n from ticket where contact_address like '+4915112371%' group by 1`,
    );
    expect(tickets).toHaveLength(40);
    expect(tickets.filter(({ n }) => n !== 1)).toEqual([]);
    // What the dead worker was just sending is not repeated; all else was sent, and nothing twice.
    const sent = await eventually(
      async () =>
        (
          await db.sql.query<{ status: string; n: number }>(
            `select status, count(*)::int as n from outbound where recipient like '+4915112371%' group by 1`,
          )
        ).rows,
      (states) => states.every(({ status }) => status === 'sent' || status === 'sending'),
      90_000,
    );
    expect(sent.reduce((sum, { n }) => sum + n, 0)).toBe(40);
    const toEach = Map.groupBy(
      carrier.calls.items.filter(({ form }) => form['To']?.startsWith('+4915112371')),
      ({ form }) => form['To'],
    );
    expect([...toEach.values()].filter((calls) => calls.length > 1)).toEqual([]);
    const {
      rows: [numbers],
    } = await db.sql.query<{ dense: boolean }>('select count(seq) = coalesce(max(seq), 0) as dense from event');
    expect(numbers?.dense).toBe(true);
  }, 240_000);

  it('stop when they are told to, having finished what was under way', async () => {
    const { workers, clock } = centre();
    for (const one of [workers[1], clock]) {
      await one?.kill('SIGTERM');
      expect(await one?.exited, one?.output()).toBe(0);
    }
  });

  it('show that no clock runs any more', async () => {
    const { api, ground, url } = centre();
    const clock = async () =>
      (await api('GET', '/api/v1/channel-health')).body.components.find(
        ({ kind }: { kind: string }) => kind === 'clock',
      );
    expect(await clock()).toMatchObject({ state: 'ok', lastContactAt: expect.any(String) });
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    await db.sql.query(`update setting set updated_at = now() - interval '61 seconds' where key = 'clock-beat'`);
    expect(await eventually(clock, ({ state }) => state !== 'ok')).toMatchObject({
      state: 'failing',
      reason: { code: 'not-answering', limit: 60 },
    });
    const age = /^patchbay_clock_beat_age_seconds (\S+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
    expect(Number(age)).toBeGreaterThan(60);
  });
});
