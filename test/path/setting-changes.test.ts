import { randomUUID } from 'node:crypto';
import { writeSetting } from '@patchbay/store';
import { changeSetting } from '@patchbay/engine/setting-changes';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';

const secrets = ['hunter2-password', 'client-s3cret'];

describe('changes of the configuration', () => {
  const centre = shared(openApiCentre);
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  /** Once the relay has given them their numbers. */
  const told = async (query: string) => {
    await eventually(
      () => centre().sql.query('select 1 from event where seq is null'),
      ({ rowCount }) => rowCount === 0,
    );
    return (await call('GET', `/settings/changes?${query}`)).items.map(({ data }: { data: unknown }) => data);
  };

  it('are told of with who made them, from what to what, and never with a secret', async () => {
    const { desk } = centre();
    const key = `k${randomUUID().slice(0, 8)}`;
    const names = { nameEn: 'Refund', nameZh: '退款' };
    await call('POST', '/request-types', { key, ...names }, 201);
    await call('PUT', `/request-types/${key}`, { ...names, priority: 5 });
    await call('PUT', `/request-types/${key}`, { ...names, priority: 5 });
    const form = { titleEn: 'Refunds', titleZh: '退款', requestTypes: [key] };
    await call('POST', '/web-forms', { slug: key, ...form }, 201);
    await call('DELETE', `/request-types/${key}`, undefined, 409);
    await call('PUT', `/web-forms/${key}`, { ...form, enabled: false });
    await call('DELETE', `/request-types/${key}`, undefined, 204);
    await call('PUT', `/web-forms/${key}`, form, 422);
    expect(await told(`key=${key}&setting=request-type`)).toEqual([
      { setting: 'request-type', key, from: expect.objectContaining({ priority: 5 }), to: null },
      { setting: 'request-type', key, from: { priority: 0 }, to: { priority: 5 } },
      { setting: 'request-type', key, from: null, to: expect.objectContaining(names) },
    ]);
    expect(await told(`key=${key}&setting=web-form`)).toMatchObject([
      { from: { enabled: true }, to: { enabled: false } },
      { from: null, to: { slug: key } },
    ]);

    const source = await call('POST', '/http-sources', { name: 'Told of' }, 201);
    await call('PUT', `/http-sources/${source.id}`, { name: 'Told of', enabled: false });
    await call('POST', `/http-sources/${source.id}/secret`);
    const [rotated, off, made] = await told(`key=${source.id}`);
    expect(rotated.from.secretMark).not.toBe(rotated.to.secretMark);
    expect([off, made]).toMatchObject([{ to: { enabled: false } }, { from: null, to: { name: 'Told of' } }]);

    const account = await call(
      'POST',
      '/mail-accounts',
      {
        address: `${key}@example.org`,
        provider: 'other',
        host: 'imap.example.org',
        port: 993,
        security: 'tls',
        username: key,
        auth: 'password',
        password: secrets[0],
        enabled: false,
      },
      201,
    );
    await call('PATCH', `/mail-accounts/${account.id}`, { password: `${secrets[0]}-2` });
    await call('DELETE', `/mail-accounts/${account.id}`, undefined, 204);
    const [gone, renewed] = await told(`key=${account.id}&setting=mail-account`);
    expect(Object.keys(renewed.to)).toEqual(['passwordMark']);
    expect(gone).toMatchObject({ from: { username: key }, to: null });

    const identity = await call('POST', '/mail-identities', { address: `${key}@patchbay.test`, name: 'Refunds' }, 201);
    await call('PATCH', `/mail-identities/${identity.id}`, { name: 'Refund desk' });
    await call('DELETE', `/mail-identities/${identity.id}`, undefined, 204);
    expect(await told(`key=${identity.id}`)).toMatchObject([
      { setting: 'mail-identity', to: null },
      { from: { name: 'Refunds' }, to: { name: 'Refund desk' } },
      { from: null },
    ]);

    const content = { contentSid: `HX${'0'.repeat(32)}`, body: 'Hello', labels: [] };
    const template = await call(
      'POST',
      '/templates',
      { channel: 'whatsapp', name: key, language: 'en', ...content },
      201,
    );
    await call('PATCH', `/templates/${template.id}`, { state: 'retired' });
    await call('DELETE', `/templates/${template.id}`, undefined, 204);
    expect(await told(`key=${template.id}`)).toMatchObject([
      { to: null },
      { to: { state: 'retired' } },
      { from: null },
    ]);

    const limits = await call('GET', '/watch-limits');
    await call('PUT', '/watch-limits', { ...limits, quarantine: { ...limits.quarantine, waiting: 77 } });
    await call('PUT', '/settings/messaging', { helpReply: true, helpText: 'Ring us' });
    expect(await told('setting=watch-limits')).toMatchObject([{ key: null, to: { quarantine: { waiting: 77 } } }]);
    expect(await told('setting=messaging')).toMatchObject([{ from: { helpReply: false }, to: { helpReply: true } }]);

    const all = await call('GET', '/settings/changes?limit=200');
    for (const secret of [...secrets, source.secret, 'whsec_']) expect(JSON.stringify(all)).not.toContain(secret);
    const { id } = await call('GET', '/me');
    expect(new Set(all.items.map(({ actorId }: { actorId: string }) => actorId))).toEqual(new Set([id]));
    expect((await call('GET', `/settings/changes?limit=200&actorId=${id}`)).items).toHaveLength(all.items.length);
    expect((await call('GET', '/settings/changes?actorId=nobody')).items).toEqual([]);
    const pages = await call('GET', '/settings/changes?limit=2');
    const next = await call('GET', `/settings/changes?limit=2&cursor=${pages.nextCursor}`);
    expect([...pages.items, ...next.items]).toEqual(all.items.slice(0, 4));
    await desk.event('setting.changed', ({ data }) => data['setting'] === 'messaging');
  });

  it('of what is known of customers are told of alike', async () => {
    const key = `k${randomUUID().slice(0, 8)}`;
    const field = { labelEn: 'Size', labelZh: '尺码', required: false };
    const { id } = await call('POST', '/custom-fields', { scope: 'customer', key, type: 'text', ...field }, 201);
    await call('PUT', `/custom-fields/${id}`, { ...field, required: true });
    await call('PUT', `/custom-fields/${id}`, { ...field, required: true });
    await call('DELETE', `/custom-fields/${id}`, undefined, 204);
    expect(await told(`setting=custom-field&key=customer.${key}`)).toMatchObject([
      { from: { key, required: true }, to: null },
      { from: { required: false }, to: { required: true } },
      { from: null, to: { key, labelEn: 'Size' } },
    ]);

    const mapping = { kind: 'customers', settings: { source: 'crm', columns: ['externalId', 'displayName'] } };
    await call('PUT', `/import-mappings/${key}`, mapping, 204);
    await call('DELETE', `/import-mappings/${key}`, undefined, 204);
    expect(await told(`setting=import-mapping&key=${key}`)).toMatchObject([{ to: null }, { from: null, to: mapping }]);

    const tests = [{ fact: { name: 'age-days' }, operator: 'at-least', number: 0 }];
    const segment = { name: 'Everybody', condition: { join: 'all', tests } };
    await call('POST', '/segments', { key, ...segment }, 201);
    await call('PUT', `/segments/${key}`, { ...segment, name: 'All' });
    await call('DELETE', `/segments/${key}`, undefined, 204);
    expect(await told(`setting=segment&key=${key}`)).toEqual([
      expect.objectContaining({ to: null }),
      { setting: 'segment', key, from: { name: 'Everybody' }, to: { name: 'All' } },
      { setting: 'segment', key, from: null, to: { ...segment, description: '' } },
    ]);

    const site = await call('POST', '/visitor-sites', { name: 'Shop', audience: `${key}.test` }, 201);
    const signs = await call('POST', `/visitor-sites/${site.id}/keys`, { algorithm: 'HS256' }, 201);
    await call('DELETE', `/visitor-sites/${site.id}/keys/${signs.id}`, undefined, 204);
    await call('PUT', `/visitor-sites/${site.id}`, { name: 'Shop', enabled: false });
    const changes = await told(`setting=visitor-site&key=${site.id}`);
    expect(changes).toMatchObject([
      { from: { enabled: true }, to: { enabled: false } },
      { from: { keys: [{ id: signs.id, retiresAt: null }] }, to: { keys: [{ retiresAt: expect.any(String) }] } },
      { from: { keys: [] }, to: { keys: [{ id: signs.id, algorithm: 'HS256' }] } },
      { from: null, to: { audience: `${key}.test` } },
    ]);
    expect(JSON.stringify(changes)).not.toContain(signs.secret);

    const identity = await call('GET', '/identity-settings');
    await call('PUT', '/identity-settings', { ...identity, bulkScore: 0.97 });
    await call('PUT', '/settings/contact-guard', { hours: 7 });
    await call('PUT', '/settings/customer-reviews', { ...(await call('GET', '/settings/customer-reviews')), grace: 9 });
    expect(await told('setting=identity-settings')).toMatchObject([{ key: null, to: { bulkScore: 0.97 } }]);
    expect(await told('setting=contact-guard')).toMatchObject([{ from: { hours: 24 }, to: { hours: 7 } }]);
    expect(await told('setting=customer-reviews')).toMatchObject([{ key: null, to: { grace: 9 } }]);
  });

  it('are for managers only, live and by the API', async () => {
    const { api, url, plainAgent } = centre();
    const { body: queues } = await api('GET', '/api/v1/queues');
    const agent = await plainAgent();
    await api('PATCH', `/api/v1/agents/${agent.id}`, { queueIds: queues.items.map(({ id }: { id: string }) => id) });
    // It is given what it missed first: everything since the beginning that an agent may see.
    await using desk = await openDesk(url, { cookie: agent.cookie });
    expect((await agent.api('GET', '/api/v1/settings/changes')).status).toBe(403);
    await call('PUT', '/settings/messaging', { helpReply: false, helpText: null });
    expect((await agent.api('PUT', '/api/v1/agents/me/presence', { state: 'away' })).status).toBeLessThan(300);
    await desk.event('agent.presence-changed', ({ data }) => data['agentId'] === agent.id);
    expect(desk.events.items.filter(({ type }) => type === 'setting.changed')).toEqual([]);
  });

  it('and their events are written together or not at all, one after the other', async () => {
    const { hub, sql } = centre();
    const { parts } = hub;
    const by = { parts, principal: { agentId: 'x' }, correlationId: 'c' };
    const read = async (tx: typeof sql) =>
      (await tx.query<{ value: { n: number } }>(`select value from setting where key = 'counted'`)).rows[0]?.value ??
      null;
    const setting = { setting: 'messaging', key: 'counted', read } as const;
    const count = (fail = false) =>
      changeSetting(by, setting, async (tx) => {
        await writeSetting(tx, 'counted', { n: ((await read(tx))?.n ?? 0) + 1 });
        if (fail) throw new Error('not done');
      });
    await Promise.all(Array.from({ length: 8 }, () => count()));
    await expect(count(true)).rejects.toThrow('not done');
    const { rows } = await sql.query<{ data: { from: { n: number } | null; to: { n: number } } }>(
      `select data from event where data ->> 'key' = 'counted' order by id`,
    );
    expect(rows.map(({ data }) => [data.from?.n ?? 0, data.to.n])).toEqual(
      Array.from({ length: 8 }, (_, n) => [n, n + 1]),
    );
  });
});
