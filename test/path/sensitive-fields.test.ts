import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reseal, retireKeys } from '@patchbay/engine/privacy/keys';
import { sealedByKey } from '@patchbay/store/queries/sealed';
import { addSecretKey } from '@patchbay/store/embedded/secrets';
import { walkSensitiveRequests } from '@patchbay/engine/pipeline/sensitive-request';
import { reviewIdentity } from '@patchbay/engine/identity/review';
import { walkSensitive } from '@patchbay/engine/customer-file/sensitive';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { everythingStored, tracesOf } from '../support/traces.ts';
import { usePrivacyCentre } from '../support/privacy-centre.ts';

describe('sensitive fields', () => {
  const { centre, call } = usePrivacyCentre();

  it('are sealed and hidden, and shown to who says why', async () => {
    const { sql, hub } = centre();
    const label = { labelEn: 'Passport', labelZh: '护照' };
    const field = await call(
      'POST',
      '/custom-fields',
      { ...label, scope: 'customer', key: 'pass', type: 'text', sensitive: true },
      201,
    );
    const { id } = await call('POST', '/customers', { displayName: 'Sealed', identifiers: [] }, 201);
    const path = `/customers/${id}`;
    const set = () => call('PATCH', `${path}/fields`, { changes: [{ key: 'pass', value: 'C01X0006H' }] });
    const stored = async () =>
      (
        await sql.query<{ text: string }>(
          `select concat_ws(' ', c.fields, v.value) as text from customer c join customer_field_value v on v.customer_id = c.id where c.id = $1`,
          [id],
        )
      ).rows;
    const shown = (file: { fields: { key: string }[] }) => file.fields.find(({ key }) => key === 'pass');
    expect(shown(await set())).toMatchObject({ value: '••••6H', masked: true });
    // The same value again is no change, though it would be sealed otherwise.
    await set();
    expect(await stored()).toEqual([
      { text: expect.stringMatching(/^\{"pass": \{"sealed": true\}\} \{"sealed": "v2\.[^"]+"\}$/) },
    ]);
    expect((await call('GET', `${path}/fields/pass/history`)).items).toMatchObject([{ value: '••••6H', masked: true }]);
    const lost = await centre().api('PATCH', `/api/v1${path}/fields`, {
      changes: [{ key: 'pass', value: 'Other', version: null }],
    });
    expect([lost.status, JSON.stringify(lost.body).includes('C01X0006H')]).toEqual([409, false]);
    const wanted = { field: 'field:pass', reason: 'Asked for the number' };
    expect(await call('POST', `${path}/reveal`, wanted)).toMatchObject({ value: 'C01X0006H' });
    const trail = (await call('GET', `/audit?customerId=${id}`)).items;
    expect(trail[0]).toMatchObject({ action: 'customer.revealed', detail: wanted });
    expect(trail.map(({ action }: { action: string }) => action)).toContain('customer.read');

    await call('PUT', '/settings/privacy', { masking: { admin: { sensitive: 'shown' } } });
    expect(shown(await call('GET', `${path}/file`))).toMatchObject({ value: 'C01X0006H' });
    await call('PUT', '/settings/privacy', {});
    await call('PUT', `/custom-fields/${field.id}`, { ...label, sensitive: false });
    await walkSensitive(hub.parts);
    expect(await stored()).toEqual([{ text: '{"pass": "C01X0006H"} "C01X0006H"' }]);
    await call('PUT', `/custom-fields/${field.id}`, { ...label, sensitive: true });
    await walkSensitive(hub.parts);
    expect((await stored())[0]?.text).not.toContain('C01X0006H');
  });

  it('of tickets are sealed from the first moment, and those of before soon after', async () => {
    const { sql, ground, hub } = centre();
    const label = { labelEn: 'Number', labelZh: '号码' };
    const fields = [
      { ...label, key: 'iban', type: 'text', sensitive: true },
      { ...label, key: 'born', type: 'date' },
    ];
    const type = { nameEn: 'Refund', nameZh: '退款', fields };
    await call('POST', '/request-types', { ...type, key: 'refund' }, 201);
    const app = await addSource(centre().api, { replyBy: 'none' });
    const values = { iban: 'DE44500105175407324931', born: '1969-07-21' };
    const from = { externalId: 'sealed-1' };
    const id = randomUUID();
    expect(
      (await postTo(app, { id, from, text: 'Hello', acknowledge: false, requestType: 'refund', fields: values }))
        .status,
    ).toBe(202);
    const { ticketId, customerId } = await centre().received(id);
    const path = `/tickets/${ticketId}`;
    const hidden = { iban: '••••31', born: '1969-07-21' };
    expect(await call('GET', path)).toMatchObject({ fields: hidden, hiddenFields: ['iban'] });
    // What comes back as it was shown stays; another value is sealed, too.
    expect((await call('PATCH', path, { fields: hidden })).fields).toEqual(hidden);
    const reveal = (field: string) => call('POST', `/customers/${customerId}/reveal`, { field, reason: 'To pay it' });
    expect((await reveal(`ticket:${ticketId}:iban`)).value).toBe(values.iban);
    const later = 'GB29NWBK60161331926819';
    expect((await call('PATCH', path, { fields: { ...hidden, iban: later } })).fields.iban).toBe('••••19');
    expect((await reveal(`ticket:${ticketId}:iban`)).value).toBe(later);
    const traces = async (words: string[]) =>
      tracesOf(words, await everythingStored(sql, ground.env['DATA_DIR'] ?? ''));
    expect(await traces([values.iban, later])).toEqual([]);
    const changed = await eventually(
      async () =>
        (await call('GET', `${path}/events`)).items.filter(
          (one: { type: string }) => one.type === 'ticket.request-changed',
        ),
      (items) => items.length > 0,
    );
    expect(changed.at(-1).data.changes).toEqual([{ field: 'iban', from: '[sealed]', to: '[sealed]' }]);

    await call('PATCH', path, { fields: { ...hidden, born: '1969-07-22' } });
    await call('PUT', '/request-types/refund', {
      ...type,
      fields: fields.map((field) => ({ ...field, sensitive: true })),
    });
    expect((await call('GET', path)).hiddenFields.toSorted()).toEqual(['born', 'iban']);
    await walkSensitiveRequests(hub.parts);
    expect(await traces([values.born, '1969-07-22'])).toEqual([]);
    expect(await call('GET', '/audit/check')).toMatchObject({ broken: [] });
    expect((await reveal(`ticket:${ticketId}:born`)).value).toBe('1969-07-22');
  });

  it('are sealed in what comes back from quarantine', async () => {
    const { api, sql, ground } = centre();
    const label = { labelEn: 'Number', labelZh: '号码' };
    const option = (value: string) => ({ value, labelEn: value, labelZh: value });
    const type = (...reasons: string[]) => ({
      nameEn: 'Payback',
      nameZh: '退款',
      fields: [
        { ...label, key: 'account', type: 'text', sensitive: true },
        { ...label, key: 'why', type: 'choice', options: reasons.map(option) },
      ],
    });
    await call('POST', '/request-types', { ...type('late'), key: 'payback' }, 201);
    const app = await addSource(api, { replyBy: 'none' });
    const [id, account] = [randomUUID(), 'DE02120300000000202051'];
    // Too long for its row, so that its bytes are a file.
    for (const text of ['Hello', 'Hello '.repeat(15_000)]) {
      const message = { id: `${id}-${text.length}`, from: { externalId: 'sealed-2' }, text, requestType: 'payback' };
      expect((await postTo(app, { ...message, fields: { account, why: 'broken' } })).status).toBe(400);
    }
    await call('PUT', '/request-types/payback', type('late', 'broken'));
    const { items } = await call('GET', '/inbox?state=quarantined');
    expect(items).toHaveLength(2);
    for (const item of items) await call('POST', `/inbox/${item.id}/replay`);
    for (const length of [5, 90_000]) {
      const { ticketId } = await centre().received(`${id}-${length}`);
      expect((await call('GET', `/tickets/${ticketId}`)).fields).toEqual({ account: '••••51', why: 'broken' });
    }
    const rows = await everythingStored(sql, ground.env['DATA_DIR'] ?? '');
    expect(
      tracesOf(
        [account],
        rows.filter(({ where }) => !where.startsWith('files/')),
      ),
    ).toEqual([]);
  });

  it('leave at once nothing of what was compared of them before', async () => {
    const { sql } = centre();
    const twin = async () => {
      const { id } = await call('POST', '/customers', { displayName: 'Wendelin Ostrowski', identifiers: [] }, 201);
      const changes = [
        { key: 'birthDate', value: '1971-03-14' },
        { key: 'street', value: 'Zinnia Alley 77' },
        { key: 'postalCode', value: '10999' },
      ];
      await call('PATCH', `/customers/${id}/fields`, { changes });
      return id as string;
    };
    const [one, other, third] = [await twin(), await twin(), await twin()];
    const shown = async () => JSON.stringify((await call('GET', `/suggestions?customerId=${one}`)).items);
    await eventually(shown, (text) => text.includes('19710314') && text.includes('zinnia'), 30_000);
    await call('POST', `/customers/${other}/merge`, { otherId: third }, 201);
    const kept = async () =>
      (
        await sql.query<{ text: string }>(
          `select coalesce(string_agg(t, ' '), '') as text from (select reasons::text as t from suggestion union all select key from blocking_key
             union all select before::text from customer_merge) k`,
          [],
        )
      ).rows[0]?.text ?? '';
    const fields = (await call('GET', '/custom-fields?scope=customer')).items;
    for (const key of ['birthDate', 'street']) {
      const { id, ...field } = fields.find((found: { key: string }) => found.key === key);
      await call('PUT', `/custom-fields/${id}`, { ...field, sensitive: true });
    }
    // The year alone may also stand in an id or in the microseconds of a moment.
    const words = /1971-?03-?14|zinnia|door:/i;
    expect([words.exec(await kept()), words.exec(await shown())]).toEqual([null, null]);
    await walkSensitive(centre().hub.parts);
    await eventually(
      async () => (await sql.query('select 1 from identity_work', [])).rowCount,
      (left) => left === 0,
    );
    expect(words.exec(await kept())).toBeNull();
    for (const { id, ...field } of fields.filter(({ key }: { key: string }) => /birthDate|street/.test(key)))
      await call('PUT', `/custom-fields/${id}`, field);
  });

  it('compare nobody, also while they become so', async () => {
    const { sql, hub } = centre();
    const born = async () => {
      const { id } = await call('POST', '/customers', { displayName: 'Leokadia Brzozowska', identifiers: [] }, 201);
      await call('PATCH', `/customers/${id}/fields`, { changes: [{ key: 'birthDate', value: '1968-11-05' }] });
      return id as string;
    };
    const [one, other] = [await born(), await born()];
    const kept = async () =>
      (
        await sql.query<{ text: string }>(
          `select coalesce(string_agg(reasons::text, ' '), '') as text from suggestion where low_id = any ($1::uuid[])`,
          [[one, other]],
        )
      ).rows[0]?.text ?? '';
    await eventually(kept, (text) => text.includes('1968'), 30_000);
    const reviewed = await hub.parts.db.transaction(async (tx) => {
      await tx.query(`update custom_field set sensitive = true where scope = 'customer' and key = 'birthDate'`);
      await sql.query('insert into identity_work (customer_id) values ($1), ($2)', [one, other]);
      const review = reviewIdentity(hub.parts);
      await eventually(
        async () =>
          (
            await sql.query(
              `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            )
          ).rowCount,
        (waiting) => Number(waiting) > 0,
      );
      return { review };
    });
    await reviewed.review;
    // At once, and not only when they are compared the next time.
    expect(await kept()).not.toContain('1968');
    await sql.query(`update custom_field set sensitive = false where scope = 'customer' and key = 'birthDate'`);
  });

  it('are sealed anew with the newest key, as all that an older one sealed, which is forgotten', async () => {
    const { hub, sql, ground } = centre();
    const { parts } = hub;
    const { id } = await call('POST', '/http-sources', { name: 'Sealed' }, 201);
    const dataDir = ground.env['DATA_DIR'] ?? '';
    const before = parts.vault.keyId;
    await addSecretKey(dataDir, new Date(Date.now() - 3_600_000));
    parts.vault.refresh();
    expect(parts.vault.keyId).not.toBe(before);
    expect(await retireKeys(parts)).toBe(0);
    expect(await reseal(parts)).toBeGreaterThanOrEqual(2);
    expect([...(await sealedByKey(sql)).keys()]).toEqual([parts.vault.keyId]);
    const { rows: tickets } = await sql.query(`select 1 from ticket where jsonb_path_exists(fields, '$.*.sealed')`, []);
    expect(tickets.length).toBeGreaterThan(0);
    const { rows } = await sql.query<{ secret: string }>('select secret from http_source where id = $1', [id]);
    expect(parts.vault.unseal(rows[0]?.secret ?? '', `http-source:${id}`)).toMatch(/.{20}/);
    expect(await retireKeys(parts)).toBe(1);
    expect(JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')).earlierSecretKeys).toEqual([]);
    expect(await call('GET', '/settings/keys')).toMatchObject({ present: parts.vault.keyId });
  });
});
