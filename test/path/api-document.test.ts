import { randomUUID } from 'node:crypto';
import { webFormUpdate } from '@patchbay/contracts';
import { routes } from '@patchbay/engine/http/routes';
import { answers } from '@patchbay/engine/http/schemas';
import { describe, expect, it } from 'vitest';
import { expectProblem, inUnicodeOrder, logIn, openApiCentre } from '../support/api-centre.ts';
import { createClient, eventually } from '../support/client.ts';
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
      '/api/v1/automation/rules',
      '/api/v1/clock-runs',
      '/api/v1/custom-fields',
      '/api/v1/customers',
      '/api/v1/customers/{id}/consents',
      '/api/v1/customers/{id}/identifiers',
      '/api/v1/customers/{id}/identifiers/{identifierId}/code',
      '/api/v1/customers/{id}/identifiers/{identifierId}/split',
      '/api/v1/customers/{id}/merge',
      '/api/v1/customers/{id}/privacy-requests',
      '/api/v1/customers/{id}/relations',
      '/api/v1/customers/{id}/scores',
      '/api/v1/files',
      '/api/v1/grading/previews',
      '/api/v1/grading/runs',
      '/api/v1/grading/versions',
      '/api/v1/http-sources',
      '/api/v1/http-sources/{id}/secret',
      '/api/v1/imports',
      '/api/v1/mail-accounts',
      '/api/v1/mail-identities',
      '/api/v1/organisations',
      '/api/v1/queues',
      '/api/v1/request-types',
      '/api/v1/routing-rules/versions',
      '/api/v1/saved-reports',
      '/api/v1/saved-reports/{id}/mails',
      '/api/v1/segments',
      '/api/v1/skills',
      '/api/v1/tasks',
      '/api/v1/teams',
      '/api/v1/templates',
      '/api/v1/tickets/{id}/calls',
      '/api/v1/tickets/{id}/escalate',
      '/api/v1/tickets/{id}/held-replies',
      '/api/v1/tickets/{id}/messages',
      '/api/v1/tickets/{id}/whispers',
      '/api/v1/visitor-sites',
      '/api/v1/wallboards',
      '/api/v1/wallboards/{id}/links',
      '/api/v1/web-forms',
      '/api/v1/webhook-endpoints',
      '/api/v1/webhook-endpoints/{id}/secret',
      '/api/v1/webhook-endpoints/{id}/test',
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
    await call('GET', '/held-replies');
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

    const { policy, version } = await call('GET', '/grading');
    const published = await call('POST', '/grading/versions', {}, { policy, basedOn: version, note: 'As before' });
    await call('GET', '/grading/versions');
    await call('GET', '/grading/versions/:version', { version: String(published.version) });
    const tried = await call('POST', '/grading/previews', {}, { policy });
    await call('POST', '/grading/runs');
    await call('GET', '/grading/runs');
    await call('GET', '/grading/runs/:id', { id: tried.id });
    await call('GET', '/grading/timeliness');
    const mark = { source: 'survey', externalId: '1', score: 4, at: '2026-01-02T03:04:05Z' };
    await call('POST', '/customers/:id/scores', { id: one }, mark);
    await call('PUT', '/customers/:id/dedicated-agent', { id: one }, { agentId: me.id });
    for (const path of ['/customers/:id/grading', '/customers/:id/moves', '/customers/:id/guard'])
      await call('GET', path, { id: one });
    await call('PUT', '/settings/contact-guard', {}, await call('GET', '/settings/contact-guard'));

    const planned = await call('GET', '/service-plan');
    const basis = { basedOn: planned.version, note: 'As it was' };
    const shown = await call('PUT', '/service-plan/policies', {}, { ...basis, policies: planned.plan.policies });
    const calendar = { ...planned.plan.calendars[0], key: 'second' };
    const kept = { ...basis, basedOn: shown.version, calendar };
    const with2 = await call('PUT', '/service-plan/calendars/:key', { key: 'second' }, kept);
    await call('DELETE', '/service-plan/calendars/:key', { key: `second?basedOn=${with2.version}` });
    await call('GET', '/service-plan/versions');
    await call('GET', '/service-plan/versions/:version', { version: String(planned.version) });
    await call('GET', '/holiday-regions');
    expect((await api('GET', '/api/v1/holidays?country=CN&year=2026')).body.items.length).toBeGreaterThan(5);
    called.add('GET /holidays');
    const run = await call('POST', '/clock-runs', {}, { kind: 'preview', reason: 'To see' });
    await call('GET', '/clock-runs');
    await call('GET', '/clock-runs/:id', { id: run.id });
    await call('GET', '/tickets/:id/clocks', ids);
    await call('POST', '/tickets/:id/escalate', { id: second.ticketId }, { reason: 'Needs a supervisor' });
    await call('PUT', '/escalation-rules', {}, await call('GET', '/escalation-rules'));
    const tests = [{ fact: { name: 'age-days' }, operator: 'at-least', number: 0 }];
    const set = { name: 'Everybody', condition: { join: 'all', tests } };
    await call('POST', '/segments', {}, { key: 'everybody', ...set });
    await call('GET', '/segments');
    await call('PUT', '/segments/:key', { key: 'everybody' }, set);
    await call('GET', '/segments/:key/members', { key: 'everybody' });
    await call('DELETE', '/segments/:key', { key: 'everybody' });
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
    const field = { labelEn: 'Size', labelZh: '尺码' };
    const custom = await call('POST', '/custom-fields', {}, { ...field, scope: 'customer', key: 'size', type: 'text' });
    await call('GET', '/custom-fields');
    await call('PUT', '/custom-fields/:id', { id: custom.id }, { ...field, required: true });
    await call('PATCH', '/customers/:id/fields', { id: one }, { changes: [{ key: 'size', value: 'XL' }] });
    await call('GET', '/customers/:id/fields/:key/history', { id: one, key: 'size' });
    await call('DELETE', '/custom-fields/:id', { id: custom.id });
    const firm = await call('POST', '/organisations', {}, { name: 'A firm' });
    await call('GET', '/organisations');
    await call('PUT', '/organisations/:id', { id: firm.id }, { name: 'The firm', website: 'https://firm.example' });
    const member = { id: one, organisationId: firm.id };
    await call('PUT', '/customers/:id/organisations/:organisationId', member, { role: 'Buyer' });
    await call('DELETE', '/customers/:id/organisations/:organisationId', member);
    const related = await call('POST', '/customers/:id/relations', { id: one }, { otherId: other, kind: 'knows' });
    await call('DELETE', '/customers/:id/relations/:relationId', { id: one, relationId: related.relations[0].id });
    const due = { customerId: one, dueAt: '2030-01-01T00:00:00Z', cause: 'Call back' };
    const [task, skipped] = [await call('POST', '/tasks', {}, due), await call('POST', '/tasks', {}, due)];
    await call('GET', '/tasks');
    await call('PATCH', '/tasks/:id', { id: task.id }, { assigneeId: me.id });
    await call('POST', '/tasks/:id/done', { id: task.id }, {});
    await call('POST', '/tasks/:id/skip', { id: skipped.id }, { reason: 'No need' });
    const order = {
      source: 'shop',
      externalId: '1',
      occurredAt: '2026-01-01T00:00:00Z',
      amountMinor: 1,
      currency: 'EUR',
    };
    await call('PUT', '/purchases', {}, { ...order, customerId: one });
    await call('POST', '/customers/:id/reviews', { id: one }, { kind: 'purchases' });
    for (const path of ['/customers/:id/file', '/customers/:id/timeline']) await call('GET', path, { id: one });
    for (const path of [
      '/purchases',
      '/purchases/export',
      '/customer-files',
      '/customer-files/figures',
      '/customer-files/export',
    ])
      await call('GET', path);
    await call('PUT', '/settings/customer-reviews', {}, await call('GET', '/settings/customer-reviews'));

    await call('GET', '/reports/definitions');
    const asking =
      (query: string): typeof api =>
      (method, path) =>
        api(method, `${path}?from=2026-11-01&to=2026-11-02&${query}`);
    for (const path of ['/reports', '/reports/mine'])
      await call('GET', path, {}, undefined, asking('figures=offered&interval=day&compare=previous'));
    const saving = { name: 'Every day', query: { figures: ['offered'], period: 'yesterday' } };
    const savedReport = { id: (await call('POST', '/saved-reports', {}, saving)).id as string };
    await call('PUT', '/saved-reports/:id', savedReport, { ...saving, query: { ...saving.query, by: 'queue' } });
    await call('GET', '/saved-reports');
    await call('GET', '/saved-reports/:id/report', savedReport);
    const mailing = { agentIds: [me.id], addresses: [], language: 'en', format: 'csv' };
    const mailed = { ...mailing, enabled: true, times: { every: 'day', hour: 8 } };
    await call('PUT', '/saved-reports/:id/schedule', savedReport, mailed);
    await call('GET', '/report-schedules');
    await call('POST', '/saved-reports/:id/mails', savedReport, mailing);
    // No mail server is set up here.
    const failed = await eventually<{ id: string; state: string }>(
      async () => (await call('GET', '/saved-reports/:id/mails', savedReport)).items[0],
      ({ state }) => state === 'failed',
    );
    await call('POST', '/report-mails/:id/retry', { id: failed.id });
    await call('DELETE', '/saved-reports/:id/schedule', savedReport);
    await call('DELETE', '/saved-reports/:id', savedReport);
    await call('GET', '/routing-rules');
    const routing = {
      id: randomUUID(),
      name: 'All',
      enabled: true,
      condition: null,
      result: { queueId: null, priority: null, requestType: null, tags: ['routed'] },
    };
    const drafted = { rules: [routing], basedOn: 0, revision: 0 };
    const draft = await call('PUT', '/routing-rules/draft', {}, drafted);
    await call('POST', '/routing-rules/try', {}, { rules: [routing] });
    await call('POST', '/routing-rules/versions', {}, { revision: draft.draft.revision, note: 'First' });
    await call('GET', '/routing-rules/versions');
    await call('PUT', '/routing-rules/draft', {}, { ...drafted, rules: [], basedOn: 1 });
    await call('DELETE', '/routing-rules/draft', {}, undefined, (method, path) => api(method, `${path}?revision=1`));
    const layout = {
      name: 'Hall',
      theme: 'dark',
      rotateSeconds: null,
      pages: [{ name: 'Now', tiles: [{ kind: 'queues', size: 'large' }] }],
    };
    const board = { id: (await call('POST', '/wallboards', {}, layout)).id as string };
    await call('PUT', '/wallboards/:id', board, { ...layout, theme: 'light' });
    await call('GET', '/wallboards');
    const television = { name: 'Hall', expiresAt: new Date(Date.now() + 60_000).toISOString() };
    const link = await call('POST', '/wallboards/:id/links', board, television);
    await call('GET', '/wallboards/:id/links', board);
    await call('DELETE', '/wallboard-links/:id', { id: link.id });
    await call('DELETE', '/wallboards/:id', board);
    await call('GET', '/reports/tickets', {}, undefined, asking('figure=offered'));

    const rows = { id: (await call('POST', '/imports', {}, { kind: 'customers', filename: 'rows.csv' })).id as string };
    await call('PUT', '/imports/:id/file', rows, Buffer.from('Name\nAda\n'));
    const settings = { source: 'crm', columns: ['displayName'] };
    await call('PUT', '/imports/:id/settings', rows, settings);
    await call('POST', '/imports/:id/check', rows);
    await eventually(
      () => api('GET', `/api/v1/imports/${rows.id}`),
      ({ body }) => body.state === 'ready' && body.report !== null,
    );
    await call('POST', '/imports/:id/start', rows);
    for (const path of ['/imports/:id', '/imports/:id/rejects', '/imports/:id/rejects.csv'])
      await call('GET', path, rows);
    await call('GET', '/imports');
    await call('PUT', '/import-mappings/:name', { name: 'Rows' }, { kind: 'customers', settings });
    await call('GET', '/import-mappings');
    await call('DELETE', '/import-mappings/:name', { name: 'Rows' });

    await call('PATCH', '/tickets/:id/tags', ids, { add: ['One'] });
    await call('GET', '/tags');
    const rule = { name: 'Rule', events: ['ticket.tagged'], condition: null, actions: [{ do: 'tag', tags: ['two'] }] };
    const acts = { id: (await call('POST', '/automation/rules', {}, rule)).id as string };
    await call('PUT', '/automation/rules/:id', acts, { ...rule, basedOn: 1 });
    await call('PUT', '/automation/order', {}, { ids: [acts.id] });
    await call('POST', '/automation/try', {}, rule);
    await call('PATCH', '/tickets/:id/tags', ids, { add: ['Three'] });
    await eventually(
      () => call('GET', '/automation/runs'),
      ({ items }) => items.length > 0,
    );
    await call('PATCH', '/automation/rules/:id', acts, { enabled: false });
    await call('GET', '/automation/rules');
    await call('GET', '/automation/rules/:id/versions', acts);
    await call('DELETE', '/automation/rules/:id', acts);
    const told = { name: 'CRM', url: 'https://crm.invalid/hook', events: [] };
    const endpoint = { id: (await call('POST', '/webhook-endpoints', {}, told)).id as string };
    await call('POST', '/webhook-endpoints/:id/secret', endpoint);
    const sent = await call('POST', '/webhook-endpoints/:id/test', endpoint);
    await call('GET', '/webhook-endpoints/:id/deliveries', endpoint);
    await call('GET', '/webhook-deliveries/:id', { id: sent.id });
    await call('POST', '/webhook-endpoints/:id/replay', endpoint, { ids: [sent.id] });
    await call('PUT', '/webhook-endpoints/:id', endpoint, { ...told, enabled: false });
    await call('GET', '/webhook-endpoints');
    await call('DELETE', '/webhook-endpoints/:id', endpoint);

    const credentials = { email: 'newcomer@patchbay.test', password: 'a long enough password' };
    const agent = await call('POST', '/agents', {}, { name: 'New Comer', phone: '+49 30 1234567', ...credentials });
    await call('PATCH', '/agents/:id', { id: agent.id }, { name: 'Newer Comer', capacity: { chat: 1 } });
    await call('POST', '/session', {}, credentials);
    await call('DELETE', '/session', {}, undefined, (await logIn(centre().url, credentials)).api);
    expect(me.role).toBe('admin');

    const skill = await call('POST', '/skills', {}, { name: 'Tax' });
    await call('PUT', '/skills/:id', { id: skill.id }, { name: 'Taxes' });
    const team = await call('POST', '/teams', {}, { name: 'First line', agentIds: [agent.id] });
    await call('PUT', '/teams/:id', { id: team.id }, { name: 'First line', agentIds: [] });
    const rules = { name: 'Taxes', channels: [], skills: [{ skillId: skill.id, level: 2 }], teamIds: [team.id] };
    const taxes = await call('POST', '/queues', {}, rules);
    await call('PUT', '/queues/order', {}, { ids: [taxes.id] });
    await call('PUT', '/queues/:id', { id: taxes.id }, { ...rules, rings: [], skills: [] });
    for (const path of ['/queue-settings', '/skills', '/teams']) await call('GET', path);
    await call('DELETE', '/queues/:id', { id: taxes.id });
    await call('DELETE', '/teams/:id', { id: team.id });
    await call('DELETE', '/skills/:id', { id: skill.id });
    const reasons = await call('GET', '/settings/presence-reasons');
    await call('PUT', '/settings/presence-reasons', {}, reasons);
    for (const path of ['/floor/agents', '/floor/waiting']) await call('GET', path);
    await call('PUT', '/settings/floor', {}, await call('GET', '/settings/floor'));
    await call('GET', '/staffing', {}, undefined, (method, path) => api(method, `${path}?week=2026-11-02`));

    const notHere = [
      'GET /tickets/:id/transfer-targets',
      'POST /tickets/:id/transfer',
      'POST /tickets/:id/take-over',
      'GET /tickets/:id/place',
      'POST /tickets/:id/listen',
      'POST /tickets/:id/whispers',
      'GET /tickets/:id/whispers',
      'POST /setup',
      'POST /tickets/:id/call',
      'POST /tickets/:id/calls',
      'POST /outbox/:id/resolve',
      'GET /outbox/:id/raw',
      'GET /outbox/:id/written',
      'GET /mail-accounts/oauth/callback',
      'POST /mail-accounts/:id/sign-in',
      'POST /mail-accounts/test',
      'POST /web-forms',
      'POST /suggestions/:id/accept',
      'POST /suggestions/:id/reject',
      'GET /tickets/:id/reply-recipients',
      'POST /privacy/requests/:id/link',
      'GET /privacy/exports/:token',
      'POST /imports/:id/pause',
      'POST /imports/:id/cancel',
    ];
    expect(inUnicodeOrder([...called, ...notHere])).toEqual(
      inUnicodeOrder(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)),
    );
  });
});
