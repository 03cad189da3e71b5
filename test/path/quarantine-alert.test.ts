import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { quarantine } from '@patchbay/engine/pipeline/receive';
import { evaluateAlerts } from '@patchbay/engine/watch/alerts';
import { describe, expect, it, vi } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { apiKey, startHub } from '../support/hub.ts';

describe('the alert about the quarantine', () => {
  it('goes by the clock that dates the contacts', async () => {
    await using hub = await startHub('postgres', { env: { ROLES: 'web' } });
    const { parts } = hub.hub;
    await quarantine(
      parts,
      { channel: 'sms', channelAccount: '/webhooks/twilio/sms', externalId: 'x' },
      'Not readable',
      { bytes: Buffer.from('x'), contentType: 'text/plain' },
    );
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 48 * 3600_000 });
    try {
      await evaluateAlerts(parts);
    } finally {
      vi.useRealTimers();
    }
    const { rows } = await parts.db.sql.query('select * from alert', []);
    expect(rows).toEqual([]);
  });

  it('fires once with two clocks, survives a restart, and clears once', async () => {
    await using stack = new AsyncDisposableStack();
    const hub = stack.use(await startHub('postgres'));
    const second = await createHub(loadEnvironment({ ...hub.ground.env, ROLES: 'clock', SMTP_INLET_PORT: '0' }));
    const desk = stack.use(await openDesk(hub.url, apiKey));
    const { sql } = hub.hub.parts.db;
    const told = async () =>
      (await sql.query<{ type: string }>(`select type from event where type like 'system.%' order by id`, [])).rows.map(
        (row) => row.type,
      );
    const limits = (await hub.api('GET', '/api/v1/watch-limits')).body;
    expect(limits.quarantine.oldestMinutes).toBe(60);
    const put = await hub.api('PUT', '/api/v1/watch-limits', {
      ...limits,
      quarantine: { ...limits.quarantine, newContacts: 3 },
    });
    expect(put).toMatchObject({ status: 200, body: { quarantine: { newContacts: 3 } } });
    expect((await hub.api('PUT', '/api/v1/watch-limits', { quarantine: {} })).status).toBe(400);

    await sql.query(
      `select receive_contact('sms', '/webhooks/twilio/sms', 'alert-' || n, null, null, 'x', 'text/plain', 'hash' || n, 'quarantined',
         'Not readable', 'correlation') from generate_series(1, 3) n`,
      [],
    );
    const event = await desk.event('system.alert');
    expect(event.data).toEqual({ key: 'quarantine', reasons: [{ code: 'many-new', value: 3, limit: 3 }] });
    await second[Symbol.asyncDispose]();
    await using _third = await createHub(loadEnvironment({ ...hub.ground.env, ROLES: 'clock', SMTP_INLET_PORT: '0' }));
    expect((await hub.api('GET', '/metrics')).body).toContain('patchbay_alert{key="quarantine"} 1');
    expect((await hub.api('GET', '/api/v1/metrics/wallboard')).body.alerts).toMatchObject([
      { key: 'quarantine', firing: true },
    ]);
    expect((await hub.api('GET', '/api/v1/alerts')).body.items).toMatchObject([{ key: 'quarantine', firing: true }]);

    const ids = (await hub.api('GET', '/api/v1/inbox?state=quarantined')).body.items.map(
      ({ id }: { id: string }) => id,
    );
    await hub.api('POST', '/api/v1/inbox/bulk', { action: 'discard', ids, reason: 'all of it' });
    await desk.event('system.alert-cleared');
    expect((await hub.api('GET', '/metrics')).body).toContain('patchbay_alert{key="quarantine"} 0');
    expect(await told()).toEqual(['system.alert', 'system.alert-cleared']);
  });

  it('tells again when a reason comes that was not there, and keeps what it says up to date', async () => {
    await using hub = await startHub('postgres', { env: { ROLES: 'web' } });
    const { parts } = hub.hub;
    const { sql } = parts.db;
    const arrive = (from: number, to: number) =>
      sql.query(
        `select receive_contact('sms', '/webhooks/twilio/sms', 'grow-' || n, null, null, 'x', 'text/plain', 'hash' || n, 'quarantined',
           'Not readable', 'correlation') from generate_series($1::int, $2::int) n`,
        [from, to],
      );
    const age = (external: string, minutes: number) =>
      sql.query(`update inbox set quarantined_at = now() - make_interval(mins => $2) where external_id like $1`, [
        external,
        minutes,
      ]);
    const state = async () => {
      await Promise.all([evaluateAlerts(parts), evaluateAlerts(parts)]);
      const { rows } = await sql.query<{ since: Date; version: string; reasons: { code: string; value: number }[] }>(
        'select since, xmin::text as version, reasons from alert',
        [],
      );
      const told = await sql.query(`select 1 from event where type like 'system.%'`, []);
      const [{ reasons, ...row }] = rows as [(typeof rows)[0]];
      return { ...row, told: told.rowCount, values: Object.fromEntries(reasons.map((one) => [one.code, one.value])) };
    };
    await arrive(1, 1);
    await age('grow-1', 61);
    const old = await state();
    expect(old).toMatchObject({ told: 1, values: { old: 3660 } });

    await arrive(2, 11);
    const many = await state();
    expect(many).toMatchObject({ told: 2, values: { 'many-new': 10, old: 3660 } });
    expect(many.since.getTime()).toBeGreaterThan(old.since.getTime());

    await arrive(12, 12);
    const more = await state();
    expect(more).toMatchObject({ told: 2, since: many.since, values: { 'many-new': 11, old: 3660 } });
    expect(await state()).toEqual(more);

    await age('grow-%', 61);
    expect(await state()).toMatchObject({ told: 2, since: many.since, values: { old: 3660 } });
  });

  it('is one alert while contacts trickle in around a limit', async () => {
    await using hub = await startHub('postgres', { env: { ROLES: 'web' } });
    const { parts } = hub.hub;
    const { sql } = parts.db;
    const arrive = (from: number, to: number) =>
      sql.query(
        `select receive_contact('sms', '/webhooks/twilio/sms', 'grow-' || n, null, null, 'x', 'text/plain', 'hash' || n, 'quarantined',
           'Not readable', 'correlation') from generate_series($1::int, $2::int) n`,
        [from, to],
      );
    await arrive(1, 10);
    await sql.query(
      `update inbox set quarantined_at = now() - make_interval(secs => 89 * substr(external_id, 6)::int)`,
      [],
    );
    // One comes in every minute and a half, a little late, and one is worked off.
    for (let n = 11; n < 21; n += 1) {
      await evaluateAlerts(parts);
      await sql.query(`update inbox set quarantined_at = quarantined_at - interval '90 seconds'`, []);
      await evaluateAlerts(parts);
      await arrive(n, n);
      await sql.query(
        `update inbox set state = 'discarded' where id = (select id from inbox where state = 'quarantined' order by quarantined_at limit 1)`,
        [],
      );
    }
    const told = async () =>
      (await sql.query<{ type: string }>(`select type from event where type like 'system.%' order by id`, [])).rows;
    expect(await told()).toEqual([{ type: 'system.alert' }]);
    await sql.query(`update inbox set quarantined_at = now() - interval '20 minutes'`, []);
    await evaluateAlerts(parts);
    expect(await told()).toEqual([{ type: 'system.alert' }, { type: 'system.alert-cleared' }]);
  });
});

it('the alert about mailboxes is told again for each that comes to fail, and only then', async () => {
  await using hub = await startHub('postgres', { env: { ROLES: 'web' } });
  const { parts } = hub.hub;
  const { sql } = parts.db;
  await sql.query(
    `insert into mail_account (address, provider, host, port, security, username, auth, folder, after_fetch, import_from, state)
     select name || '@brand.example', 'other', 'imap.example', 143, 'none', name, 'password', 'INBOX', 'keep', 'all', 'watching'
     from unnest(array['one', 'two']) name`,
    [],
  );
  const told = async (failing: string[]) => {
    await sql.query(
      `update mail_account set state = case when username = any ($1) then 'failing' else 'watching' end,
         last_error = case when username = any ($1) then 'No' end, last_error_code = case when username = any ($1) then 'authentication' end`,
      [failing],
    );
    await evaluateAlerts(parts);
    return (await sql.query(`select 1 from event where type = 'system.alert'`, [])).rowCount;
  };
  expect(await told(['one'])).toBe(1);
  expect(await told(['one', 'two'])).toBe(2);
  expect(await told(['two'])).toBe(2);
  expect(await told(['one'])).toBe(3);
  expect((await hub.api('GET', '/api/v1/alerts')).body.items).toMatchObject([
    { key: 'mailboxes', firing: true, reasons: [{ value: 1, accounts: [expect.any(String)] }] },
  ]);
});
