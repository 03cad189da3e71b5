import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { createClient } from '../support/client.ts';
import { mailCentre, newId, png } from '../support/mail-centre.ts';

onBothBackends('writing mail', (backend) => {
  const aside = besideTheQueue(backend);
  const { centre, ask, firstContact, sent, upload, addresses } = mailCentre(backend);

  aside('answers all that had the mail, and nobody of the centre', async () => {
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

  aside('uses the Reply-To of the sender’s own domain, shows another and leaves it', async () => {
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

  aside('leaves a Reply-To of the same provider of many mailboxes, which may be anybody’s', async () => {
    const from = `${randomUUID()}@gmail.com`;
    const { ticketId } = await firstContact({ from, replyTo: 'thief@gmail.com' });
    expect(await ask('GET', `/tickets/${ticketId}/reply-recipients`)).toMatchObject({
      reply: { to: [from] },
      replyAll: { to: [from], cc: [] },
      doubtfulReplyTo: ['thief@gmail.com'],
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

  aside('passes on only the files that are named, and leaves no gap where a picture stayed behind', async () => {
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

  aside('shows pictures in the text, and sends them along', async () => {
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

  aside('takes nothing into a header that is not meant to be there', async () => {
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

  aside('belongs to mail: other channels say so', async () => {
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

  aside(
    'is each agent’s own: nobody else takes a message back, or writes as an identity of another queue',
    async () => {
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
      expect((await nora('POST', '/api/v1/mail-identities', { address: 'n@patchbay.test', name: 'N' })).status).toBe(
        403,
      );
      expect((await nora('PATCH', '/api/v1/me', { undoSeconds: 61 })).status).toBe(400);
      expect((await nora('PATCH', '/api/v1/me', { undoSeconds: 5 })).body.undoSeconds).toBe(5);
      await ask('DELETE', `/mail-identities/${other.id}`);
      await ask('PATCH', '/me', { undoSeconds: 0 });
    },
  );
});
