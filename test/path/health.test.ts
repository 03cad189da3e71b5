import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { loadEnvironment } from '@patchbay/config';
import type { AccountHealth, ChannelHealth, ComponentHealth } from '@patchbay/contracts';
import { createHub } from '@patchbay/engine';
import { readComponents } from '@patchbay/engine/watch/components';
import { readAccounts } from '@patchbay/store/queries/channel-health';
import { describe, expect, it } from 'vitest';
import { addAgent, grace } from '../support/browser-desk.ts';
import { carrierEnvironment, centreNumber, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { apiKey, startHub, zoneAtNoon } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;
const account = (health: ChannelHealth, channel: string): AccountHealth | undefined =>
  health.accounts.find((one) => one.channel === channel);
const component = (health: ChannelHealth, kind: ComponentHealth['kind']) =>
  health.components.find((one) => one.kind === kind);

async function signedIn(url: string) {
  const login = await createClient(url, { origin: url })('POST', '/api/v1/session', {
    email: grace.email,
    password: grace.password,
  });
  const cookies = login.headers.getSetCookie().map((line) => line.split(';')[0]);
  return createClient(url, { cookie: cookies.join('; '), origin: url });
}

/** As a browser's own cache asks: `fetch` with this header would ask to leave every cache out. */
async function statusOf(hub: TestHub, etag: string): Promise<number | undefined> {
  const asked = get(`${hub.url}/api/v1/channel-health`, {
    headers: { authorization: `Bearer ${apiKey}`, 'if-none-match': etag },
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

async function setLimits(hub: TestHub, change: object) {
  const limits = (await hub.api('GET', '/api/v1/watch-limits')).body;
  await hub.api('PUT', '/api/v1/watch-limits', { ...limits, channels: { ...limits.channels, ...change } });
}

describe('the health of channels', () => {
  it('shows what comes in, what goes out, and a provider that has gone', async () => {
    await using stack = new AsyncDisposableStack();
    const carrier = await startCarrierRest();
    const hub = stack.use(
      await startHub('postgres', { env: { ...carrierEnvironment(carrier.url), TIME_ZONE: zoneAtNoon() } }),
    );
    const health = async (): Promise<ChannelHealth> => (await hub.api('GET', '/api/v1/channel-health')).body;
    const text = async (body: string) =>
      expect(
        (await postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid: newSid(), from: '+4915112341234', body })))
          .status,
      ).toBe(200);
    const hourNow = () => Math.floor(Date.now() / 3_600_000);
    const began = hourNow();
    await text('Hello there');
    await mailProgram(hub.ground.smtpPort)({
      from: 'ada@example.org',
      subject: 'Late mail',
      text: 'It was written two minutes ago.',
      date: new Date(Date.now() - 120_000),
    });
    await expect(mailProgram(hub.ground.smtpPort)({ from: 'a@example.org', to: 'b@example.org' })).rejects.toThrow();

    const well = await eventually(
      health,
      (seen) => account(seen, 'sms')?.lastSentAt != null && account(seen, 'email')?.ingestDelay.count === 1,
    );
    expect(account(well, 'sms')).toMatchObject({
      account: centreNumber,
      state: 'ok',
      contactsToday: 1,
      pending: 0,
      failed: 0,
      lastError: null,
      lastContactAt: expect.stringMatching(/Z$/),
      providerDelay: { count: 0, median: null, p95: null },
    });
    // In the last hour, or in the one before it where one has ended since.
    const trend = account(well, 'sms')?.trend ?? [];
    expect(trend.filter(Boolean)).toEqual([1]);
    expect(trend.length - 1 - trend.indexOf(1)).toBeLessThanOrEqual(hourNow() - began);
    const late = account(well, 'email')?.providerDelay;
    expect(late?.count).toBe(1);
    expect(late?.p95).toBeGreaterThan(115);
    expect(late?.p95).toBeLessThan(140);
    expect(component(well, 'smtp-inlet')).toMatchObject({
      state: 'ok',
      address: `127.0.0.1:${hub.ground.smtpPort}`,
      counts: { accepted: 1, refused: 1 },
    });
    expect(component(well, 'provider')).toMatchObject({ name: 'twilio', state: 'ok' });
    expect(component(well, 'queue')).toMatchObject({ state: 'ok', counts: { waiting: expect.any(Number) } });
    expect(component(well, 'database')?.state).toBe('ok');

    // What the hub itself holds back says nothing of the account.
    const tickets = (await hub.api('GET', '/api/v1/tickets?channel=sms')).body.items;
    const consent = { channel: 'sms', account: centreNumber, address: '+4915112341234', reason: 'said so' };
    await hub.api('PUT', '/api/v1/consents', { ...consent, state: 'withdrawn' });
    for (const kept of ['one', 'two', 'three'])
      await hub.api(
        'POST',
        `/api/v1/tickets/${tickets[0].id}/messages`,
        { text: kept },
        { 'idempotency-key': randomUUID() },
      );
    await eventually(
      async () => (await hub.api('GET', '/api/v1/outbox?status=failed')).body.items,
      (items) => items.length === 3,
    );
    const figures = (await readAccounts(hub.hub.parts.db.sql, '2026-01-01', 'UTC')).find(
      ({ channel }) => channel === 'sms',
    );
    expect(figures).toMatchObject({ failed: 0, lastError: null, lastSendErrorAt: null });
    await hub.api('PUT', '/api/v1/consents', { ...consent, state: 'granted' });

    await carrier[Symbol.asyncDispose]();
    await hub.api(
      'POST',
      `/api/v1/tickets/${tickets[0].id}/messages`,
      { text: 'Nobody takes this' },
      { 'idempotency-key': randomUUID() },
    );
    const gone = await eventually(health, (seen) => account(seen, 'sms')?.state === 'failing');
    expect(account(gone, 'sms')).toMatchObject({
      reason: { code: 'not-reached', value: 1 },
      outgoing: 1,
      lastErrorAt: expect.any(String),
    });
    expect(account(gone, 'sms')?.lastError).toMatch(/\S/);
    expect(component(gone, 'provider')).toMatchObject({
      state: 'failing',
      reason: { code: 'not-answering' },
      lastError: account(gone, 'sms')?.lastError,
    });
    expect(account(gone, 'email')?.state).toBe('ok');

    // An agent sees how it stands, and not what the provider wrote.
    await addAgent(hub.api);
    const agent = await signedIn(hub.url);
    const seen = await agent('GET', '/api/v1/channel-health');
    expect(seen.status).toBe(200);
    expect(account(seen.body, 'sms')).toMatchObject({
      state: 'failing',
      lastError: null,
      lastErrorAt: expect.any(String),
    });
    expect(JSON.stringify(seen.body)).not.toContain(account(gone, 'sms')?.lastError);

    // Asked again within the same reading, nothing is sent.
    await eventually(
      async () => {
        const first = (await hub.api('GET', '/api/v1/channel-health')).headers.get('etag') ?? '';
        return await statusOf(hub, first);
      },
      (status) => status === 304,
    );

    // While it is being tried once more it is not waiting.
    const tile = await eventually(
      async () =>
        (await agent('GET', '/api/v1/metrics/wallboard')).body.channels.find(
          ({ channel }: { channel: string }) => channel === 'sms',
        ),
      ({ backlog }) => backlog === 1,
    );
    expect(tile).toMatchObject({ channel: 'sms', state: 'failing', backlog: 1 });
    const queued = await eventually(
      async () => /patchbay_outbound_queued\{channel="sms"\} (\d+)/.exec((await hub.api('GET', '/metrics')).body)?.[1],
      (count) => count === '1',
    );
    expect(queued).toBe('1');
  });

  it('shows a source once, by its name, whatever of it was understood', async () => {
    await using stack = new AsyncDisposableStack();
    const hub = stack.use(
      await startHub('postgres', { env: { TIME_ZONE: zoneAtNoon(), SMTP_URL: 'smtp://127.0.0.1:1' } }),
    );
    const app = await addSource(hub.api, { name: 'Shop app' });
    const posted = async (body: object, path = '') => (await postTo(app, body, path)).status;
    expect(await posted({ id: 'm-1', text: 'Hello' })).toBe(202);
    expect(await posted({ id: 'm-2', text: 'Hello', requestType: 'not-yet', fields: {} })).toBe(400);
    expect(await posted({ id: 'o-1', status: 'lost' }, '/status')).toBe(400);
    const health = async (): Promise<ChannelHealth> => (await hub.api('GET', '/api/v1/channel-health')).body;
    const sources = ({ accounts }: ChannelHealth) => accounts.filter(({ channel }) => channel === 'http');
    const expected = {
      account: `http:${app.id}`,
      name: 'Shop app',
      quarantined: 2,
      contactsToday: 3,
      lastErrorAt: expect.any(String),
    };
    const seen = await health();
    expect(sources(seen)).toEqual([expect.objectContaining(expected)]);
    expect(seen.mailStays).toBe(false);
    const tiles = (await hub.api('GET', '/api/v1/metrics/wallboard')).body.channels;
    expect(tiles.filter(({ channel }: { channel: string }) => channel === 'http')).toEqual([
      expect.objectContaining({ account: `http:${app.id}`, name: 'Shop app', quarantined: 2 }),
    ]);
    const { items } = (await hub.api('GET', '/api/v1/inbox?state=quarantined')).body;
    expect(items).toHaveLength(2);
    for (const item of items) expect(item).toMatchObject({ channelAccount: `http:${app.id}`, accountName: 'Shop app' });

    // One that is understood now counts once as before.
    await hub.api('POST', '/api/v1/request-types', { key: 'not-yet', nameEn: 'Not yet', nameZh: '尚未' });
    const { id } = items.find(({ reason }: { reason: string }) => reason.includes('requestType'));
    expect((await hub.api('POST', `/api/v1/inbox/${id}/replay`)).status).toBe(200);
    const figures = await readAccounts(hub.hub.parts.db.sql, '2026-01-01', 'UTC');
    expect(figures.filter(({ channel }) => channel === 'http')).toEqual([
      expect.objectContaining({ ...expected, quarantined: 1 }),
    ]);
  });

  it('shows what a channel could not read with its one account, or only while it waits', async () => {
    await using hub = await startHub('postgres', {
      env: { ...carrierEnvironment('http://127.0.0.1:1'), TIME_ZONE: zoneAtNoon() },
    });
    const { sql } = hub.hub.parts.db;
    const texts = async () =>
      (await readAccounts(sql, '2026-01-01', 'UTC'))
        .filter(({ channel }) => channel === 'sms')
        .map(({ account: name, quarantined, lastContactAt }) => ({ name, quarantined, known: lastContactAt !== null }));
    const odd = () =>
      postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid: newSid(), from: '??? odd ???', body: newSid() }));
    expect((await odd()).status).toBe(400);
    expect(await texts()).toEqual([{ name: 'sms', quarantined: 1, known: false }]);

    const text = (To: string) =>
      postSigned(hub.url, '/webhooks/twilio/sms', {
        ...smsFields({ sid: newSid(), from: '+4915112341234', body: 'Hello' }),
        To,
      });
    expect((await text(centreNumber)).status).toBe(200);
    expect((await odd()).status).toBe(400);
    await texts();
    expect(await texts()).toEqual([{ name: centreNumber, quarantined: 2, known: true }]);

    // With two numbers nobody knows whose it was.
    expect((await text('+15005550099')).status).toBe(200);
    await texts();
    const both = [centreNumber, '+15005550099'].map((name) => ({ name, quarantined: 0, known: true }));
    expect(await texts()).toEqual([...both, { name: 'sms', quarantined: 2, known: false }]);
    await sql.query(`update inbox set state = 'discarded' where state = 'quarantined'`, []);
    expect(await texts()).toEqual(both);
  });

  it('tells of a send that is known to be lost only long after its claim, and takes one late end for what it is', async () => {
    await using hub = await startHub('postgres', {
      env: { ...carrierEnvironment('http://127.0.0.1:1'), ROLES: 'web' },
    });
    const { sql } = hub.hub.parts.db;
    const send = (status: string, number: string, minutes: number) =>
      sql.query(
        `with c as (insert into customer (display_name) values ('Ada') returning id),
           t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
             select 'x', 'sms', $2, id, 'u' from c returning id),
           m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status)
             select id, 'out', 'sms', $2, 'agent', $1 from t returning id, ticket_id)
         insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, correlation_id, status, error, claimed_at)
         select id, ticket_id, 'k', 'sms', $2, 'u', 'c', $1, case $1 when 'sent' then null else 'Gone' end, now() - make_interval(mins => $3) from m`,
        [status, number, minutes],
      );
    await readAccounts(sql, '2026-01-01', 'UTC');
    await send('unknown', '+15005550001', 180);
    await send('failed', '+15005550002', 12);
    await send('sent', '+15005550003', 12);
    const known = (await readAccounts(sql, '2026-01-01', 'UTC')).map(({ account: name, ...row }) => [
      name,
      row.lastSendErrorAt !== null && row.lastError,
      row.lastSentAt !== null,
    ]);
    expect(known).toEqual([
      ['+15005550001', 'Gone', false],
      ['+15005550002', 'Gone', false],
      ['+15005550003', false, true],
    ]);
  });

  it('takes one mailbox that is full for no failure of the account, and shows on the wallboard what is still to be fetched', async () => {
    await using stack = new AsyncDisposableStack();
    const mail = stack.use(await startMailServer());
    const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: mail.url } }));
    for (let n = 0; n < 6; n += 1) mail.failOnce('RCPT', 451, 'full@example.net');
    await mailProgram(hub.ground.smtpPort)({ from: 'full@example.net', text: 'Hello' });
    const { sql } = hub.hub.parts.db;
    const figures = await eventually(
      async () => (await readAccounts(sql, '2026-01-01', 'UTC')).find(({ channel }) => channel === 'email'),
      // Between two tries.
      (row) => row?.lastSendErrorAt != null && row.putOff === 1,
    );
    expect(figures).toMatchObject({ retrying: 0, putOff: 1, lastError: expect.stringContaining('451') });
    // However long it is put off.
    await sql.query(`update outbound set created_at = now() - interval '1 hour'`, []);
    const waiting = await eventually(
      async () => account((await hub.api('GET', '/api/v1/channel-health')).body, 'email'),
      (mailed) => mailed?.outgoing === 1,
    );
    expect(waiting).toMatchObject({ state: 'ok', outgoing: 1 });

    const at = '2026-05-20T10:00:00.000Z';
    await sql.query(
      `insert into mail_account (address, provider, host, port, security, username, auth, folder, after_fetch, import_from, state, backlog,
         last_delay, last_contact_at, last_error, last_error_code, last_error_at, lease_holder, lease_until)
       select name || '@brand.example', 'other', 'imap.example', 143, 'none', name, 'password', 'INBOX', 'keep', 'all', state, waiting,
         late, $1::timestamptz, error, case when error is not null then 'authentication' end, case when error is not null then $1::timestamptz end,
         gen_random_uuid(), now() + interval '1 hour'
       from (values ('box', 'importing', 900, null, null), ('outage', 'watching', 400, 95.2, null), ('calm', 'watching', 0, 1, null),
         ('locked', 'failing', 0, null, 'No entry for ada@brand.example')) as account (name, state, waiting, late, error)`,
      [at],
    );
    const tiles = await eventually(
      async () => (await hub.api('GET', '/api/v1/metrics/wallboard')).body.channels,
      (all: { account: string }[]) => all.some(({ account: name }) => name === 'box@brand.example'),
    );
    expect(tiles).toContainEqual(
      expect.objectContaining({
        account: 'box@brand.example',
        state: 'slow',
        backlog: 900,
        oldestAt: null,
        delay: null,
      }),
    );
    expect(tiles).toContainEqual(
      expect.objectContaining({ account: 'outage@brand.example', state: 'slow', backlog: 400, delay: 95 }),
    );
    expect(tiles).toContainEqual({
      channel: 'email',
      account: 'calm@brand.example',
      name: null,
      state: 'ok',
      reason: expect.objectContaining({ code: 'fine' }),
      lastContactAt: at,
      lastErrorAt: null,
      quarantined: 0,
      lost: 0,
      backlog: 0,
      oldestAt: null,
      delay: 1,
    });
    expect(tiles).toContainEqual(
      expect.objectContaining({
        account: 'locked@brand.example',
        state: 'failing',
        reason: expect.objectContaining({ code: 'sign-in-refused' }),
        lastContactAt: at,
        lastErrorAt: at,
      }),
    );
    // Whoever has a television's link sees it.
    expect(JSON.stringify(tiles)).not.toContain('ada@brand.example');
    expect(tiles).toContainEqual(
      expect.objectContaining({ account: 'email', lastContactAt: expect.any(String), lastErrorAt: expect.any(String) }),
    );
  });

  it('shows a backlog while nobody works it off, and its end', async () => {
    await using stack = new AsyncDisposableStack();
    const web = { ...carrierEnvironment('http://127.0.0.1:1'), ROLES: 'web', TIME_ZONE: zoneAtNoon() };
    const hub = stack.use(await startHub('postgres', { env: web }));
    await setLimits(hub, { slowSeconds: 1 });
    for (let n = 0; n < 3; n += 1)
      await postSigned(
        hub.url,
        '/webhooks/twilio/sms',
        smsFields({ sid: newSid(), from: `+491511234567${n}`, body: `Contact ${n}` }),
      );
    const health = async (): Promise<ChannelHealth> => (await hub.api('GET', '/api/v1/channel-health')).body;
    const behind = await eventually(health, (seen) => account(seen, 'sms')?.state === 'slow');
    expect(account(behind, 'sms')).toMatchObject({
      pending: 3,
      reason: { code: 'backlog', limit: 1 },
      oldestPendingAt: expect.any(String),
    });
    const metrics = (await hub.api('GET', '/metrics')).body as string;
    expect(metrics).toContain('patchbay_inbox_pending{channel="sms"} 3');
    expect(Number(/patchbay_inbox_oldest_pending_seconds\{channel="sms"\} (\S+)/.exec(metrics)?.[1])).toBeGreaterThan(
      0.5,
    );

    await using _worker = await createHub(loadEnvironment({ ...hub.ground.env, ROLES: 'worker' }));
    const caughtUp = await eventually(health, (seen) => account(seen, 'sms')?.pending === 0);
    expect(account(caughtUp, 'sms')).toMatchObject({
      oldestPendingAt: null,
      contactsToday: 3,
      ingestDelay: { count: 3 },
    });
    // They did wait, and the delay says so.
    expect(account(caughtUp, 'sms')?.ingestDelay.p95).toBeGreaterThan(0.5);
  });

  it('says which account has been silent for long, and which is in no use', async () => {
    await using stack = new AsyncDisposableStack();
    const hub = stack.use(await startHub('postgres', { env: { SMTP_INLET_PORT: '0' } }));
    await hub.hub.parts.db.sql.query(
      `insert into channel_account (channel, account, last_contact_at) values ('sms', '+49301', now() - interval '4 days'), ('email', 'email', now())`,
      [],
    );
    const health = async (): Promise<ChannelHealth> => (await hub.api('GET', '/api/v1/channel-health')).body;
    const body = await health();
    expect(body).toMatchObject({ mailStays: true, moreMailboxes: 0 });
    expect(account(body, 'sms')).toMatchObject({ state: 'silent', reason: { code: 'silent', limit: 72 * 3600 } });
    expect(account(body, 'email')?.state).toBe('ok');
    expect(component(body, 'smtp-inlet')).toMatchObject({
      state: 'off',
      reason: { code: 'not-set-up' },
      address: null,
    });

    await hub.api('POST', '/api/v1/mail-accounts', {
      address: 'box@patchbay.test',
      host: '127.0.0.1',
      port: 1,
      security: 'none',
      username: 'box',
      password: 'secret',
    });
    const { body: later } = await eventually(
      () => hub.api('GET', '/api/v1/channel-health'),
      (answer) => component(answer.body, 'mailbox')?.state === 'failing',
    );
    expect(component(later, 'mailbox')).toMatchObject({
      name: 'box@patchbay.test',
      address: '127.0.0.1:1',
      lastError: expect.any(String),
      nextTryAt: expect.any(String),
      counts: { backlog: 0 },
    });

    const { body: boxes } = await hub.api('GET', '/api/v1/mail-accounts');
    const { id } = boxes.items[0];
    // Between two tries nothing has become better.
    await hub.hub.parts.db.sql.query(
      `update mail_account set state = 'connecting', lease_holder = gen_random_uuid(), lease_until = now() + interval '1 hour'`,
      [],
    );
    await expect(readComponents(hub.hub.parts, [])).resolves.toContainEqual(
      expect.objectContaining({ kind: 'mailbox', state: 'failing', lastError: expect.any(String) }),
    );
    await hub.api('PATCH', `/api/v1/mail-accounts/${id}`, { enabled: false });
    await expect(readComponents(hub.hub.parts, [])).resolves.toContainEqual(
      expect.objectContaining({ kind: 'mailbox', state: 'off', reason: { code: 'paused', value: null, limit: null } }),
    );

    // More than are shown.
    await hub.hub.parts.db.sql.query(
      `insert into mail_account select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'address', 'more-' || n || '@patchbay.test', 'username', 'more-' || n))).*
       from mail_account m, generate_series(1, 202) n`,
      [],
    );
    const all = await eventually(health, ({ moreMailboxes }) => moreMailboxes > 0);
    expect(all.moreMailboxes).toBe(3);
    expect(all.components.filter(({ kind }) => kind === 'mailbox')).toHaveLength(200);
  });
});
