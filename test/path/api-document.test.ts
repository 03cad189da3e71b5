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
      '/api/v1/customers/{id}/consents',
      '/api/v1/customers/{id}/merge',
      '/api/v1/customers/{id}/privacy-requests',
      '/api/v1/files',
      '/api/v1/http-sources',
      '/api/v1/http-sources/{id}/secret',
      '/api/v1/mail-accounts',
      '/api/v1/mail-identities',
      '/api/v1/request-types',
      '/api/v1/templates',
      '/api/v1/tickets/{id}/held-replies',
      '/api/v1/tickets/{id}/messages',
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
    await call('POST', '/merges/:id/undo', { id: merge.id });

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
    await call('GET', '/settings/changes');
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

    const person = await call(
      'POST',
      '/customers',
      {},
      { displayName: 'Person', identifiers: [{ kind: 'account', value: 'P-1' }] },
    );
    const reason = { reason: 'Asked by letter' };
    await call(
      'POST',
      '/customers/:id/consents',
      { id: person.id },
      { purpose: 'survey', state: 'granted', source: 'customer' },
    );
    await call('GET', '/customers/:id/consents', { id: person.id });
    await call(
      'POST',
      '/customers/:id/reveal',
      { id: person.id },
      { ...reason, field: `identifier:${person.identifiers[0].id}` },
    );
    await call('PUT', '/customers/:id/legal-hold', { id: person.id }, reason);
    await call('GET', '/customers/:id/legal-holds', { id: person.id });
    await call('POST', '/customers/:id/legal-hold/release', { id: person.id }, reason);
    await call('GET', '/customers/:id/erasure-preview', { id: person.id });
    const asked = await call(
      'POST',
      '/customers/:id/privacy-requests',
      { id: person.id },
      { ...reason, kind: 'erasure' },
    );
    await call('PUT', '/settings/privacy', {}, { erasure: { fourEyes: false, waitDays: 1 } });
    await call('POST', '/privacy/requests/:id/confirm', { id: asked.id });
    await call('POST', '/privacy/requests/:id/cancel', { id: asked.id }, reason);
    await call('GET', '/privacy/requests/:id', { id: asked.id });
    for (const path of ['/privacy/requests', '/audit', '/audit.csv', '/audit/check', '/settings/keys'])
      await call('GET', path);
    const privacy = await call('GET', '/settings/privacy');
    await call('POST', '/settings/privacy/preview', {}, privacy.retention);

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
      'GET /tickets/:id/reply-recipients',
      'POST /privacy/requests/:id/link',
      'GET /privacy/exports/:token',
    ];
    expect(inUnicodeOrder([...called, ...notHere])).toEqual(
      inUnicodeOrder(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)),
    );
  });
});
