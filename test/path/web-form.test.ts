import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends, type Backend } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
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

  it('is there from the first start, asks for no cookie, and may be framed by nobody', async () => {
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

  it('comes back with everything that is wrong, and with what was written', async () => {
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

  it('is not sent by programs that fill in everything, at once, or without its page', async () => {
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
    expect(customer.identifiers).toMatchObject([{ kind: 'email', value: 'eve@example.com', grade: 'claimed' }]);
    await centre().reply(ticket.id, 'And on Sundays at ten.');
    const second = await eventually(
      async () => (await centre().messages(ticket.id)).filter((one) => one.direction === 'out')[1],
      (one) => one?.deliveryStatus === 'sent',
    );
    const { body: outbox } = await centre().api('GET', '/api/v1/outbox');
    const raw = outbox.items.find((item: { messageId: string }) => item.messageId === second.id).rawUrl;
    expect((await centre().api('GET', raw)).body).toContain(`In-Reply-To: ${sent.externalId}`);
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
});
