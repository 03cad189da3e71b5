import { walkSensitiveRequests } from '@patchbay/engine/pipeline/sensitive-request';
import { reviewIdentity } from '@patchbay/engine/identity/review';
import { walkSensitive } from '@patchbay/engine/customer-file/sensitive';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { addSecretKey } from '@patchbay/store/embedded/secrets';
import type { Queryable } from '@patchbay/store';
import { sealedByKey } from '@patchbay/store/queries/sealed';
import { keepPeriods, keepPrivacy } from '@patchbay/engine/privacy/clock';
import { presentSensitive } from '@patchbay/engine/privacy/masking';
import { erase } from '@patchbay/engine/privacy/erasure';
import { createVault } from '@patchbay/engine/secrets';
import { StartError } from '@patchbay/engine';
import { openBlindIndex, reseal, retireKeys } from '@patchbay/engine/privacy/keys';
import { describe, expect, it } from 'vitest';
import { expectProblem, logIn, openApiCentre } from '../support/api-centre.ts';
import { eventually, type ApiClient } from '../support/client.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { shared } from '../support/shared.ts';
import { everythingStored, tracesOf } from '../support/traces.ts';

describe('privacy', () => {
  const centre = shared(openApiCentre);
  const ask = async (api: ApiClient, method: string, path: string, body?: unknown, status = 200) => {
    const answer = await api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const call = (method: string, path: string, body?: unknown, status = 200) =>
    ask(centre().api, method, path, body, status);
  const anyone = (name = 'Ada Visible') =>
    call(
      'POST',
      '/customers',
      {
        displayName: name,
        identifiers: [
          { kind: 'email', value: `${randomUUID().slice(0, 8)}.visible@example.org` },
          { kind: 'phone', value: `+4477009${String(Date.now()).slice(-5)}` },
        ],
      },
      201,
    );
  async function somebody(role: 'agent' | 'manager') {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { id } = await call('POST', '/agents', { name: `A ${role}`, role, ...credentials }, 201);
    return { id, api: (await logIn(centre().url, credentials)).api };
  }

  it('hides identifiers from a role when a manager says so, and writes down who looked and why', async () => {
    const customer = await anyone();
    const { id, api } = await somebody('agent');
    const mail = customer.identifiers.find(({ kind }: { kind: string }) => kind === 'email');
    expect((await ask(api, 'GET', `/customers/${customer.id}`)).identifiers).toMatchObject([
      { masked: false },
      { masked: false },
    ]);
    await call('PUT', '/settings/privacy', { masking: { agent: { email: 'own', phone: 'own' } } });
    const seen = await ask(api, 'GET', `/customers/${customer.id}`);
    expect(
      seen.identifiers
        .map(({ value }: { value: string }) => value)
        .toSorted()
        .toReversed(),
    ).toEqual([expect.stringMatching(/^.••••@••••\.org$/), expect.stringMatching(/^\+44 •••• \d{3}$/)]);
    // Whoever may not see it cannot find it by trying parts, and does by the whole.
    const part = mail.value.slice(0, 12);
    expect((await ask(api, 'GET', `/customers?q=${part}`)).items).toEqual([]);
    expect((await call('GET', `/customers?q=${part}`)).items).toHaveLength(1);
    expect((await ask(api, 'GET', `/customers?q=${encodeURIComponent(mail.value)}`)).items).toHaveLength(1);

    const wanted = { field: `identifier:${mail.id}`, reason: 'Asked to confirm the address' };
    expectProblem(await api('POST', `/api/v1/customers/${customer.id}/reveal`, wanted), 403, 'forbidden');
    const shown = await call('POST', `/customers/${customer.id}/reveal`, wanted);
    expect([shown.value, Date.parse(shown.until) - Date.now() <= 60_000]).toEqual([mail.value, true]);
    const trail = (await call('GET', `/audit?customerId=${customer.id}`)).items;
    expect(trail.map(({ action }: { action: string }) => action)).toEqual([
      'customer.revealed',
      'customer.reveal-refused',
      'customer.read',
      'customer.created',
    ]);
    expect(trail[0].detail).toEqual({ field: 'email', reason: wanted.reason });
    expect([trail[1].actorId, trail[2].actorId]).toEqual([id, id]);
    expect(JSON.stringify(trail)).not.toContain(mail.value);

    const { ticketId, customerId } = await centre().ticketByText('+447700900771');
    await centre().sql.query('update ticket set assignee_id = $1 where id = $2', [id, ticketId]);
    expect((await ask(api, 'GET', `/customers/${customerId}`)).identifiers).toMatchObject([
      { value: '+447700900771', masked: false },
    ]);
    await call('PUT', '/settings/privacy', { masking: { agent: { phone: 'masked' } } });
    expect((await ask(api, 'GET', `/tickets/${ticketId}`)).contactAddress).toBe('+44 •••• 771');
    expect((await ask(api, 'GET', `/tickets/${ticketId}/messages`)).items[0].from).toBe('+44 •••• 771');
    await call('PUT', '/settings/privacy', {});
    const asAgent = { agentId: id, role: 'agent' } as const;
    expect((await presentSensitive(centre().sql, asAgent, customerId))('DE89370400440532013000')).toEqual({
      value: '••••00',
      masked: true,
    });
    await call('PUT', '/settings/privacy', { masking: { agent: { sensitive: 'own' } } });
    expect((await presentSensitive(centre().sql, asAgent, customerId))('DE89')).toEqual({
      value: 'DE89',
      masked: false,
    });
    expect((await presentSensitive(centre().sql, asAgent, customer.id))('DE89')).toEqual({
      value: '••••',
      masked: true,
    });
    await call('PUT', '/settings/privacy', {});
  });

  it('keeps sensitive fields sealed, hides them, and shows them to who says why', async () => {
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

  it('keeps sensitive values of tickets sealed from the first moment, and those of before soon after', async () => {
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

  it('seals what comes back from quarantine', async () => {
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

  it('forgets at once what it compared of a field that becomes sensitive', async () => {
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
    await eventually(shown, (text) => text.includes('1971') && text.includes('zinnia'), 30_000);
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
    const words = /1971|zinnia|door:/i;
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

  it('compares nobody by a field that becomes sensitive meanwhile', async () => {
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

  it('keeps the trail as it was written', async () => {
    const { sql } = centre();
    await anyone('Trail');
    await keepPrivacy(centre().hub.parts);
    expect(await call('GET', '/audit/check')).toEqual({ seals: expect.any(Number), broken: [] });
    for (const text of [
      `update audit_entry set actor_id = 'x'`,
      `update audit_entry set seal_id = null`,
      'delete from audit_entry',
      'truncate audit_entry',
      `update event set data = '{}'`,
      'delete from event',
      'delete from audit_seal',
    ])
      await expect(sql.query(text, []), text).rejects.toThrow(/append-only|sealed once/);
    const csv = (await centre().api('GET', '/api/v1/audit.csv?action=customer.created')).body as string;
    expect(csv.split('\r\n')[0]).toContain('id,at,action,actorId');
    expect(csv).toContain('customer.created');

    // Somebody with the database's own rights gets round the trigger, and is found out.
    const db = centre().hub.parts.db;
    const tamper = (text: string) =>
      db.transaction(async (tx) => {
        await tx.query(`select set_config('patchbay.privacy', 'erasure', true)`, []);
        await tx.query(text, []);
      });
    await tamper(`update audit_entry set actor_id = 'x' where id = (select min(id) from audit_entry)`);
    expect((await call('GET', '/audit/check')).broken).toHaveLength(1);
    await tamper(`update audit_entry set actor_id = null where id = (select min(id) from audit_entry)`);
  });

  it('erases only what a second person has confirmed, and not while a hold stands', async () => {
    const customer = await anyone('Four Eyes');
    const manager = await somebody('manager');
    const path = `/customers/${customer.id}/privacy-requests`;
    const wanted = { kind: 'erasure', reason: 'Asked by letter' };
    expectProblem(await (await somebody('agent')).api('POST', `/api/v1${path}`, wanted), 403, 'forbidden');
    const asked = await call('POST', path, wanted, 201);
    expect(asked.state).toBe('asked');
    expect((await call('POST', path, wanted, 201)).id).toBe(asked.id);
    expectProblem(await centre().api('POST', `/api/v1/privacy/requests/${asked.id}/confirm`), 403, 'forbidden');
    expectProblem(await manager.api('POST', `/api/v1/privacy/requests/${asked.id}/confirm`), 403, 'forbidden');
    await call('POST', `/privacy/requests/${asked.id}/cancel`, { reason: 'Withdrawn' });
    const second = await ask(manager.api, 'POST', path, wanted, 201);
    const confirmed = await call('POST', `/privacy/requests/${second.id}/confirm`);
    expect([confirmed.state, Date.parse(confirmed.dueAt) > Date.now() + 2 * 86_400_000]).toEqual(['waiting', true]);
    const shown = (await call('GET', `/audit?customerId=${customer.id}`)).items.map(
      ({ action }: { action: string }) => action,
    );
    expect(shown).toEqual(
      expect.arrayContaining(['customer.erasure-asked', 'customer.request-cancelled', 'customer.erasure-confirmed']),
    );
    await call('POST', `/privacy/requests/${second.id}/cancel`, { reason: 'Enough' });
  });

  it('goes on with an erasure that was broken off at any point, and never does a step twice to somebody else', async () => {
    const { hub, sql } = centre();
    await call('PUT', '/settings/privacy', { erasure: { waitDays: 1, fourEyes: false } });
    const { ticketId, customerId } = await centre().ticketByText('+447700900911', 'Walnuts from +447700900911');
    const neighbour = await centre().ticketByText('+447700900912', 'Ask +44 7700 900911 about it');
    const { id } = await call(
      'POST',
      `/customers/${customerId}/privacy-requests`,
      { kind: 'erasure', reason: 'Asked' },
      201,
    );
    const broken = {
      ...hub.parts,
      db: {
        ...hub.parts.db,
        // Every fifth transaction ends before it commits.
        transaction: async <T>(work: (tx: Queryable) => Promise<T>) =>
          hub.parts.db.transaction(async (tx) => {
            const done = await work(tx);
            count += 1;
            if (count % 5 === 0) throw new Error('broken off');
            return done;
          }),
      },
    };
    let count = 0;
    let breaks = 0;
    await sql.query('update privacy_request set due_at = now() where id = $1', [id]);
    const state = async () => (await call('GET', `/privacy/requests/${id}`)).state;
    while ((await state()) !== 'done') {
      await Promise.all([erase(broken, id), erase(broken, id)].map((run) => run.catch(() => void (breaks += 1))));
    }
    expect(breaks).toBeGreaterThan(3);
    expect((await centre().messages(ticketId)).map(({ text }) => text)).toEqual(['[erased]', '[erased]']);
    expect((await centre().messages(neighbour.ticketId))[0]).toMatchObject({
      text: 'Ask [erased] about it',
      from: '+447700900912',
    });
    const { rows } = await sql.query(`select 1 from event where type = 'customer.erased' and customer_id = $1`, [
      customerId,
    ]);
    expect(rows).toHaveLength(1);
    await call('PUT', '/settings/privacy', {});
  });

  it('shows an export only to whoever asked for it', async () => {
    const customer = await anyone('Export');
    const manager = await somebody('manager');
    const asked = await ask(
      manager.api,
      'POST',
      `/customers/${customer.id}/privacy-requests`,
      { kind: 'export', reason: 'Asked' },
      201,
    );
    await expect
      .poll(async () => (await call('GET', `/privacy/requests/${asked.id}`)).state, { timeout: 20_000 })
      .toBe('done');
    expectProblem(await centre().api('POST', `/api/v1/privacy/requests/${asked.id}/link`), 409, 'conflict');
    const { url } = await ask(manager.api, 'POST', `/privacy/requests/${asked.id}/link`);
    expectProblem(await centre().api('GET', url), 410, 'gone');
    expect((await manager.api('GET', url)).status).toBe(200);
  });

  it('shows what a period would remove, and removes that and nothing else', async () => {
    const { sql, hub } = centre();
    const old = await centre().ticketByText('+447700900801', 'an old text');
    const young = await centre().ticketByText('+447700900802', 'a young text');
    const open = await centre().ticketByText('+447700900803', 'an open text');
    const ancient = async (ticketId: string) => {
      await sql.query(
        `update ticket set last_activity_at = now() - interval '400 days', status = 'closed' where id = $1`,
        [ticketId],
      );
      const id = `01800000-0000-7000-8000-${randomUUID().slice(-12)}`;
      await sql.query(
        `with made as (insert into ticket (id, subject, status, channel, channel_account, customer_id, contact_address, last_activity_at)
           select $2, subject, status, channel, channel_account, customer_id, contact_address, last_activity_at from ticket where id = $1 returning id)
         update message set ticket_id = made.id from made where ticket_id = $1`,
        [ticketId, id],
      );
      return id;
    };
    const emptied = await ancient(old.ticketId);
    await sql.query(`update ticket set last_activity_at = now() - interval '400 days' where id = $1`, [open.ticketId]);
    const periods = { messages: 365 };
    const { items } = await call('POST', '/settings/privacy/preview', periods);
    expect(items.find(({ kind }: { kind: string }) => kind === 'messages')).toMatchObject({
      count: 1,
      more: false,
      oldest: expect.any(String),
    });
    await call('PUT', '/settings/privacy', { retention: periods });
    await call('PUT', `/customers/${old.customerId}/legal-hold`, { reason: 'A claim' }, 204);
    await keepPeriods(hub.parts);
    expect((await centre().messages(emptied))[0]?.text).toBe('an old text');
    await call('POST', `/customers/${old.customerId}/legal-hold/release`, { reason: 'Settled' }, 204);
    await keepPeriods(hub.parts);
    for (const { text, from } of await centre().messages(emptied))
      expect([text, from]).toEqual(['[erased]', '[erased]']);
    expect((await centre().messages(young.ticketId))[0].text).toBe('a young text');
    expect((await centre().messages(open.ticketId))[0].text).toBe('an open text');
    const after = await call('POST', '/settings/privacy/preview', periods);
    expect(after.items.find(({ kind }: { kind: string }) => kind === 'messages')).toMatchObject({
      count: 0,
      removed: 1,
    });
    expect((await call('GET', '/audit?action=retention.applied')).items[0].detail).toMatchObject({
      kind: 'messages',
      removed: 1,
    });
    for (const kind of ['attachments', 'recordings', 'calls', 'raw', 'inbox', 'quarantine', 'customers', 'audit'])
      await call('POST', '/settings/privacy/preview', { [kind]: 1 });
    await call('PUT', '/settings/privacy', {
      retention: {
        attachments: 3000,
        recordings: 3000,
        calls: 3000,
        raw: 3000,
        inbox: 3000,
        quarantine: 3000,
        customers: 3000,
        audit: 3000,
      },
    });
    await keepPeriods(hub.parts);
    await call('PUT', '/settings/privacy', {});
  });

  it('does not start with a key that opens nothing, and says which are meant', async () => {
    const other = createVault(randomBytes(32));
    await expect(openBlindIndex(centre().hub.parts.db, other)).rejects.toThrow(StartError);
    await expect(openBlindIndex(centre().hub.parts.db, other)).rejects.toThrow(/SECRET_KEYS_EARLIER/);
  });

  it('seals anew with the newest key what an older one sealed, and forgets the older one', async () => {
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
