import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { logIn } from '../support/api-centre.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { createClient, eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { apiKey, createGround, startHub } from '../support/hub.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import type { SentMail } from '../support/mail.ts';
import { startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

const newId = () => `<${randomUUID()}@example.org>`;
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function startMailCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const asked: string[] = [];
  const sink = stack.use(
    await startMailSink((address) => {
      asked.push(address);
      if (address.startsWith('unknown')) return 550;
      if (address.startsWith('slow')) return 451;
      // Put off once, as a greylisting server does.
      return address.startsWith('later') && asked.filter((one) => one === address).length === 1 ? 451 : undefined;
    }),
  );
  const hub = stack.use(await startHub(backend, { env: { SMTP_URL: sink.url } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    sink,
    asked,
    ...hub,
    desk,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

onBothBackends('writing mail', (backend) => {
  const centre = shared(() => startMailCentre(backend));
  const ask = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await centre().api(method, `/api/v1${path}`, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  async function firstContact(mail: object = {}) {
    const { write, received } = centre();
    const messageId = newId();
    const from = `${randomUUID().slice(0, 8)}@example.org`;
    await write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.', ...mail });
    const message = await received(messageId);
    return { from, messageId, message, ticketId: message.ticketId as string };
  }
  const sent = (words: string): Promise<SentMail> =>
    centre().sink.mails.until(({ mail }) => mail.text?.includes(words) === true, words);
  const upload = async (bytes: Uint8Array, name: string, type: string): Promise<string> =>
    (await ask('POST', '/files', bytes, { 'content-type': type, 'x-filename': encodeURIComponent(name) })).id;
  const addresses = (field: SentMail['mail']['to']) =>
    [field ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address));

  it('answers all that had the mail, and nobody of the centre', async () => {
    const { ticketId, from } = await firstContact({
      to: ['support@patchbay.test', 'Bob <bob@example.net>'],
      cc: ['CARL@example.net', 'bob@example.net', 'sales@patchbay.test'],
    });
    const recipients = await ask('GET', `/tickets/${ticketId}/reply-recipients`);
    expect(recipients).toMatchObject({
      reply: { to: [from], cc: [] },
      replyAll: { to: [from, 'bob@example.net'], cc: ['carl@example.net'] },
      identity: { id: null, address: 'support@patchbay.test' },
      doubtfulReplyTo: [],
    });
    const answer = await centre().reply(ticketId, 'To all of you.', {
      ...recipients.replyAll,
      bcc: ['hidden@example.com', 'CARL@example.net'],
    });
    expect(answer).toMatchObject({
      to: [from, 'bob@example.net'],
      cc: ['carl@example.net'],
      bcc: ['hidden@example.com'],
      identity: null,
    });
    const { to, mail, raw, envelopeFrom } = await sent('To all of you.');
    expect(to).toEqual([from, 'bob@example.net', 'carl@example.net', 'hidden@example.com']);
    expect([addresses(mail.to), addresses(mail.cc)]).toEqual([[from, 'bob@example.net'], ['carl@example.net']]);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(raw.toString()).not.toContain('hidden');
    expect(envelopeFrom).toMatch(/^bounce\+[a-z2-7.]+@patchbay\.test$/);
    const { body: seen } = await centre().api('GET', `/api/v1/tickets/${ticketId}/messages`);
    expect(seen.items.at(-1).bcc).toEqual(['hidden@example.com']);

    // Whoever was copied is a party from now on.
    const id = newId();
    await centre().write({
      from: 'hidden@example.com',
      to: mail.replyTo?.value[0]?.address ?? '',
      messageId: id,
      subject: 'I was copied',
      text: 'And answer.',
    });
    expect((await centre().received(id)).ticketId).toBe(ticketId);
  });

  it('uses the Reply-To of the sender’s own domain, shows another and leaves it', async () => {
    const own = await firstContact({ replyTo: 'desk@example.org' });
    expect(own.message.replyTo).toEqual(['desk@example.org']);
    expect(await ask('GET', `/tickets/${own.ticketId}/reply-recipients`)).toMatchObject({
      reply: { to: ['desk@example.org'] },
      doubtfulReplyTo: [],
    });
    const strange = await firstContact({ replyTo: 'thief@elsewhere.example' });
    expect(await ask('GET', `/tickets/${strange.ticketId}/reply-recipients`)).toMatchObject({
      reply: { to: [strange.from] },
      doubtfulReplyTo: ['thief@elsewhere.example'],
    });
  });

  it('passes a mail on with its files, as a thread of its own that comes back to the ticket', async () => {
    const { ticketId, message, messageId } = await firstContact({
      html: '<p>See <b>this</b><script>alert(1)</script><img src="cid:lamp"></p>',
      attachments: [
        { filename: 'lamp.png', content: png, cid: 'lamp', contentType: 'image/png' },
        { filename: 'bill.pdf', content: Buffer.from('%PDF-1'), contentType: 'application/pdf' },
      ],
    });
    const answer = await centre().reply(ticketId, 'Can you look at this?', {
      to: ['factory@example.net'],
      forwardOf: message.id,
    });
    expect(answer).toMatchObject({
      forwardOf: message.id,
      replyText: 'Can you look at this?',
      to: ['factory@example.net'],
    });
    const { mail, to } = await sent('Can you look at this?');
    expect(to).toEqual(['factory@example.net']);
    expect([mail.inReplyTo, mail.references]).toEqual([undefined, undefined]);
    expect(mail.subject).toMatch(/^Fwd: Broken lamp \[#\d+\]$/);
    expect(mail.text).toContain('Subject: Broken lamp');
    expect(mail.text).toContain('It does not light up.');
    expect(mail.html).toContain('<b>this</b>');
    expect(mail.html).not.toContain('script');
    expect(mail.attachments.map(({ filename, content }) => [filename, content.toString('base64')])).toEqual([
      ['lamp.png', png.toString('base64')],
      ['bill.pdf', Buffer.from('%PDF-1').toString('base64')],
    ]);
    const back = newId();
    await centre().write({
      from: 'factory@example.net',
      to: mail.replyTo?.value[0]?.address ?? '',
      messageId: back,
      inReplyTo: mail.messageId ?? '',
      subject: 'Re: Fwd',
      text: 'The fuse.',
    });
    expect((await centre().received(back)).ticketId).toBe(ticketId);

    await centre().reply(ticketId, 'The whole of it.', {
      to: ['lawyer@example.net'],
      forwardOf: message.id,
      forwardAs: 'attachment',
    });
    const enclosed = await sent('The whole of it.');
    const [original] = enclosed.mail.attachments;
    expect(original).toMatchObject({ contentType: 'message/rfc822', filename: 'Broken lamp.eml' });
    expect(original?.content.toString()).toContain(messageId);

    const note = await ask('POST', `/tickets/${ticketId}/messages`, { text: 'secret', visibility: 'internal' });
    for (const [body, status] of [
      [{ text: '', to: ['a@b.example'], forwardOf: note.id }, 404],
      [{ text: '', to: ['a@b.example'], forwardOf: (await firstContact()).message.id }, 404],
      [{ text: '', forwardOf: message.id }, 400],
      [{ text: 'x', visibility: 'internal', to: ['a@b.example'] }, 422],
      [{ text: 'x', to: ['no address'] }, 400],
      [
        {
          text: 'x',
          to: Array.from({ length: 30 }, (_, n) => `a${n}@b.example`),
          cc: Array.from({ length: 21 }, (_, n) => `c${n}@b.example`),
        },
        400,
      ],
    ] as const)
      expect(
        (await centre().api('POST', `/api/v1/tickets/${ticketId}/messages`, body)).status,
        JSON.stringify(body),
      ).toBe(status);
  });

  it('passes on only the files that are named, and leaves no gap where a picture stayed behind', async () => {
    const { ticketId, message } = await firstContact({
      html: '<p>See <img src="cid:lamp" alt="The lamp"> and <img src="cid:room" alt="The room"></p>',
      attachments: [
        { filename: 'lamp.png', content: png, cid: 'lamp', contentType: 'image/png' },
        { filename: 'room.png', content: png, cid: 'room', contentType: 'image/png' },
        { filename: 'bill.pdf', content: Buffer.from('%PDF-1'), contentType: 'application/pdf' },
        { filename: 'passport.pdf', content: Buffer.from('%PDF-2'), contentType: 'application/pdf' },
      ],
    });
    const ids = Object.fromEntries(
      message.attachments.map((one: { filename: string; id: string }) => [one.filename, one.id]),
    );
    const toFactory = { to: ['factory@example.net'], forwardOf: message.id };
    const answer = await centre().reply(ticketId, 'Without the passport', {
      ...toFactory,
      forwardFiles: [ids['bill.pdf'], ids['lamp.png']],
    });
    const named = (files: { filename?: string | undefined }[]) => files.map(({ filename }) => filename);
    expect(named(answer.attachments)).toEqual(['lamp.png', 'bill.pdf']);
    const { mail } = await sent('Without the passport');
    expect(named(mail.attachments)).toEqual(['lamp.png', 'bill.pdf']);
    expect(mail.html).toContain('The lamp');
    expect(mail.html).not.toContain('The room');

    await centre().reply(ticketId, 'Only the words', { ...toFactory, forwardFiles: [] });
    const bare = await sent('Only the words');
    expect(bare.mail.attachments).toEqual([]);
    expect(bare.mail.html).not.toContain('<img');

    const other = await firstContact({ attachments: [{ filename: 'a.txt', content: 'a', contentType: 'text/plain' }] });
    for (const [body, status] of [
      [{ ...toFactory, forwardFiles: [other.message.attachments[0].id] }, 400],
      [{ ...toFactory, forwardFiles: [ids['bill.pdf']], forwardAs: 'attachment' }, 400],
      [{ to: toFactory.to, forwardFiles: [ids['bill.pdf']] }, 400],
      [{ visibility: 'internal', forwardFiles: [] }, 400],
    ] as const)
      expect(
        (await centre().api('POST', `/api/v1/tickets/${ticketId}/messages`, { text: 'x', ...body })).status,
        JSON.stringify(body),
      ).toBe(status);
  });

  it('shows pictures in the text, and sends them along', async () => {
    const { ticketId } = await firstContact();
    const id = await upload(png, 'new lamp.png', 'image/png');
    const answer = await centre().reply(ticketId, 'Take **this** one:\n\n![new lamp](cid:pic1@console)', {
      format: 'light',
      attachments: [{ id, inline: true, contentId: 'pic1@console' }],
    });
    expect(answer.attachments).toMatchObject([{ inline: true, contentId: 'pic1@console' }]);
    const { mail, raw } = await sent('Take **this** one:');
    expect(raw.toString()).toMatch(/multipart\/related/);
    expect(mail.html).toContain('<strong>this</strong>');
    expect(mail.text).toContain('[new lamp]');
    expect(mail.attachments).toMatchObject([{ cid: 'pic1@console', related: true, filename: 'new lamp.png' }]);
    expect(mail.attachments[0]?.content.equals(png)).toBe(true);
    // No attribute of what an agent sends does anything.
    const hostile = await centre().reply(ticketId, 'Hostile.', {
      html: '<p onclick="x()">Hostile.<a href="javascript:x()">a</a><iframe src="https://x.example"></iframe></p>',
    });
    expect(hostile.html).toBe('<p>Hostile.<a>a</a></p>');
  });

  it('leaves as the identity of the address, of the queue, or as the agent says, with its signature', async () => {
    const queues = (await ask('GET', '/queues')).items;
    const queueId = queues.find(({ name }: { name: string }) => name === 'Email').id;
    const make = (body: object) => ask('POST', '/mail-identities', body);
    const sales = await make({
      address: 'Sales@patchbay.test',
      name: 'Sales, "Lamps" <& more>',
      signatureText: '{{agent}}\nSales',
      signatureHtml: '<b>{{agent}}</b><script>x</script>',
    });
    expect(sales).toMatchObject({ address: 'sales@patchbay.test', signatureHtml: '<b>{{agent}}</b>' });
    const billing = await make({ address: 'billing@patchbay.test', name: 'Billing', queueId });
    expect(
      (await centre().api('POST', '/api/v1/mail-identities', { address: 'a@stranger.example', name: 'x' })).status,
    ).toBe(422);
    expect(
      (await centre().api('POST', '/api/v1/mail-identities', { address: 'x@patchbay.test', name: 'a\r\nBcc: b' }))
        .status,
    ).toBe(400);
    expect(
      (await centre().api('POST', '/api/v1/mail-identities', { address: 'sales@patchbay.test', name: 'x' })).status,
    ).toBe(409);

    const first = await firstContact({ to: 'sales@patchbay.test' });
    const acknowledgement = await centre().sink.mails.until(({ to }) => to.includes(first.from), 'acknowledgement');
    expect(acknowledgement.mail.from?.value).toEqual([
      { address: 'sales@patchbay.test', name: 'Sales, "Lamps" <& more>' },
    ]);
    expect(acknowledgement.envelopeFrom).toBe('');
    const answer = await centre().reply(first.ticketId, 'From sales.');
    expect(answer).toMatchObject({ from: 'sales@patchbay.test', identity: { id: sales.id }, replyText: 'From sales.' });
    const { mail } = await sent('From sales.');
    expect(mail.from?.value[0]?.address).toBe('sales@patchbay.test');
    expect(mail.text).toBe('From sales.\n\n-- \nAdministrator\nSales');
    expect(mail.html).toContain('<b>Administrator</b>');
    expect(mail.replyTo?.value[0]?.address).toMatch(/^reply\+.*@patchbay\.test$/);

    const other = await firstContact();
    expect(await ask('GET', `/tickets/${other.ticketId}/reply-recipients`)).toMatchObject({
      identity: { id: billing.id },
    });
    await centre().reply(other.ticketId, 'As sales.', { identityId: sales.id });
    expect((await sent('As sales.')).mail.from?.value[0]?.address).toBe('sales@patchbay.test');
    expect(
      (
        await centre().api('POST', `/api/v1/tickets/${other.ticketId}/messages`, {
          text: 'x',
          identityId: randomUUID(),
        })
      ).status,
    ).toBe(404);
    await ask('PATCH', `/mail-identities/${billing.id}`, { queueId: null, isDefault: true });
    expect((await ask('GET', `/tickets/${other.ticketId}/reply-recipients`)).identity.reason).toContain('default');
    for (const id of [sales.id, billing.id]) await ask('DELETE', `/mail-identities/${id}`);
    expect((await ask('GET', '/mail-identities')).items).toEqual([]);
  });

  it('reaches those whom the server takes, names the others, and nobody gets it twice', async () => {
    const { sink, desk, messages, asked } = centre();
    const { ticketId, from } = await firstContact();
    const cc = ['unknown@example.net', 'later@example.net', 'fine@example.net'];
    const answer = await centre().reply(ticketId, 'To those who are there.', { cc });
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'sent',
    );
    const got = sink.mails.items
      .filter(({ mail }) => mail.text?.includes('To those who are there.'))
      .flatMap(({ to }) => to);
    expect(got.toSorted()).toEqual([from, 'fine@example.net', 'later@example.net'].toSorted());
    expect(asked.filter((address) => address === 'fine@example.net')).toHaveLength(1);
    expect((await messages(ticketId)).at(-1)).toMatchObject({
      deliveryStatus: 'sent',
      deliveryError: expect.stringContaining('unknown@example.net (550)'),
    });
    const lost = await centre().reply(ticketId, 'The first one is not there.', {
      to: ['unknown2@example.net'],
      cc: ['fine@example.net'],
    });
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === lost.id && data['status'] === 'failed',
    );
  });

  it('takes nothing into a header that is not meant to be there', async () => {
    const evil = 'x\r\nBcc: evil@example.com\r\nX-Evil: 1\r\n\r\nbody \u2028 =?utf-8?Q?=0D=0ABcc:_evil=40example.com?=';
    const { ticketId, from } = await firstContact();
    const id = await upload(png, `${evil}.png`, 'image/png');
    await centre().reply(ticketId, 'Hostile headers.', { subject: evil, attachments: [id] });
    const { mail, to } = await sent('Hostile headers.');
    expect(to).toEqual([from]);
    expect([mail.headers.has('bcc'), mail.headers.has('x-evil'), mail.attachments.length]).toEqual([false, false, 1]);
    const post = (body: object) => centre().api('POST', `/api/v1/tickets/${ticketId}/messages`, { text: 'x', ...body });
    for (const address of [
      evil,
      'a@b.example\r\nBcc: c@d.example',
      'a@b.example,c@d.example',
      '<a@b.example>',
      'a@b.example\0',
      'a\u2028@b.example',
    ])
      for (const field of ['to', 'cc', 'bcc']) expect((await post({ [field]: [address] })).status, address).toBe(400);
    expect((await post({ attachments: [{ id, inline: true, contentId: 'a>\r\nX: y' }] })).status).toBe(400);
  });

  it('belongs to mail: other channels say so', async () => {
    const { api, hub } = centre();
    const sms = hub.parts.channels.get('sms');
    expect(sms?.capabilities.copies).toBe(false);
    const { rows } = await hub.parts.db.sql.query<{ id: string }>(
      `insert into ticket (subject, channel, channel_account, customer_id, contact_address)
       select 'A text', 'sms', '+15005550006', customer_id, '+4915112345678' from ticket limit 1 returning id`,
    );
    const path = `/api/v1/tickets/${rows[0]?.id}`;
    for (const field of [
      { cc: ['a@b.example'] },
      { subject: 'x' },
      { forwardOf: randomUUID(), to: ['a@b.example'] },
      { bcc: [] },
    ])
      expect((await api('POST', `${path}/messages`, { text: 'x', ...field })).status).toBe(422);
    expect((await api('GET', `${path}/reply-recipients`)).status).toBe(422);
  });

  it('is each agent’s own: nobody else takes a message back, or writes as an identity of another queue', async () => {
    const { url } = centre();
    const login = { email: `${randomUUID().slice(0, 8)}@patchbay.test`, password: 'a long enough password' };
    const queues = (await ask('GET', '/queues')).items;
    const idOf = (wanted: string) => queues.find(({ name }: { name: string }) => name === wanted).id;
    await ask('POST', '/agents', { ...login, name: 'Nora', role: 'agent', queueIds: [idOf('Email')] });
    const session = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      body: JSON.stringify(login),
      headers: { 'content-type': 'application/json', origin: url },
    });
    const cookie = session.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const nora = createClient(url, { cookie, origin: url });
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const { ticketId } = await firstContact();
    const held = await ask('POST', `/tickets/${ticketId}/held-replies`, { text: 'Mine.' });
    expect((await nora('DELETE', `/api/v1/held-replies/${held.id}`)).status).toBe(404);
    expect((await nora('POST', `/api/v1/held-replies/${held.id}/send-now`)).status).toBe(404);
    expect((await nora('GET', `/api/v1/tickets/${ticketId}/held-replies`)).body.items).toEqual([]);
    await ask('DELETE', `/held-replies/${held.id}`);
    const other = await ask('POST', '/mail-identities', {
      address: 'chat@patchbay.test',
      name: 'Chat',
      queueId: idOf('Chat'),
    });
    expect((await nora('GET', '/api/v1/mail-identities')).body.items).toEqual([]);
    const asOther = { text: 'x', identityId: other.id };
    expect((await nora('POST', `/api/v1/tickets/${ticketId}/messages`, asOther)).status).toBe(404);
    expect((await nora('POST', `/api/v1/tickets/${ticketId}/held-replies`, asOther)).status).toBe(404);
    expect((await nora('POST', '/api/v1/mail-identities', { address: 'n@patchbay.test', name: 'N' })).status).toBe(403);
    expect((await nora('PATCH', '/api/v1/me', { undoSeconds: 61 })).status).toBe(400);
    expect((await nora('PATCH', '/api/v1/me', { undoSeconds: 5 })).body.undoSeconds).toBe(5);
    await ask('DELETE', `/mail-identities/${other.id}`);
    await ask('PATCH', '/me', { undoSeconds: 0 });
  });

  it('that fails comes back to who wrote it, also when the ticket is not theirs any more', async () => {
    const { url, api } = centre();
    const credentials = { email: `${randomUUID().slice(0, 8)}@patchbay.test`, password: 'a long enough password' };
    const queues = (await ask('GET', '/queues')).items;
    const only = (wanted: string) =>
      queues.flatMap(({ id, name }: Record<string, string>) => (name === wanted ? [id] : []));
    const author = await ask('POST', '/agents', {
      ...credentials,
      name: 'Ann',
      role: 'agent',
      queueIds: only('Email'),
    });
    const { api: ann, cookie } = await logIn(url, credentials);
    const { ticketId } = await firstContact();
    const answer = await ann('POST', `/api/v1/tickets/${ticketId}/messages`, {
      text: 'No',
      to: ['unknown@example.net'],
    });
    const held = await ann('POST', `/api/v1/tickets/${ticketId}/held-replies`, { text: 'Not any more' });
    expect([answer.status, held.status]).toEqual([201, 201]);
    const own = async () => (await ann('GET', '/api/v1/outbox?status=undelivered')).body.items;
    const [item] = await eventually(own, (items) => items.length === 1);
    await ask('PATCH', `/agents/${author.id}`, { queueIds: only('Chat') });
    await ask('PATCH', `/tickets/${ticketId}`, { status: 'closed' });
    expect((await ann('GET', `/api/v1/tickets/${ticketId}`)).status).toBe(404);

    await using desk = await openDesk(url, { cookie });
    expect((await ann('POST', `/api/v1/held-replies/${held.body.id}/send-now`)).body.state).toBe('failed');
    await desk.event('reply.failed', ({ data }) => data['heldReplyId'] === held.body.id);
    await using later = await openDesk(url, { cookie });
    await later.event('reply.failed', ({ data }) => data['heldReplyId'] === held.body.id);
    expect((await ann('GET', '/api/v1/held-replies?state=failed')).body.items).toMatchObject([{ id: held.body.id }]);
    expect((await api('GET', '/api/v1/held-replies?state=failed')).body.items).toEqual([]);

    expect(item).toMatchObject({ messageId: answer.body.id, status: 'failed' });
    expect((await ann('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'failed' })).status).toBe(204);
    expect(await own()).toEqual([]);
  });

  it('that missed a recipient comes back to who wrote it until they have seen it, and again when another one misses it', async () => {
    const { url, write, received } = centre();
    const login = { email: `${randomUUID().slice(0, 8)}@patchbay.test`, password: 'a long enough password' };
    await ask('POST', '/agents', { ...login, name: 'Eve', role: 'manager' });
    const { api: eve } = await logIn(url, login);
    const { ticketId, from } = await firstContact();
    const copy = `copy-${randomUUID()}@example.net`;
    const answer = await eve('POST', `/api/v1/tickets/${ticketId}/messages`, {
      text: 'To most of you.',
      to: [from],
      cc: ['unknown@example.net', copy],
    });
    expect(answer.status).toBe(201);
    const list = async (status: string, api = eve) =>
      (await api('GET', `/api/v1/outbox?status=${status}`)).body.items.filter(
        (one: { messageId: string }) => one.messageId === answer.body.id,
      );
    const first = 'Not taken for unknown@example.net (550); everybody else has it';
    const [item] = await eventually(
      () => list('undelivered'),
      (items) => items.length === 1,
    );
    expect(item).toMatchObject({ status: 'sent', error: first, decidedAt: null, anew: false });
    expect([await list('undelivered', centre().api), await list('failed')]).toEqual([[], []]);
    expect(await list('partly', centre().api)).toHaveLength(1);

    const decide = async (decision: string) =>
      (await eve('POST', `/api/v1/outbox/${item.id}/resolve`, { decision })).status;
    expect(await decide('failed')).toBe(409);
    expect([await decide('seen'), await decide('seen')]).toEqual([204, 409]);
    expect(await list('undelivered')).toEqual([]);
    expect(await list('partly')).toMatchObject([{ decidedAt: expect.any(String) }]);

    const id = newId();
    const fields = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];
    const { mail, envelopeFrom: to } = await sent('To most of you.');
    const raw = bounceMail({ id, to, recipient: copy, fields, about: mail.messageId });
    await write({ envelope: { from: '', to }, raw });
    await received(id);
    expect(await list('undelivered')).toMatchObject([
      { status: 'sent', error: `${first}; ${copy}: 5.1.1 550 5.1.1 User unknown`, decidedAt: null },
    ]);
    // That whom it is for has it makes nobody else have it.
    const arrived = bounceMail({
      id: newId(),
      to,
      recipient: from,
      fields: ['Action: delivered'],
      about: mail.messageId,
    });
    await write({ envelope: { from: '', to }, raw: arrived });
    const [there] = await eventually(
      () => list('undelivered'),
      ([one]) => one?.status === 'delivered',
    );
    expect(there.error).toBe(`${first}; ${copy}: 5.1.1 550 5.1.1 User unknown`);
    const onTicket = (await centre().messages(ticketId)).find((one) => one.id === answer.body.id);
    expect(onTicket?.deliveryError).toBe(there.error);
    expect(await decide('seen')).toBe(204);
    expect(await list('undelivered')).toEqual([]);
  });

  it('that waits says why: what its last try met, and behind which message of its ticket it stands', async () => {
    const { ticketId } = await firstContact({ from: `slow-${randomUUID()}@example.org` });
    const answer = await ask('POST', `/tickets/${ticketId}/messages`, { text: 'Patience.' });
    const find = async () => (await centre().messages(ticketId)).filter(({ direction }) => direction === 'out');
    const [first, second] = await eventually(find, ([one]) => (one?.waiting?.error ?? null) !== null);
    const tried = { error: 'The mail server put the mail off with 451', attempts: expect.any(Number) };
    expect(first).toMatchObject({ deliveryStatus: 'queued', deliveryError: null, waiting: { ...tried, behind: null } });
    expect(first?.waiting.attempts).toBeGreaterThan(0);
    const behind = { messageId: first?.id, at: expect.any(String), automatic: true };
    expect(second).toMatchObject({ id: answer.id, deliveryStatus: 'queued', waiting: { ...tried, behind } });
    const { items } = await ask('GET', '/outbox');
    const listed = items.find((one: { messageId: string }) => one.messageId === answer.id);
    expect(listed).toMatchObject({ status: 'queued', attempts: 0, waiting: { ...tried, behind } });
    // What goes to somebody else waits for nobody.
    const aside = await ask('POST', `/tickets/${ticketId}/messages`, { text: 'Aside.', to: ['fine@example.net'] });
    await sent('Aside.');
    const left = await eventually(
      async () => (await find()).find(({ id }) => id === aside.id),
      (one) => one?.deliveryStatus === 'sent',
    );
    expect(left?.waiting).toBeNull();
  });

  it('that failed is written anew as it was handed in, where all of it is still there', async () => {
    const { ticketId, message, from } = await firstContact();
    const { id: identityId } = await ask('POST', '/mail-identities', {
      address: 'anew@patchbay.test',
      name: 'Anew',
      signatureText: 'The centre',
    });
    const file = await upload(png, 'bulb.png', 'image/png');
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const passedOn = {
      text: `**Between us**: is ${from} honest?`,
      format: 'light',
      to: ['unknown@suplier.example'],
      cc: ['unknown@suplier.net'],
      identityId,
      forwardOf: message.id,
      attachments: [file],
    };
    const held = await ask('POST', `/tickets/${ticketId}/held-replies`, passedOn);
    await ask('POST', `/held-replies/${held.id}/send-now`);
    await ask('PATCH', '/me', { undoSeconds: 0 });
    const answer = { text: 'It is.', to: ['unknown@example.org'], cc: ['unknown2@example.org'], identityId };
    await ask('POST', `/tickets/${ticketId}/messages`, { ...answer, subject: 'Your lamp' });
    await ask('POST', `/tickets/${ticketId}/messages`, { ...passedOn, text: 'Passed on at once' });
    const failed = async (api: ApiClient) =>
      (await api('GET', '/api/v1/outbox?status=failed')).body.items.filter(
        (item: { ticketId: string }) => item.ticketId === ticketId,
      );
    const items = await eventually(
      () => failed(centre().api),
      (all) => all.length === 3,
    );
    // What was passed on without being held back is not told apart from what its author wrote.
    expect(items.map(({ anew }: { anew: boolean }) => anew)).toEqual([false, true, true]);
    const [atOnce, answered, first] = items.map(({ id }: { id: string }) => `/outbox/${id}/written`);
    expect(await ask('GET', first)).toMatchObject({ ticketId, input: passedOn, files: [{ id: file }] });
    expect(await ask('GET', answered)).toEqual({
      ticketId,
      input: { ...answer, subject: 'Your lamp', bcc: [], visibility: 'public', attachments: [] },
      files: [],
    });
    expect((await centre().api('GET', `/api/v1${atOnce}`)).status).toBe(404);

    // Another's files are not one's own to send.
    const login = { email: `${randomUUID().slice(0, 8)}@patchbay.test`, password: 'a long enough password' };
    await ask('POST', '/agents', { ...login, name: 'Max', role: 'manager' });
    const { api: max } = await logIn(centre().url, login);
    expect((await failed(max)).map(({ anew }: { anew: boolean }) => anew)).toEqual([false, true, false]);
    expect((await max('GET', `/api/v1${first}`)).status).toBe(404);

    // Its author can go on with it also where addresses are hidden from them.
    const { masking } = await ask('GET', '/settings/privacy');
    const hidden = { ...masking.agent, email: 'masked' };
    await ask('PUT', '/settings/privacy', { masking: { agent: hidden, manager: hidden, admin: hidden } });
    const { input } = await ask('GET', first);
    const lists = { to: ['u••••@••••.example'], cc: ['u••••@••••.net'] };
    expect(input).toMatchObject({ ...passedOn, ...lists });
    const again = await ask('POST', `/tickets/${ticketId}/messages`, input);
    expect((await max('GET', `/api/v1${answered}`)).status).toBe(403);
    await ask('PUT', '/settings/privacy', { masking });
    const written = (await centre().messages(ticketId)).find(({ id }) => id === again.id);
    expect(written).toMatchObject({ to: passedOn.to, cc: passedOn.cc, text: expect.stringContaining(passedOn.text) });
    await ask('DELETE', `/mail-identities/${identityId}`);
  });

  it('holds a reply back, and gives it back or sends it once', async () => {
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const { ticketId } = await firstContact();
    const hold = (text: string, key: string) =>
      ask('POST', `/tickets/${ticketId}/held-replies`, { text, cc: ['copy@example.net'] }, { 'idempotency-key': key });
    const taken = await hold('Never mind.', 'k1');
    expect(taken).toMatchObject({ state: 'held', input: { text: 'Never mind.', cc: ['copy@example.net'] } });
    expect((await hold('Never mind.', 'k1')).id).toBe(taken.id);
    expect((await ask('GET', `/tickets/${ticketId}/held-replies`)).items).toMatchObject([{ id: taken.id }]);
    expect((await ask('DELETE', `/held-replies/${taken.id}`)).input.text).toBe('Never mind.');
    // The words are for whoever did not hear the first answer, too.
    expect((await ask('DELETE', `/held-replies/${taken.id}`)).input.text).toBe('Never mind.');
    expect((await centre().api('POST', `/api/v1/held-replies/${taken.id}/send-now`)).status).toBe(409);

    const now = await hold('At once.', 'k2');
    const released = await Promise.allSettled([1, 2, 3].map(() => ask('POST', `/held-replies/${now.id}/send-now`)));
    expect(released.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await sent('At once.');
    expect((await centre().api('DELETE', `/api/v1/held-replies/${now.id}`)).status).toBe(409);

    await ask('PATCH', '/me', { undoSeconds: 1 });
    const due = await hold('In a second.', 'k3');
    await sent('In a second.');
    await eventually(
      () => ask('GET', `/tickets/${ticketId}/held-replies`),
      ({ items }) => items.length === 0,
    );
    expect((await centre().api('DELETE', `/api/v1/held-replies/${due.id}`)).status).toBe(409);
    const texts = (await centre().messages(ticketId)).filter(({ kind }) => kind === 'agent').map(({ text }) => text);
    expect(texts).toEqual(['At once.', 'In a second.']);

    // Closed meanwhile: it cannot leave, and nothing of it is lost.
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const late = await hold('Too late.', 'k4');
    await ask('PATCH', `/tickets/${ticketId}`, { status: 'closed' });
    expect(await ask('POST', `/held-replies/${late.id}/send-now`)).toMatchObject({
      state: 'failed',
      reason: 'The ticket is closed',
    });
    await centre().desk.event('reply.failed', ({ data }) => data['heldReplyId'] === late.id);
    expect((await ask('GET', '/held-replies?state=failed')).items).toMatchObject([
      { id: late.id, reason: 'The ticket is closed', ticketNumber: (await centre().ticket(ticketId)).number },
    ]);
    expect((await ask('DELETE', `/held-replies/${late.id}`)).input.text).toBe('Too late.');
    await ask('PATCH', '/me', { undoSeconds: 0 });
  });

  it('that is held back is not sent besides under the same key, nor held when it was sent', async () => {
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const { ticketId } = await firstContact();
    const by = (way: 'messages' | 'held-replies', text: string, key: string) =>
      centre().api('POST', `/api/v1/tickets/${ticketId}/${way}`, { text }, { 'idempotency-key': key });
    const held = (await by('held-replies', 'By one way.', 'one')).body;
    expect((await by('messages', 'By one way.', 'one')).status).toBe(409);
    const { messageId } = await ask('POST', `/held-replies/${held.id}/send-now`);
    expect((await by('messages', 'By one way.', 'one')).body.id).toBe(messageId);
    expect((await by('messages', 'Another text.', 'one')).status).toBe(409);
    expect((await by('messages', 'At once.', 'two')).status).toBe(201);
    expect((await by('held-replies', 'At once.', 'two')).status).toBe(409);
    const texts = (await centre().messages(ticketId)).filter(({ kind }) => kind === 'agent').map(({ text }) => text);
    expect(texts).toEqual(['By one way.', 'At once.']);
    await ask('PATCH', '/me', { undoSeconds: 0 });
  });
});

onBothBackends('a reply that is held back', (backend) => {
  it('leaves once when the hub is killed before its moment, and its job is lost', async () => {
    await using sink = await startMailSink();
    await using ground = await createGround(backend, { SMTP_URL: sink.url });
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    let held: { id: string; ticketId: string };
    {
      await using hub = await startHubProcess(ground.env);
      await using desk = await openDesk(ground.url, apiKey);
      const messageId = newId();
      await mailProgram(ground.smtpPort)({ from: 'kim@example.org', messageId, subject: 'Hello', text: 'Hello' });
      const { ticketId } = await ticketClient(api, desk).received(messageId);
      // An acknowledgement that is killed while it is sent would keep back what follows it.
      await desk.event('message.status-changed', ({ data }) => data['status'] === 'sent');
      await api('PATCH', '/api/v1/me', { undoSeconds: 2 });
      held = (await api('POST', `/api/v1/tickets/${ticketId}/held-replies`, { text: 'After the crash.' })).body;
      await hub.kill('SIGKILL');
    }
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    // As a process that took it and died leaves it: the claim lapses.
    await db.sql.query(
      "update held_reply set state = 'leaving', attempts = 1, claimed_at = now() - interval '1 minute'",
    );
    await using _hub = await startHubProcess(ground.env);
    await sink.mails.until(({ mail }) => mail.text?.includes('After the crash.') === true, 'the reply', 30_000);
    await eventually(
      () => db.sql.query<{ state: string }>('select state from held_reply where id = $1', [held.id]),
      ({ rows }) => rows[0]?.state === 'released',
    );
    expect(sink.mails.items.filter(({ mail }) => mail.text?.includes('After the crash.'))).toHaveLength(1);
  });
});
