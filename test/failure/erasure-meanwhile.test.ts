/** A person is erased while others write, join and part: afterwards nothing of the person is left, and nobody else is gone. */
import { inboundContact } from '@patchbay/contracts';
import type { Hub } from '@patchbay/engine';
import { merge, split } from '@patchbay/engine/identity/merging';
import { ingestContact } from '@patchbay/engine/pipeline/ingest';
import { erase } from '@patchbay/engine/privacy/erasure';
import { databaseErrorCode, type Queryable } from '@patchbay/store';
import { addIdentifier, proveIdentifier } from '@patchbay/store/queries/identifiers';
import { insertPrivacyRequest, readPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import { describe, expect, it } from 'vitest';
import { startHub } from '../support/hub.ts';
import { insertPending } from '../support/inbox-row.ts';
import { shared } from '../support/shared.ts';

let contacts = 0;
const address = (world: string, name: number) => `n${name}@${world}.example`;

/** A mail of somebody who proves its address and, where it is given, another one. */
async function write({ parts }: Hub, world: string, name: number, also?: number): Promise<string> {
  contacts += 1;
  const identifiers = [name, ...(also === undefined ? [] : [also])].map((one) => ({
    kind: 'email',
    value: address(world, one),
    grade: 'known',
  }));
  const inboxId = await insertPending(
    parts.db.sql,
    inboundContact.parse({
      channel: 'email',
      channelAccount: 'email',
      externalId: `<${contacts}@${world}.example>`,
      kind: 'customer',
      identifiers,
      from: address(world, name),
      to: ['support@patchbay.test'],
      subject: `Mail ${contacts}`,
      text: `I am ${address(world, name)}`,
      receivedAt: new Date().toISOString(),
    }),
  );
  await ingestContact(parts, { inboxId });
  const { rows } = await parts.db.sql.query<{ id: string }>(
    'select customer_id as id from message where inbox_id = $1',
    [inboxId],
  );
  return rows[0]?.id ?? '';
}

const ask = async (sql: Queryable, customerId: string, askedBy: string | null = 'somebody') =>
  (
    await insertPrivacyRequest(sql, {
      kind: 'erasure',
      customerId,
      state: 'waiting',
      reason: 'Asked',
      askedBy,
      waitDays: 0,
    })
  ).id;

async function valuesOf(sql: Queryable, world: string): Promise<string[]> {
  const { rows } = await sql.query<{ value: string }>(
    `select i.value from identifier i join customer c on c.id = i.customer_id where i.value like $1 order by 1`,
    [`%@${world}.example`],
  );
  return rows.map(({ value }) => value);
}

describe('an erasure', () => {
  const hub = shared(() => startHub('postgres', { env: { ROLES: 'web' } }));
  const parts = () => hub().hub.parts;

  it('is of the person, whoever they were merged into while it waited', async () => {
    const [asker, other] = [await write(hub().hub, 'waited', 0), await write(hub().hub, 'waited', 1)];
    const id = await ask(parts().db.sql, asker);
    await merge(parts(), other, asker, 'somebody');
    const shown = await hub().api('GET', `/api/v1/privacy/requests?customerId=${other}`);
    expect(shown.body.items).toMatchObject([{ id, customerId: asker, state: 'waiting' }]);
    await erase(parts(), id);
    expect(await readPrivacyRequest(parts().db.sql, id)).toMatchObject({ state: 'done', counts: { customers: 2 } });
    expect(await valuesOf(parts().db.sql, 'waited')).toEqual([]);
  });

  it('waits for who is just writing something down of the person, and takes it, too', async () => {
    const customerId = await write(hub().hub, 'writing', 0);
    const id = await ask(parts().db.sql, customerId);
    const done = await parts().db.transaction(async (tx) => {
      await tx.query(
        `insert into identifier (customer_id, kind, value, grade) values ($1, 'email', 'n1@writing.example', 'known')`,
        [customerId],
      );
      const erased = erase(parts(), id);
      await expectWaiting(parts().db.sql);
      return { erased };
    });
    await done.erased;
    expect(await valuesOf(parts().db.sql, 'writing')).toEqual([]);
  });

  it('leaves a customer to whom nothing can be given any more', async () => {
    const { sql } = parts().db;
    const [customerId, other] = [await write(hub().hub, 'nothing', 0), await write(hub().hub, 'nothing', 1)];
    await erase(parts(), await ask(sql, customerId));
    const { rows } = await sql.query<{ id: string }>('select id from identifier where customer_id = $1', [other]);
    const proof = { kind: 'email', value: 'n2@nothing.example', channel: null, agentId: null } as const;
    const tries = [
      () =>
        split(parts(), {
          customerId: other,
          identifierId: rows[0]?.id ?? '',
          toCustomerId: customerId,
          displayName: null,
          agentId: 'somebody',
          reason: 'Theirs',
        }),
      () =>
        proveIdentifier(sql, { ...proof, customerId, source: 'code', reason: null, reference: 'x', mayMerge: true }),
      () =>
        parts().db.transaction((tx) =>
          addIdentifier(tx, { ...proof, customerId, extension: null, agentId: 'somebody' }),
        ),
    ];
    for (const one of tries)
      expect(['PB001', 'PB003']).toContain(
        databaseErrorCode(
          await one().then(
            () => null,
            (error: unknown) => error,
          ),
        ),
      );
    expect(await valuesOf(sql, 'nothing')).toEqual(['n1@nothing.example']);
    expect(await write(hub().hub, 'nothing', 0)).not.toBe(customerId);
  });

  it('of whom was silent too long is given up when they are heard of again while it waits', async () => {
    const { sql } = parts().db;
    const [silent, back] = [await write(hub().hub, 'silent', 0), await write(hub().hub, 'silent', 1)];
    const [gone, kept] = [await ask(sql, silent, null), await ask(sql, back, null)];
    await sql.query(`update ticket set status = 'closed' where customer_id = any ($1)`, [[silent, back]]);
    await write(hub().hub, 'silent', 1);
    await erase(parts(), kept);
    expect(await readPrivacyRequest(sql, kept)).toMatchObject({ state: 'cancelled' });
    await erase(parts(), gone);
    expect(await readPrivacyRequest(sql, gone)).toMatchObject({ state: 'done' });
    expect(await valuesOf(sql, 'silent')).toEqual([address('silent', 1)]);
  });
});

/** Somebody waits for a lock. */
async function expectWaiting(sql: Queryable): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await sql.query(
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like '%lock_person%'`,
          )
        ).rowCount,
      { timeout: 15_000 },
    )
    .toBe(1);
}
