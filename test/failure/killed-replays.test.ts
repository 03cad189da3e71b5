import { openDatabase } from '@patchbay/store';
import { describe, expect, it } from 'vitest';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

const contacts = 1000;

describe('a hub killed while it replays', () => {
  it(`loses and doubles none of ${contacts} contacts`, async () => {
    await using ground = await createGround('postgres');
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    await using first = await startHubProcess(ground.env);
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 2 });
    const count = async (where: string) =>
      (await db.sql.query<{ n: number }>(`select count(*)::int as n from ${where}`)).rows[0]?.n ?? 0;
    await db.sql.query(
      `select receive_contact('sms', '+4930', 'killed-' || n, null, jsonb_build_object('channel', 'sms', 'channelAccount', '+4930', 'externalId',
           'killed-' || n, 'kind', 'customer', 'identifiers', jsonb_build_array(jsonb_build_object('kind', 'phone', 'value', '+49151' || (n % 50 + 10000000),
           'grade', 'known')), 'from', '+49151', 'text', 'Text ' || n, 'receivedAt', '2026-01-02T03:04:05Z'), 'x', 'text/plain', 'hash' || n, 'quarantined',
         'Not taken', 'correlation') from generate_series(1, $1) n`,
      [contacts],
    );
    let more = true;
    while (more) {
      const { status, body } = await api('POST', '/api/v1/inbox/bulk', {
        action: 'replay',
        filter: { channel: 'sms' },
      });
      expect(status).toBe(200);
      ({ more } = body);
    }
    await eventually(
      () => count(`inbox where state <> 'quarantined'`),
      (moved) => moved > 20,
    );
    await first.kill('SIGKILL');
    expect(await count(`inbox where state = 'quarantined'`)).toBeGreaterThan(0);

    await using _second = await startHubProcess(ground.env);
    await eventually(
      () => count(`inbox where state = 'done'`),
      (done) => done === contacts,
      60_000,
    );
    expect(await count(`message where inbox_id is not null`)).toBe(contacts);
    expect(await count(`(select distinct inbox_id from message where inbox_id is not null) m`)).toBe(contacts);
    expect(await count(`event where type = 'contact.replayed'`)).toBe(contacts);
    expect(await count(`event where type = 'message.received'`)).toBe(contacts);
    expect(await count(`ticket`)).toBe(50);
  }, 120_000);
});
