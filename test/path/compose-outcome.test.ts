import { randomUUID } from 'node:crypto';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { logIn } from '../support/api-centre.ts';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { createClient, eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { mailProgram, startMailSink } from '../support/mail.ts';
import { mailCentre, newId, png } from '../support/mail-centre.ts';
import { startHubProcess } from '../support/process.ts';
import { ticketClient } from '../support/ticket-client.ts';

onBothBackends('mail that was written', (backend) => {
  const aside = besideTheQueue(backend);
  const { centre, ask, firstContact, sent, upload } = mailCentre(backend);

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

  aside('that is refused says in the log neither whom the server nor whom the bounce names', async () => {
    const { write, received, reply, messages, logged } = centre();
    const { ticketId } = await firstContact();
    const to = `unknown-${randomUUID()}@private.example`;
    const { id } = await reply(ticketId, 'Are you there?', { to: [to], cc: ['copy@private.example'] });
    const about = async () => (await messages(ticketId)).find((one) => one.id === id);
    await eventually(about, (one) => one?.deliveryStatus === 'failed');
    const { id: all } = await reply(ticketId, 'Is nobody there?', { to: [to] });
    await eventually(
      () => messages(ticketId),
      (items) => items.find((one) => one.id === all)?.deliveryStatus === 'failed',
    );

    const messageId = newId();
    const fields = ['Action: failed', 'Diagnostic-Code: smtp; 550 5.1.1 <copy@private.example> unknown'];
    const { mail, envelopeFrom } = await sent('Are you there?');
    const raw = bounceMail({
      id: messageId,
      to: envelopeFrom,
      recipient: 'copy@private.example',
      fields,
      about: mail.messageId,
    });
    await write({ envelope: { from: '', to: envelopeFrom }, raw });
    await received(messageId);
    expect((await about())?.deliveryError).toContain('550 5.1.1 <copy@private.example> unknown');
    expect(logged()).toContain('u••••@••••.example> is not here');
    expect(logged()).not.toContain('private.example');
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

  it('that was held back and could not leave keeps its files until it leaves or is taken back', async () => {
    await ask('PATCH', '/me', { undoSeconds: 60 });
    const { ticketId } = await firstContact();
    const [file, named, dropped] = await Promise.all(
      ['invoice', 'named', 'dropped'].map((name) => upload(png, `${name}.png`, 'image/png')),
    );
    const attachments = [file, { id: named, inline: true, contentId: 'lamp@console' }];
    const held = await ask('POST', `/tickets/${ticketId}/held-replies`, { text: 'The invoice.', attachments });
    await ask('PATCH', `/tickets/${ticketId}`, { status: 'closed' });
    expect((await ask('POST', `/held-replies/${held.id}/send-now`)).state).toBe('failed');
    const { sql } = centre().hub.parts.db;
    const afterThreeDays = async () => {
      await sql.query(`update upload set created_at = now() - interval '3 days'`);
      await sweep(centre().hub.parts);
      const { rows } = await sql.query<{ id: string }>('select id from upload');
      return rows.map(({ id }) => id);
    };
    const kept = await afterThreeDays();
    expect(kept).toEqual(expect.arrayContaining([file, named]));
    expect(kept).not.toContain(dropped);
    expect((await ask('DELETE', `/held-replies/${held.id}`)).files).toHaveLength(2);
    // Whoever takes it back has as long for it as with new files.
    await sweep(centre().hub.parts);
    await ask('PATCH', `/tickets/${ticketId}`, { status: 'open' });
    await ask('POST', `/tickets/${ticketId}/messages`, { text: 'The invoice, again.', attachments });
    expect(await afterThreeDays()).not.toContain(file);
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
      await api('PATCH', '/api/v1/me', { undoSeconds: 60 });
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
