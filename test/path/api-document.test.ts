import { webFormUpdate } from '@patchbay/contracts';
import { routes } from '@patchbay/engine/http/routes';
import { answers } from '@patchbay/engine/http/schemas';
import { describe, expect, it } from 'vitest';
import { expectProblem, inUnicodeOrder, logIn, openApiCentre } from '../support/api-centre.ts';
import { createClient } from '../support/client.ts';
import { shared } from '../support/shared.ts';

describe('the API as its document describes it', () => {
  const centre = shared(openApiCentre);

  it('has every call of the contract', async () => {
    const { body: document } = await createClient(centre().url, {})('GET', '/api/openapi.json');
    const documented = Object.entries(document.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(inUnicodeOrder(documented)).toEqual(
      expect.arrayContaining([
        'post /api/v1/session',
        'get /api/v1/tickets',
        'get /api/v1/tickets/{id}',
        'get /api/v1/tickets/{id}/messages',
        'get /api/v1/tickets/{id}/events',
        'post /api/v1/tickets/{id}/messages',
        'get /api/v1/messages',
        'get /api/v1/customers',
        'get /api/v1/customers/{id}',
        'get /api/v1/inbox',
        'post /api/v1/inbox/{id}/replay',
        'post /api/v1/customers/{id}/merge',
        'post /api/v1/merges/{id}/undo',
        'get /api/v1/agents',
        'put /api/v1/agents/{id}/presence',
        'get /api/v1/metrics/wallboard',
      ]),
    );
    const keyed = Object.entries(document.paths as Record<string, Record<string, { parameters: { name: string }[] }>>)
      .filter(([, operations]) => operations['post']?.parameters.some(({ name }) => name === 'Idempotency-Key'))
      .map(([path]) => path);
    expect(inUnicodeOrder(keyed)).toEqual([
      '/api/v1/agents',
      '/api/v1/customers',
      '/api/v1/customers/{id}/identifiers',
      '/api/v1/customers/{id}/identifiers/{identifierId}/code',
      '/api/v1/customers/{id}/identifiers/{identifierId}/split',
      '/api/v1/customers/{id}/merge',
      '/api/v1/files',
      '/api/v1/mail-accounts',
      '/api/v1/mail-identities',
      '/api/v1/request-types',
      '/api/v1/templates',
      '/api/v1/tickets/{id}/held-replies',
      '/api/v1/tickets/{id}/messages',
      '/api/v1/visitor-sites',
      '/api/v1/web-forms',
    ]);
  });

  it('answers each call in the shape that is written down, with nothing more and nothing less', async () => {
    const { api, desk, sql } = centre();
    const called = new Set<string>();
    /** Makes the call of the table and holds its answer to its schema. */
    async function call(method: string, template: string, ids: Record<string, string> = {}, body?: unknown, by = api) {
      const route = routes.find((one) => one.method === method.toLowerCase() && one.path === template);
      called.add(`${method} ${template}`);
      const answer = await by(
        method,
        `/api/v1${template.replaceAll(/:(\w+)/g, (_whole, name: string) => ids[name] ?? '')}`,
        body,
      );
      expect(
        `${method} ${template} ${answer.status} ${answer.status >= 400 ? JSON.stringify(answer.body) : ''}`.trim(),
      ).toBe(`${method} ${template} ${route?.status}`);
      if (route?.answer && route.answer !== 'bytes')
        expect(answers[route.answer].parse(answer.body)).toEqual(answer.body);
      return answer.body;
    }

    const me = await call('GET', '/me');
    await call('PUT', '/agents/:id/presence', { id: 'me' }, { state: 'online', reason: 'Here' });
    const first = await centre().ticketByText('+4915112350010', 'One');
    const ids = { id: first.ticketId as string };
    await desk.event('ticket.offered', ({ ticketId }) => ticketId === ids.id);
    await call('POST', '/tickets/:id/decline', ids);
    const second = await centre().ticketByText('+4915112350011', 'Two');
    await desk.event('ticket.offered', ({ ticketId }) => ticketId === second.ticketId);
    await call('POST', '/tickets/:id/accept', { id: second.ticketId });
    await call('POST', '/tickets/:id/claim', ids);
    expectProblem(await api('POST', `/api/v1/tickets/${ids.id}/call`, { action: 'hold' }), 404, 'not_found');
    const file = await call('POST', '/files', {}, Buffer.from('a file'));
    const note = await call('POST', '/tickets/:id/messages', ids, {
      text: 'See the file',
      visibility: 'internal',
      attachments: [file.id],
    });
    await call('POST', '/tickets/:id/messages', ids, { text: 'We look into it' });
    const sender = await call('POST', '/mail-identities', {}, { address: 'sales@patchbay.test', name: 'Sales' });
    await call('GET', '/mail-identities');
    await call('PATCH', '/mail-identities/:id', { id: sender.id }, { signatureText: '{{agent}}' });
    await call('DELETE', '/mail-identities/:id', { id: sender.id });
    await call('PATCH', '/me', {}, { undoSeconds: 60 });
    for (const text of ['Taken back', 'Sent at once']) await call('POST', '/tickets/:id/held-replies', ids, { text });
    const [back, now] = (await call('GET', '/tickets/:id/held-replies', ids)).items;
    await call('DELETE', '/held-replies/:id', { id: back.id });
    await call('POST', '/held-replies/:id/send-now', { id: now.id });
    await call('GET', '/attachments/:id', { id: note.attachments[0].id });
    await call('PATCH', '/tickets/:id', ids, { status: 'pending', subject: 'Renamed' });
    await call('POST', '/tickets/:id/release', ids);
    for (const path of [
      '/tickets',
      '/messages',
      '/customers',
      '/outbox',
      '/inbox',
      '/queues',
      '/agents',
      '/metrics/wallboard',
      '/setup',
    ])
      await call('GET', path);
    for (const path of ['/tickets/:id', '/tickets/:id/messages', '/tickets/:id/events']) await call('GET', path, ids);

    const [one, other] = [
      first.customerId as string,
      (await call('POST', '/customers', {}, { displayName: 'Other' })).id as string,
    ];
    const merge = await call('POST', '/customers/:id/merge', { id: one }, { otherId: other });
    for (const path of ['/customers/:id', '/customers/:id/suggestions', '/customers/:id/merges'])
      await call('GET', path, { id: one });
    await call('GET', '/merges/:id', { id: merge.id });
    await call('POST', '/merges/:id/undo', { id: merge.id });

    const [held] = (await call('GET', '/customers/:id/identifiers', { id: one })).items;
    const its = { id: one, identifierId: held.id };
    await call('POST', '/customers/:id/identifiers', { id: one }, { kind: 'account', value: '4711' });
    await call('POST', '/customers/:id/identifiers/:identifierId/check', its, { reason: 'Said the street' });
    for (const shared of [true, false])
      await call('PUT', '/customers/:id/identifiers/:identifierId/shared', its, { shared, reason: 'A family' });
    expect((await api('GET', '/api/v1/identifiers/holders?kind=account&value=4711')).body.items).toHaveLength(1);
    called.add('GET /identifiers/holders');
    const code = await call('POST', '/customers/:id/identifiers/:identifierId/code', its, { ticketId: ids.id });
    await call('GET', '/customers/:id/codes', { id: one });
    await call('POST', '/codes/:id/confirm', { id: code.id }, { code: '000000' });
    const parted = { displayName: 'Somebody else', reason: 'Two people' };
    await call('POST', '/customers/:id/identifiers/:identifierId/split', its, parted);
    for (const path of ['/suggestions', '/suggestions/summary']) await call('GET', path);
    await call('PUT', '/identity-settings', {}, await call('GET', '/identity-settings'));
    await call('POST', '/suggestions/accept', {}, {});
    const site = await call('POST', '/visitor-sites', {}, { name: 'Shop', audience: 'shop.test' });
    await call('GET', '/visitor-sites');
    await call('PUT', '/visitor-sites/:id', { id: site.id }, { name: 'The shop', enabled: true });
    const key = await call('POST', '/visitor-sites/:id/keys', { id: site.id }, { algorithm: 'HS256' });
    await call('DELETE', '/visitor-sites/:id/keys/:keyId', { id: site.id, keyId: key.id });

    const [item] = (await call('GET', '/inbox')).items;
    await call('GET', '/inbox/:id', { id: item.id });
    await call('GET', '/inbox/:id/raw', { id: item.id });
    await sql.query(
      `update inbox set state = 'quarantined', reason = 'Put aside by hand', message_id = null, ticket_id = null where id = $1`,
      [item.id],
    );
    await call('POST', '/inbox/:id/replay', { id: item.id });

    const address = '+4915112350010';
    const consent = { channel: 'sms', account: '+15005550006', address, state: 'withdrawn', reason: 'By phone' };
    await call('PUT', '/consents', {}, consent);
    for (const path of ['/consents', '/consents/log'])
      expect((await api('GET', `/api/v1${path}?address=${encodeURIComponent(address)}`)).body.items).toHaveLength(1);
    called.add('GET /consents').add('GET /consents/log');
    await call('PUT', '/settings/messaging', {}, await call('GET', '/settings/messaging'));
    const template = await call(
      'POST',
      '/templates',
      {},
      {
        channel: 'whatsapp',
        name: 'hello',
        language: 'en',
        contentSid: `HX${'0'.repeat(32)}`,
        body: 'Hello {{1}}',
        labels: ['Name'],
      },
    );
    await call('GET', '/templates');
    await call('PATCH', '/templates/:id', { id: template.id }, { state: 'retired' });
    await call('DELETE', '/templates/:id', { id: template.id });

    for (const path of ['/alerts', '/channel-health', '/inbox/groups', '/inbox/summary', '/sending-limits'])
      await call('GET', path);
    await call('PUT', '/watch-limits', {}, await call('GET', '/watch-limits'));
    await call('PUT', '/sending-limits', {}, { channel: 'email', account: 'email', perSecond: 100, burst: 100 });
    await call('GET', '/inbox/:id/detail', { id: item.id });
    await call('GET', '/inbox/:id/text', { id: item.id });
    await call('POST', '/inbox/bulk', {}, { action: 'discard', ids: [item.id], reason: 'A test' });

    const mailbox = { address: 'box@patchbay.test', host: '127.0.0.1', port: 1, security: 'none', username: 'box' };
    const account = await call('POST', '/mail-accounts', {}, { ...mailbox, password: 'secret', enabled: false });
    await call('GET', '/mail-accounts');
    await call('GET', '/mail-accounts/:id', { id: account.id });
    await call('PATCH', '/mail-accounts/:id', { id: account.id }, { name: 'Box' });
    await call('POST', '/mail-accounts/:id/try', { id: account.id });
    await call('DELETE', '/mail-accounts/:id', { id: account.id });

    const source = await call('POST', '/http-sources', {}, { name: 'Shop', kind: 'app' });
    await call('GET', '/http-sources');
    await call('PUT', '/http-sources/:id', { id: source.id }, { name: 'The shop', enabled: false });
    await call('POST', '/http-sources/:id/secret', { id: source.id });
    const type = { key: 'return', nameEn: 'Return', nameZh: '退货' };
    await call('POST', '/request-types', {}, type);
    await call('GET', '/request-types');
    await call('PUT', '/request-types/:key', { key: 'return' }, type);
    await call('DELETE', '/request-types/:key', { key: 'return' });
    const [form] = (await call('GET', '/web-forms')).items;
    await call('PUT', '/web-forms/:slug', { slug: form.slug }, webFormUpdate.parse(form));

    const credentials = { email: 'newcomer@patchbay.test', password: 'a long enough password' };
    const agent = await call('POST', '/agents', {}, { name: 'New Comer', phone: '+49 30 1234567', ...credentials });
    await call('PATCH', '/agents/:id', { id: agent.id }, { name: 'Newer Comer', capacity: { chat: 1 } });
    await call('POST', '/session', {}, credentials);
    await call('DELETE', '/session', {}, undefined, (await logIn(centre().url, credentials)).api);
    expect(me.role).toBe('admin');

    const notHere = [
      'POST /setup',
      'POST /tickets/:id/call',
      'POST /outbox/:id/resolve',
      'GET /outbox/:id/raw',
      'GET /mail-accounts/oauth/callback',
      'POST /mail-accounts/:id/sign-in',
      'POST /mail-accounts/test',
      'POST /web-forms',
      'POST /suggestions/:id/accept',
      'POST /suggestions/:id/reject',
      'GET /tickets/:id/reply-recipients',
    ];
    expect(inUnicodeOrder([...called, ...notHere])).toEqual(
      inUnicodeOrder(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)),
    );
  });
});
