import { randomBytes, randomUUID } from 'node:crypto';
import type { Queryable } from '@patchbay/store';
import { keepPeriods, keepPrivacy } from '@patchbay/engine/privacy/clock';
import { presentSensitive } from '@patchbay/engine/privacy/masking';
import { erase } from '@patchbay/engine/privacy/erasure';
import { createVault } from '@patchbay/engine/secrets';
import { StartError } from '@patchbay/engine';
import { openBlindIndex } from '@patchbay/engine/privacy/keys';
import { describe, expect, it } from 'vitest';
import { expectProblem } from '../support/api-centre.ts';
import { usePrivacyCentre } from '../support/privacy-centre.ts';

describe('privacy', () => {
  const { centre, ask, call, anyone, somebody } = usePrivacyCentre();

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
    // Who looks again is written down again where ten minutes have ended in between, and only there.
    const tenMinutes = ({ at }: { at: string }) => Math.floor(Date.parse(at) / 600_000);
    const anew = (one: { at: string; action: string }, later?: { at: string; action: string }) =>
      one.action === 'customer.read' && later?.action === one.action && tenMinutes(later) !== tenMinutes(one);
    const once = trail.filter((one: { at: string; action: string }, at: number) => !anew(one, trail[at - 1]));
    expect(once.map(({ action }: { action: string }) => action)).toEqual([
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
    // The hub, whose clock looks for what is due, takes it for under way.
    await sql.query(
      `update privacy_request set due_at = now(), lease_until = now() + interval '1 hour' where id = $1`,
      [id],
    );
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
    // First the hold: the hub keeps the periods by itself, too.
    await call('PUT', `/customers/${old.customerId}/legal-hold`, { reason: 'A claim' }, 204);
    await call('PUT', '/settings/privacy', { retention: periods });
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
});
