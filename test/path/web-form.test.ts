import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { type Backend, besideTheQueue, onBothBackends } from '../support/backends.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

/** Pages are filled in faster here than people do: the hub's clock runs a second and a half ahead with each reading of a page. */
async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  let ahead = 0;
  const hub = stack.use(await startHub(backend, { overrides: { now: () => new Date(Date.now() + ahead) } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    ...ticketClient(hub.api, desk),
    pass: (ms: number) => void (ahead += ms),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

onBothBackends('a web form', (backend) => {
  const aside = besideTheQueue(backend);
  const centre = shared(() => startCentre(backend));
  const at = (path = '') => `${centre().url}/forms/contact${path}`;
  const tokenIn = (html: string) => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const open = async () => {
    const page = await fetch(at('?lang=en'));
    const html = await page.text();
    centre().pass(2000);
    return { page, html, token: tokenIn(html) };
  };
  function send(token: string, values: Record<string, string | Blob>, query = '?lang=en') {
    const data = new FormData();
    const all = {
      token,
      step: 'send',
      type: 'question',
      message: 'When do you open?',
      email: 'Ada@Example.com',
      ...values,
    };
    for (const [name, value] of Object.entries(all)) {
      if (typeof value === 'string') data.append(name, value);
      else data.append(name, value, 'photo.txt');
    }
    return fetch(at(query), { method: 'POST', body: data, redirect: 'manual' });
  }
  const numberAt = (location: string | null) =>
    eventually(
      async () =>
        (await (await fetch(centre().url + location, { headers: { accept: 'application/json' } })).json())
          .ticketNumber as number | null,
      (number) => number !== null,
    );
  const ticketOf = async (number: number | null) =>
    (await centre().api('GET', `/api/v1/tickets?q=${number}`)).body.items[0];

  aside('is there from the first start, asks for no cookie, and may be framed by nobody', async () => {
    const { page, html } = await open();
    expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'.*frame-ancestors 'self'$/);
    expect(html).toContain('<html lang="en">');
    const chinese = await (await fetch(at(), { headers: { 'accept-language': 'zh-CN,en;q=0.5' } })).text();
    expect(chinese).toContain('联系我们');
  });

  it('becomes one ticket however often it is sent, with its number on the page', async () => {
    const { token } = await open();
    const png = new Blob([Buffer.from('89504e470d0a1a0a0000', 'hex')], { type: 'text/html' });
    const answers = await Promise.all([1, 2, 3].map(() => send(token, { name: 'Ada', files: png })));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const numbers = await Promise.all(answers.map((answer) => numberAt(answer.headers.get('location'))));
    expect(new Set(numbers).size).toBe(1);
    const ticket = await ticketOf(numbers[0] ?? null);
    expect(ticket).toMatchObject({ channel: 'http', requestType: 'question', customerName: 'Ada', messageCount: 1 });
    const [message] = await centre().messages(ticket.id);
    expect(message.attachments).toMatchObject([{ filename: 'photo.txt', contentType: 'image/png' }]);
  });

  it('arrives again when it was changed, on the same ticket, and a change that is sent twice arrives once', async () => {
    const { token } = await open();
    const email = 'changed@example.com';
    const first = await numberAt((await send(token, { email, message: 'Size 41' })).headers.get('location'));
    const changed = await Promise.all([1, 2].map(() => send(token, { email, message: 'Size 42' })));
    for (const answer of changed) expect(await numberAt(answer.headers.get('location'))).toBe(first);
    const ticket = await ticketOf(first);
    expect((await centre().messages(ticket.id)).map(({ text }) => text)).toEqual(['Size 41', 'Size 42']);
    expect((await send(token, { email, message: 'Size 41' }, '?lang=zh')).status).toBe(303);
    // Somebody else at the same browser is somebody else.
    const other = await numberAt((await send(token, { email: 'other@example.com' })).headers.get('location'));
    expect(other).not.toBe(first);
    expect(await centre().messages(ticket.id)).toHaveLength(2);
  });

  aside('is taken when the clock was set back, and its limit is one of a network', async () => {
    const { token } = await open();
    const from = (address: string) =>
      fetch(at(), { method: 'POST', headers: { 'x-forwarded-for': address }, body: 'x' }).then(({ status }) => status);
    for (let n = 0; n < 20; n += 1) expect(await from(`2001:db8:1:2::${n}`)).toBe(400);
    expect(await from('2001:db8:1:2:ffff::1')).toBe(429);
    expect(await from('2001:db8:1:3::1')).toBe(400);
    // What stands before the address that our own proxy added is anybody's word.
    expect(await from('198.51.100.7, 2001:db8:1:2::1')).toBe(429);
    expect(await from('2001:db8:1:2::1, 198.51.100.7, 10.0.0.1')).toBe(400);
    centre().pass(-3600_000);
    try {
      expect(await from('2001:db8:1:3::1')).toBe(400);
      expect((await send(token, {})).status).toBe(303);
    } finally {
      centre().pass(3600_000);
    }
  });

  aside('counts a line break as the visitor did, whichever a browser sends', async () => {
    const { token } = await open();
    const email = 'lines@example.com';
    // As long as the field allows, in lines as a browser without the script posts them.
    const written = 'Nineteen letters...\n'.repeat(1000).trimEnd();
    const answer = await send(token, { email, message: written.replaceAll('\n', '\r\n') });
    expect(answer.status).toBe(303);
    const ticket = await ticketOf(await numberAt(answer.headers.get('location')));
    expect((await centre().messages(ticket.id)).map(({ text }) => text)).toEqual([written]);
    expect((await send(token, { email, message: written })).status).toBe(303);
    expect(await centre().messages(ticket.id)).toHaveLength(1);
  });

  aside('keeps no file of what it does not take', async () => {
    const { token } = await open();
    const isKept = async (text: string) =>
      centre()
        .hub.parts.files.read(createHash('sha256').update(text).digest('hex'))
        .then(
          () => true,
          () => false,
        );
    const refused = { trap: { website: 'x' }, field: { email: '' }, type: { step: 'type' } };
    for (const [text, values] of Object.entries(refused)) {
      const html = await (await send(token, { ...values, files: new Blob([text]) })).text();
      expect([text, await isKept(text)]).toEqual([text, false]);
      expect(html).toContain('Please choose your files again');
    }
    expect((await send('forged.token', { files: new Blob(['forged']) })).status).toBe(422);
    expect(await isKept('forged')).toBe(false);
    expect((await send(token, { files: new Blob(['taken']) })).status).toBe(303);
    expect(await isKept('taken')).toBe(true);
    // Neither is anything read for a form that is not there.
    const nowhere = await fetch(at().replace('contact', 'nowhere'), { method: 'POST', body: Buffer.alloc(60 << 20) });
    expect(nowhere.status).toBe(404);
  });

  aside('shows what a manager and a visitor wrote as text, whatever it is', async () => {
    const { api, url } = centre();
    const evil = `"'></script><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const label = { labelEn: evil, labelZh: evil };
    const fields = [
      { key: 'one', ...label, type: 'text' },
      { key: 'two', ...label, type: 'choice', options: [{ value: evil, ...label }] },
    ];
    await api('POST', '/api/v1/request-types', { key: 'evil', nameEn: evil, nameZh: evil, description: evil, fields });
    const texts = Object.fromEntries(
      ['titleEn', 'titleZh', 'introEn', 'introZh', 'successEn', 'successZh'].map((name) => [name, evil]),
    );
    const made = await api('POST', '/api/v1/web-forms', { slug: 'evil', requestTypes: ['evil'], ...texts });
    expect(made.status).toBe(201);
    const page = await (await fetch(`${url}/forms/evil?lang=${encodeURIComponent(evil)}`)).text();
    const data = new FormData();
    for (const name of ['message', 'name', 'email', 'phone', 'f.evil.one', 'f.evil.two', 'type', 'token', evil])
      data.append(name, name === 'token' ? tokenIn(page) : evil);
    data.append('files', new Blob(['<svg onload="alert(1)">'], { type: 'image/svg+xml' }), `${evil}.svg`);
    const post = (body: FormData) => fetch(`${url}/forms/evil`, { method: 'POST', body, redirect: 'manual' });
    const returned = await (await post(data)).text();
    centre().pass(2000);
    for (const [name, value] of Object.entries({ email: 'eve@example.org', phone: '', 'f.evil.one': 'x' }))
      data.set(name, value);
    const sent = await post(data);
    const number = await numberAt(sent.headers.get('location'));
    const thanks = await (await fetch(url + sent.headers.get('location'))).text();
    for (const html of [page, returned, thanks]) {
      expect(html).not.toMatch(/<script>alert|<img|<svg/);
      // The only scripts are ours, and the configuration, which cannot end its element.
      expect(html.match(/<script[^>]*>/g)?.every((tag) => /src=|application\/json/.test(tag))).toBe(true);
    }
    const ticket = await ticketOf(number);
    const [message] = await centre().messages(ticket.id);
    const [file] = message.attachments;
    expect(file).toMatchObject({ contentType: 'text/plain', filename: expect.stringMatching(/\.svg$/) });
    const answer = await api('GET', file.url);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(answer.headers.get('content-disposition')).not.toMatch(/[\r\n<>]/);
  });

  aside('comes back with everything that is wrong, and with what was written', async () => {
    const { token } = await open();
    const answer = await send(token, { type: 'order', email: '', message: '<b>', 'f.order.concern': 'nonsense' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    for (const name of ['email', 'f-order-orderNumber', 'f-order-concern'])
      expect(html).toMatch(new RegExp(`id="in-${name}"[^>]*aria-invalid="true"`));
    expect(html).toContain('&lt;b&gt;</textarea>');
    centre().pass(2000);
    const mended = await send(tokenIn(html), {
      type: 'order',
      'f.order.orderNumber': 'A-1',
      'f.order.concern': 'return',
    });
    expect(await ticketOf(await numberAt(mended.headers.get('location')))).toMatchObject({
      requestType: 'order',
      fields: { orderNumber: 'A-1', concern: 'return' },
      priority: 10,
    });
  });

  aside('is not sent by programs that fill in everything, at once, or without its page', async () => {
    const { token } = await open();
    expect((await send(token, { website: 'https://spam.example' })).status).toBe(422);
    expect((await send('forged.token', {})).status).toBe(422);
    const page = await (await fetch(at())).text();
    expect((await send(tokenIn(page), {})).status).toBe(422);
    expect((await fetch(at(), { method: 'POST', body: 'x' })).status).toBe(400);
    expect((await fetch(at('/submissions/forged.x'))).status).toBe(404);
  });

  it('is answered by mail to the address that was given, which proves nothing and goes on with the ticket', async () => {
    const { token } = await open();
    const number = await numberAt((await send(token, { email: 'eve@example.com' })).headers.get('location'));
    const ticket = await ticketOf(number);
    await centre().reply(ticket.id, 'At nine.');
    const sent = await eventually(
      async () => (await centre().messages(ticket.id)).find((one) => one.direction === 'out'),
      (one) => one?.deliveryStatus === 'sent',
    );
    expect(sent).toMatchObject({
      channel: 'email',
      to: ['eve@example.com'],
      externalId: expect.stringMatching(/^<.+@.+>$/),
    });
    const { body: customer } = await centre().api('GET', `/api/v1/customers/${ticket.customerId}`);
    expect(customer.identifiers).toHaveLength(2);
    expect(customer.identifiers).toContainEqual(
      expect.objectContaining({ kind: 'email', value: 'eve@example.com', grade: 'claimed' }),
    );
    // The conversation of this one page, which proves nothing beyond it.
    expect(customer.identifiers).toContainEqual(
      expect.objectContaining({ kind: 'external', value: expect.stringMatching(/^conversation:/) }),
    );
    await centre().reply(ticket.id, 'And on Sundays at ten.');
    const second = await eventually(
      async () => (await centre().messages(ticket.id)).filter((one) => one.direction === 'out')[1],
      (one) => one?.deliveryStatus === 'sent',
    );
    const { body: outbox } = await centre().api('GET', '/api/v1/outbox');
    const raw = outbox.items.find((item: { messageId: string }) => item.messageId === second.id).rawUrl;
    expect((await centre().api('GET', raw)).body).toContain(`In-Reply-To: ${sent.externalId}`);
  });

  it('is answered like any mail: with copies, as an identity of the centre, and passed on to others', async () => {
    const { api, reply, received, messages, ground } = centre();
    const identity = { address: 'service@patchbay.test', name: 'Service', signatureText: 'Yours, {{agent}}' };
    const { body: made } = await api('POST', '/api/v1/mail-identities', { ...identity, isDefault: true });
    const { token } = await open();
    const { id } = await ticketOf(
      await numberAt((await send(token, { email: 'finn@example.com' })).headers.get('location')),
    );
    expect((await api('GET', `/api/v1/tickets/${id}`)).body).toMatchObject({
      channel: 'http',
      limits: { copies: true },
    });
    expect((await api('GET', `/api/v1/tickets/${id}/reply-recipients`)).body).toMatchObject({
      reply: { to: ['finn@example.com'], cc: [] },
      identity: { address: identity.address },
    });
    type Item = { messageId: string; rawUrl: string | null };
    const leftAs = async (messageId: string): Promise<string> => {
      const item = await eventually(
        async () => (await api('GET', '/api/v1/outbox')).body.items.find((one: Item) => one.messageId === messageId),
        (one) => Boolean(one?.rawUrl),
      );
      return (await api('GET', item.rawUrl)).body;
    };
    const answer = await reply(id, 'At nine.', { cc: ['olga@example.com'] });
    const mail = await leftAs(answer.id);
    for (const line of ['From: Service <service@patchbay.test>', 'To: finn@example.com', 'Cc: olga@example.com'])
      expect(mail).toContain(line);
    expect(mail).toContain('Yours, ');
    expect((await messages(id)).find((one) => one.id === answer.id)).toMatchObject({
      channel: 'email',
      from: identity.address,
      to: ['finn@example.com'],
      cc: ['olga@example.com'],
    });
    const sent = (await messages(id)).find((one) => one.id === answer.id).externalId;
    // Whoever was written to may answer.
    const messageId = '<olga-1@example.com>';
    const answered = { messageId, inReplyTo: sent, subject: 'Re: When do you open?', text: 'Thank you.' };
    await mailProgram(ground.smtpPort)({ from: 'olga@example.com', ...answered });
    expect((await received(messageId)).ticketId).toBe(id);
    expect((await api('GET', `/api/v1/tickets/${id}/reply-recipients`)).body.reply.to).toEqual(['olga@example.com']);
    const question = (await messages(id)).find((one) => one.channel === 'http');
    const passedOn = await reply(id, 'Do you know?', { to: ['expert@example.net'], forwardOf: question.id });
    const forwarded = await leftAs(passedOn.id);
    expect(forwarded).toContain('When do you open?');
    expect(forwarded).not.toContain('In-Reply-To:');
    await api('DELETE', `/api/v1/mail-identities/${made.id}`);
  });

  it('is told of an answer that comes back, and sends none to who has withdrawn consent to mail', async () => {
    const ticketFor = async (email: string) => {
      const { token } = await open();
      return ticketOf(await numberAt((await send(token, { email })).headers.get('location')));
    };
    const answerTo = (ticketId: string, state: string) =>
      eventually(
        async () => (await centre().messages(ticketId)).find((one) => one.direction === 'out'),
        (one) => one?.deliveryStatus === state,
      );
    const gone = await ticketFor('gone@example.com');
    await centre().reply(gone.id, 'At nine.');
    const sent = await answerTo(gone.id, 'sent');
    expect(sent.from).toBe('support@patchbay.test');
    const raw = bounceMail({
      id: '<back-1@mx.example.com>',
      to: 'support@patchbay.test',
      recipient: 'gone@example.com',
      fields: ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'],
      about: sent.externalId,
    });
    await mailProgram(centre().ground.smtpPort)({ envelope: { from: '', to: 'support@patchbay.test' }, raw });
    expect((await answerTo(gone.id, 'failed')).deliveryError).toContain('User unknown');

    const address = 'left@example.com';
    const consent = { channel: 'email', account: 'email', address, state: 'withdrawn', reason: 'asked for it' };
    expect((await centre().api('PUT', '/api/v1/consents', consent)).status).toBe(200);
    const left = await ticketFor(address);
    for (const [path, lists] of [
      ['to', {}],
      ['cc', { to: ['kate@example.com'], cc: [address] }],
    ] as const) {
      const refused = await centre().api('POST', `/api/v1/tickets/${left.id}/messages`, { text: 'At nine.', ...lists });
      expect([refused.status, refused.body.issues]).toEqual([
        422,
        [{ path, message: `${address} has withdrawn consent to be written to` }],
      ]);
    }
    expect((await centre().messages(left.id)).map(({ direction }) => direction)).toEqual(['in']);

    // What waits already is asked about when it leaves.
    const waits = await ticketFor('waits@example.com');
    const { sql } = centre().hub.parts.db;
    await sql.query(
      `insert into sending_account (channel, account, paused_until) values ('email', 'email', now() + interval '4 seconds')`,
    );
    await centre().reply(waits.id, 'At nine.');
    expect((await centre().api('PUT', '/api/v1/consents', { ...consent, address: 'waits@example.com' })).status).toBe(
      200,
    );
    expect((await answerTo(waits.id, 'failed')).deliveryError).toContain('withdrawn consent');
    await sql.query(`delete from sending_account where channel = 'email'`);
  });

  it('confirms by mail where the form is set so', async () => {
    const form = (await centre().api('GET', '/api/v1/web-forms')).body.items[0];
    const { id: _id, slug: _slug, sourceId: _source, url: _url, createdAt: _c, updatedAt: _u, ...content } = form;
    const changed = { ...content, confirmByMail: true, frameAncestors: ['https://shop.example'] };
    expect((await centre().api('PUT', '/api/v1/web-forms/contact', changed)).status).toBe(200);
    const { page, token } = await open();
    expect(page.headers.get('content-security-policy')).toMatch(/frame-ancestors 'self' https:\/\/shop.example$/);
    expect(page.headers.get('x-frame-options')).toBeNull();
    const answer = await send(token, { email: 'kim@example.com' });
    const ticket = await ticketOf(await numberAt(answer.headers.get('location')));
    const out = (await centre().messages(ticket.id)).filter((one) => one.direction === 'out');
    expect(out).toMatchObject([
      {
        channel: 'email',
        kind: 'system',
        to: ['kim@example.com'],
        text: expect.stringContaining(String(ticket.number)),
      },
    ]);
  });

  it('is confirmed at the address that was put right on the same page as well', async () => {
    const { token } = await open();
    for (const email of ['mia@exmaple.com', 'mia@example.com']) {
      const answer = await send(token, { email });
      const ticket = await ticketOf(await numberAt(answer.headers.get('location')));
      const out = (await centre().messages(ticket.id)).filter((one) => one.direction === 'out');
      expect(out).toMatchObject([{ kind: 'system', to: [email] }]);
    }
  });
});
