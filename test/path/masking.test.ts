import { randomUUID } from 'node:crypto';
import { maskingRules } from '@patchbay/contracts';
import { routes } from '@patchbay/engine/http/routes';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { logIn, openApiCentre } from '../support/api-centre.ts';
import { eventually } from '../support/client.ts';
import { apiKey } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';

const planted = {
  mail: 'quentin.plantagenet@hidden.example',
  phone: '+4915112359871',
  account: 'KD-7781234',
  source: 'CRM-5512345',
  claimed: 'other.plantagenet@hidden.example',
};
/** What must not be found, in lower case and without what people put between digits. */
const traces = ['plantagenet', '15112359871', 'kd-7781234', 'crm-5512345'];
const all = { email: 'masked', phone: 'masked', account: 'masked', external: 'masked', sensitive: 'masked' } as const;

describe('a role from which identifiers are hidden', () => {
  const centre = shared(() => openApiCentre({ OUTGOING_ALLOWED_HOSTS: '127.0.0.1' }));
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const leaks = (value: unknown): string[] => {
    const text = (typeof value === 'string' ? value : JSON.stringify(value ?? '')).toLowerCase();
    const digits = text.replaceAll(/[\s().\u00a0-]|%20/g, '');
    return traces.filter((trace) => text.includes(trace) || (/^\d+$/.test(trace) && digits.includes(trace)));
  };
  const ids: Record<string, string> = {};

  async function plant() {
    const messageId = `<${randomUUID()}@outside.example>`;
    await mailProgram(centre().ground.smtpPort)({
      from: planted.mail,
      to: 'support@patchbay.test',
      cc: planted.claimed,
      messageId,
      subject: `Mail of ${planted.mail}`,
      text: `Call 0151 1235-9871 or +49 (0)151 1235 9871. My number is ${planted.account}.`,
      html: `<p><a href="mailto:${encodeURIComponent(planted.mail)}">write</a> <a href="tel:+49%20151%2012359871">call</a></p>`,
    });
    const mail = await centre().received(messageId);
    const text = await centre().ticketByText(planted.phone, `I am ${planted.mail.toUpperCase()}`);
    const customer = mail.customerId as string;
    await call('POST', `/customers/${customer}/merge`, { otherId: text.customerId }, 201);
    await call('POST', `/customers/${customer}/identifiers`, { kind: 'account', value: planted.account }, 201);
    const other = await call('POST', '/customers', { displayName: planted.claimed, identifiers: [] }, 201);
    for (const [id, value] of [
      [other.id, planted.mail],
      [other.id, planted.claimed],
      [customer, planted.claimed],
    ])
      await call('POST', `/customers/${id}/identifiers`, { kind: 'email', value }, 201);
    const held = (await call('GET', `/customers/${customer}/identifiers`)).items;
    const its = held.find(({ value }: { value: string }) => value === planted.mail);
    await call('POST', `/customers/${customer}/identifiers/${its.id}/check`, { reason: `Wrote from ${planted.mail}` });
    await call('POST', `/customers/${customer}/identifiers/${its.id}/code`, { ticketId: mail.ticketId }, 201);
    await call('PUT', `/customers/${customer}/identifiers/${its.id}/shared`, {
      shared: true,
      reason: `${planted.mail} is the family's`,
    });
    await call('PUT', '/consents', {
      channel: 'sms',
      account: '+15005550006',
      address: planted.phone,
      state: 'withdrawn',
      reason: `Said on ${planted.phone}`,
    });
    await call(
      'POST',
      `/tickets/${mail.ticketId}/messages`,
      { text: `Note of ${planted.phone}`, visibility: 'internal' },
      201,
    );
    await call('POST', `/tickets/${mail.ticketId}/messages`, { text: 'Hello', cc: [planted.claimed] }, 201);
    await call('PATCH', '/me', { undoSeconds: 60 });
    const reply = await call(
      'POST',
      `/tickets/${mail.ticketId}/held-replies`,
      { text: 'Hello', to: [planted.mail] },
      201,
    );
    await call(
      'POST',
      '/tasks',
      { customerId: customer, dueAt: '2030-01-01T00:00:00Z', cause: `Call ${planted.phone}` },
      201,
    );
    const note = `Known as ${planted.mail}`;
    await call('POST', `/customers/${customer}/relations`, { otherId: other.id, kind: 'knows', note }, 201);
    const order = { source: 'shop', externalId: planted.source, occurredAt: '2026-01-01T00:00:00Z', amountMinor: 1 };
    await call('PUT', '/purchases', { ...order, currency: 'EUR', customerId: customer });
    await call(
      'POST',
      `/customers/${customer}/consents`,
      { purpose: 'survey', state: 'granted', source: 'customer', note },
      201,
    );
    const request = await call(
      'POST',
      `/customers/${customer}/privacy-requests`,
      { kind: 'erasure', reason: note },
      201,
    );
    await call('PUT', `/customers/${customer}/legal-hold`, { reason: note }, 204);
    const rows = await call('POST', '/imports', { kind: 'customers', filename: 'rows.csv' }, 201);
    const line = `${planted.source},Quentin,${planted.mail},${planted.phone}\n,Quentin,${planted.mail} and more,x\n`;
    await call('PUT', `/imports/${rows.id}/file`, Buffer.from(`Number,Name,Email,Phone\n${line}`));
    const columns = ['externalId', 'displayName', 'email', 'phone'];
    await call('PUT', `/imports/${rows.id}/settings`, { source: 'crm', columns, vouches: true, onExisting: 'replace' });
    await call('POST', `/imports/${rows.id}/check`);
    const state = (wanted: string) =>
      eventually(
        () => call('GET', `/imports/${rows.id}`),
        (one) => one.state === wanted && one.report !== null,
      );
    await state('ready');
    await call('POST', `/imports/${rows.id}/start`);
    await state('done');
    const condition = { join: 'all', tests: [{ fact: { name: 'age-days' }, operator: 'at-least', number: 0 }] };
    await call('POST', '/segments', { key: 'everybody', name: 'Everybody', condition }, 201);
    const { items: merges } = await call('GET', `/customers/${customer}/merges`);
    const { items: inbox } = await call('GET', '/inbox');
    const { policy } = await call('GET', '/grading');
    const run = await call('POST', '/grading/previews', { policy }, 201);
    await eventually(
      async () => (await call('GET', `/suggestions?customerId=${customer}`)).items,
      (items) => items.length > 0,
      30_000,
    );
    const report = await call(
      'POST',
      '/saved-reports',
      { name: 'Week', query: { figures: ['offered'], period: 'yesterday' } },
      201,
    );
    const mailed = { agentIds: [], addresses: [planted.mail], language: 'en', format: 'csv' };
    const daily = { ...mailed, enabled: true, times: { every: 'day', hour: 8 } };
    await call('PUT', `/saved-reports/${report.id}/schedule`, daily);
    await call('POST', `/saved-reports/${report.id}/mails`, mailed, 201);
    const rule = { name: 'Rule', events: ['ticket.tagged'], condition: null, actions: [{ do: 'tag', tags: ['two'] }] };
    const endpoint = await call(
      'POST',
      '/webhook-endpoints',
      { name: 'CRM', url: 'http://127.0.0.1:9/', events: ['ticket.tagged'] },
      201,
    );
    const automation = await call('POST', '/automation/rules', rule, 201);
    const pages = [{ name: 'Now', tiles: [{ kind: 'queues', size: 'large' }] }];
    const board = await call('POST', '/wallboards', { name: 'Hall', theme: 'dark', rotateSeconds: null, pages }, 201);
    await call('PATCH', `/tickets/${mail.ticketId}/tags`, { add: ['one'] });
    const delivery = await eventually<{ id: string }>(
      async () => (await call('GET', `/webhook-endpoints/${endpoint.id}/deliveries`)).items[0],
      Boolean,
    );
    Object.assign(ids, {
      customers: customer,
      rules: automation.id,
      wallboards: board.id,
      'saved-reports': report.id,
      'webhook-endpoints': endpoint.id,
      'webhook-deliveries': delivery.id,
      tickets: mail.ticketId,
      merges: merges[0].id,
      inbox: inbox.find(({ ticketId }: { ticketId: string }) => ticketId === mail.ticketId).id,
      requests: request.id,
      imports: rows.id,
      runs: run.id,
      'held-replies': reply.id,
      tasks: other.id,
      key: 'street',
      version: '1',
      segments: 'everybody',
      other: other.id,
      mail: messageId,
    });
  }

  const pathOf = (template: string) => {
    let before = '';
    return template
      .split('/')
      .map((part) => {
        const filled = part.startsWith(':') ? (ids[before] ?? ids[part.slice(1)] ?? '') : part;
        before = part.startsWith(':') ? '' : part;
        return filled;
      })
      .join('/');
  };
  /** What there is none of here, and the export of a person, which is everything by its nature. */
  const notHere = [
    '/attachments/:id',
    '/outbox/:id/raw',
    '/outbox/:id/written',
    '/mail-accounts/:id',
    '/mail-accounts/oauth/callback',
    '/privacy/exports/:token',
    '/grading/versions/:version',
    '/segments/:key/members',
    '/identifiers/holders',
    '/consents',
    '/consents/log',
    '/reports',
    '/reports/mine',
    '/reports/tickets',
    '/holidays',
    '/staffing',
  ];
  const questions = () => [
    ...routes.filter(({ method, path }) => method === 'get' && !notHere.includes(path)).map(({ path }) => pathOf(path)),
    '/segments/everybody/members',
    '/reports/tickets?figure=offered&from=2026-01-01&to=2036-01-01',
    `/identifiers/holders?kind=email&value=${encodeURIComponent(planted.mail)}`,
    `/consents?address=${encodeURIComponent(planted.phone)}`,
    `/consents/log?address=${encodeURIComponent(planted.phone)}`,
    `/customers/${ids['other']}`,
    `/customers/${ids['other']}/file`,
    `/suggestions?customerId=${ids['customers']}`,
  ];
  const readAll = async () => {
    const answers = await Promise.all(
      questions().map(async (path) => ({
        path,
        ...(await centre().api('GET', `/api/v1${path}?limit=200`.replace(/\?(.*)\?/, '?$1&'))),
      })),
    );
    return answers;
  };

  it('is shown them by no endpoint and in no room', async () => {
    await plant();
    const before = await readAll();
    const failed = before.filter(({ status }) => status >= 400).map(({ path, status }) => `${path} ${status}`);
    expect(failed).toEqual([]);
    const open = new Set(before.filter(({ body }) => leaks(body).length > 0).map(({ path }) => path));
    // The planting is worth something: so many answers do show them.
    expect(open.size).toBeGreaterThan(25);

    await call('PUT', '/settings/privacy', { masking: maskingRules.parse({ agent: all, manager: all, admin: all }) });
    const shown = (await readAll()).flatMap(({ path, body }) => leaks(body).map((trace) => `${trace} in ${path}`));
    expect(shown).toEqual([]);

    await using desk = await openDesk(centre().url, apiKey);
    await desk.request('watch', { room: 'ticket', id: ids['tickets'] });
    const customer = `/customers/${ids['customers']}`;
    const ticket = `/tickets/${ids['tickets']}`;
    const writes: [string, string, unknown?][] = [
      ['PATCH', ticket, { subject: `About ${planted.mail}` }],
      ['POST', `${ticket}/messages`, { text: `To ${planted.mail}`, visibility: 'internal' }],
      ['POST', `${customer}/identifiers`, { kind: 'email', value: planted.mail }],
      ['POST', '/customers', { displayName: planted.mail, identifiers: [{ kind: 'phone', value: planted.phone }] }],
      ['POST', '/tasks', { customerId: ids['customers'], dueAt: '2030-01-01T00:00:00Z', cause: planted.phone }],
      ['POST', `/merges/${ids['merges']}/undo`],
      ['POST', `${customer}/merge`, { otherId: ids['other'] }],
      ['DELETE', `/held-replies/${ids['held-replies']}`],
      ['POST', `${customer}/legal-hold/release`, { reason: planted.mail }],
      [
        'PUT',
        '/consents',
        { channel: 'sms', account: '+15005550006', address: planted.phone, state: 'granted', reason: planted.phone },
      ],
    ];
    for (const [method, path, body] of writes) {
      const answer = await centre().api(method, `/api/v1${path}`, body);
      expect([path, leaks(answer.body)]).toEqual([path, []]);
    }
    const { at } = await call('GET', '/metrics/wallboard');
    expect(at).toEqual(expect.any(String));
    await desk.event('customer.merged');
    const told = desk.events.items;
    expect(told.some(({ type }) => type === 'consent.changed')).toBe(true);
    expect(told.flatMap((event) => leaks(event).map((trace) => `${trace} in ${event.type}`))).toEqual([]);
  });

  it('answers whom it does not see, by what it is shown', async () => {
    const { reply } = await call('GET', `/tickets/${ids['tickets']}/reply-recipients`);
    expect(reply.to).toEqual(['q••••@••••.example']);
    const sent = await call('POST', `/tickets/${ids['tickets']}/messages`, { text: 'Hello', to: reply.to }, 201);
    expect(sent.to).toEqual(reply.to);
    const { rows } = await centre().sql.query('select recipients from message where id = $1', [sent.id]);
    expect(rows).toEqual([{ recipients: [planted.mail] }]);
    const wrong = await centre().api('POST', `/api/v1/tickets/${ids['tickets']}/messages`, {
      text: 'Hello',
      to: ['z••••@••••.org'],
    });
    expect(wrong.status).toBe(422);
  });

  it('gives its author back what they wrote as they wrote it, to be handed in again', async () => {
    const { reply } = await call('GET', `/tickets/${ids['tickets']}/reply-recipients`);
    const words = {
      text: `See our mail to ${planted.mail}`,
      html: `<p>See our mail to ${planted.mail}</p>`,
      subject: `From ${planted.mail}`,
      to: ['expert@partner.example', ...reply.to],
      bcc: ['boss@partner.example'],
    };
    await call('POST', `/tickets/${ids['tickets']}/messages`, { text: 'Hello', to: ['guest@third.example'] }, 201);
    const hold = (input: object) => call('POST', `/tickets/${ids['tickets']}/held-replies`, input, 201);
    const { input } = await call('DELETE', `/held-replies/${(await hold(words)).id}`);
    expect(input).toMatchObject(words);
    const again = await hold(input);
    expect((await call('DELETE', `/held-replies/${again.id}`)).input).toEqual(input);
    const { rows } = await centre().sql.query('select input from held_reply where id = $1', [again.id]);
    expect(rows).toMatchObject([{ input: { ...words, to: ['expert@partner.example', planted.mail] } }]);
    // An address of the ticket may have been put in for what they were shown, and so stays hidden also from who typed it.
    const shown = await hold({ ...words, to: ['g••••@••••.example'] });
    expect((await call('DELETE', `/held-replies/${shown.id}`)).input.to).toEqual(['g••••@••••.example']);
    const typed = await hold({ ...words, to: [planted.mail.toUpperCase(), planted.claimed] });
    expect((await call('DELETE', `/held-replies/${typed.id}`)).input.to.join()).not.toContain('plantagenet');
  });

  it('answers whom it does not see also when somebody else has written since', async () => {
    const messageId = `<${randomUUID()}@outside.example>`;
    await mailProgram(centre().ground.smtpPort)({
      from: planted.claimed,
      to: 'support@patchbay.test',
      messageId,
      inReplyTo: ids['mail'] ?? '',
      subject: 'Me too',
      text: 'I have it as well.',
    });
    expect((await centre().received(messageId)).ticketId).toBe(ids['tickets']);
    const { reply } = await call('GET', `/tickets/${ids['tickets']}/reply-recipients`);
    expect(reply.to).toEqual(['o••••@••••.example']);
    const to = ['q••••@••••.example'];
    const sent = await call('POST', `/tickets/${ids['tickets']}/messages`, { text: 'For you', to }, 201);
    const { rows } = await centre().sql.query('select recipients from message where id = $1', [sent.id]);
    expect(rows).toEqual([{ recipients: [planted.mail] }]);
  });

  it('cannot find by parts what it does not see', async () => {
    for (const path of ['/tickets', '/customers', '/customer-files', '/inbox'])
      expect([path, (await call('GET', `${path}?state=quarantined&q=plantagenet@hid`)).items]).toEqual([path, []]);
    expect((await call('GET', `/tickets?q=${encodeURIComponent(planted.mail)}`)).items.length).toBeGreaterThan(0);
  });

  it('is shown neither who is in quarantine nor the addresses in a file', async () => {
    await call('PUT', '/settings/privacy', { masking: maskingRules.parse({ agent: all, manager: all, admin: all }) });
    const stranger = { mail: 'nobody.yet@stranger.example', phone: '+491711234567' };
    const { rows } = await centre().sql.query<{ id: string }>(
      `insert into inbox (channel, channel_account, external_id, state, contact, raw, raw_type, raw_sha256, reason, quarantined_at, correlation_id)
       values ('email', 'email', $1, 'quarantined', $2, $3, 'message/rfc822', 'x', $4, now(), 'x') returning id`,
      [
        randomUUID(),
        JSON.stringify({ from: stranger.mail, subject: `${stranger.mail} or ${stranger.phone}` }),
        Buffer.from('x'),
        `Not understood: ${stranger.mail}`,
      ],
    );
    const id = rows[0]?.id ?? '';
    const answers = [
      await call('GET', '/inbox?state=quarantined'),
      await call('GET', `/inbox/${id}`),
      await call('GET', '/inbox/groups'),
    ];
    for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/stranger|1234567/);
    expect(answers[1]).toMatchObject({ from: 'n••••@••••.example', reason: 'Not understood: n••••@••••.example' });

    const messageId = `<${randomUUID()}@outside.example>`;
    const written = `name,mail\nQuentin,${planted.mail}\n`;
    await mailProgram(centre().ground.smtpPort)({
      from: 'friend@outside.example',
      to: 'support@patchbay.test',
      messageId,
      subject: 'Lists',
      text: 'See the files',
      attachments: [
        { filename: 'list.csv', content: written },
        { filename: 'wide.txt', content: Buffer.from(`\ufeff${written}`, 'utf16le') },
        { filename: 'forwarded.eml', contentType: 'message/rfc822', content: `From: ${planted.mail}\r\n\r\nHello\r\n` },
        { filename: 'picture.png', content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]) },
      ],
    });
    const { attachments } = await centre().received(messageId);
    const read = (filename: string) => {
      const { url } = attachments.find((one: { filename: string }) => one.filename === filename);
      return fetch(new URL(url, centre().url), { headers: { authorization: `Bearer ${apiKey}` } });
    };
    for (const name of ['list.csv', 'wide.txt']) {
      const answer = await read(name);
      expect([name, answer.status, answer.headers.get('cache-control')]).toEqual([name, 200, 'private, no-store']);
      expect(await answer.text()).toContain('Quentin,q••••@••••.example');
    }
    expect((await read('forwarded.eml')).status).toBe(403);
    expect((await read('picture.png')).headers.get('cache-control')).toContain('immutable');
  });

  it('is theirs at once when it is given to somebody whose console is open', async () => {
    await call('PUT', '/settings/privacy', { masking: maskingRules.parse({ agent: all }) });
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { id } = await call(
      'POST',
      '/agents',
      { name: 'Mana Ger', role: 'manager', queueIds: [], ...credentials },
      201,
    );
    const { cookie } = await logIn(centre().url, credentials);
    await using desk = await openDesk(centre().url, { cookie });
    const mark = async (state: string, reason: string) =>
      call('PUT', '/consents', { channel: 'sms', account: '+15005550006', address: planted.phone, state, reason });
    const told = (by: typeof desk, reason: string) =>
      by.event('consent.changed', ({ data }) => data['reason'] === reason);
    await mark('withdrawn', 'Before');
    expect(leaks(await told(desk, 'Before'))).not.toEqual([]);
    await call('PATCH', `/agents/${id}`, { role: 'agent' });
    await mark('granted', 'After');
    await told(centre().desk, 'After');
    await desk.request('resume', { after: 0 });
    const later = desk.events.items.filter(({ data }) => data['reason'] === 'After');
    expect(later.flatMap(leaks)).toEqual([]);
  });
});
