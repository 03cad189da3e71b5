/** A hub that is killed while it hands messages over: what the carrier has got is not sent again, and nobody guesses about the rest. */
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { bounceMail } from '../support/bounce-mail.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { addSource, postTo, startReceiver } from '../support/http-source.ts';
import { apiKey, createGround } from '../support/hub.ts';
import type { Ground } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import { startHubProcess } from '../support/process.ts';

const texts = { taken: 'Taken, and nobody was told', lost: 'Not taken, and nobody was told' };

/** Somebody writes, and their ticket waits for an answer. */
async function ticketOf(url: string, api: ApiClient, from: string): Promise<string> {
  const sid = `SM${from.replace('+', '').padStart(32, '0')}`;
  await postSigned(url, '/webhooks/twilio/sms', smsFields({ sid, from, body: 'Where is my parcel?' }));
  const { body } = await eventually(
    () => api('GET', `/api/v1/messages?externalId=${sid}`),
    (answer) => answer.body.items?.length === 1,
  );
  return body.items[0].ticketId;
}

const messageOf = async (api: ApiClient, ticketId: string, text: string) =>
  (await api('GET', `/api/v1/tickets/${ticketId}/messages?limit=200`)).body.items.find(
    (item: { text: string }) => item.text === text,
  );

onBothBackends('a hub killed while it sends', (backend) => {
  it('asks the carrier what became of it, sends nothing twice, and leaves the rest to a person', async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const posts = (text: string) => carrier.calls.items.filter(({ form }) => form['Body'] === text).length;
    const [taken, lost] = await (async () => {
      await using first = await startHubProcess(ground.env);
      const tickets = [
        await ticketOf(ground.url, api, '+4915400000100'),
        await ticketOf(ground.url, api, '+4915400000200'),
      ] as const;
      carrier.answerOnce(texts.taken, (call) => carrier.accepted.push(call));
      carrier.answerOnce(texts.lost, () => undefined);
      await api('POST', `/api/v1/tickets/${tickets[0]}/messages`, { text: texts.taken });
      await api('POST', `/api/v1/tickets/${tickets[1]}/messages`, { text: texts.lost });
      for (const text of Object.values(texts))
        await eventually(
          async () => posts(text),
          (count) => count === 1,
        );
      await first.kill('SIGKILL');
      return tickets;
    })();

    await using hub = await createHub(loadEnvironment(ground.env), { sending: { reconcileMs: [100, 100] } });
    // As long ago as the sweep waits before it holds a send for abandoned.
    await hub.parts.db.sql.query(
      `update outbound set claimed_at = claimed_at - interval '10 minutes' where status = 'sending'`,
    );
    await sweep(hub.parts);
    await eventually(
      () => messageOf(api, taken, texts.taken),
      (message) => message.deliveryStatus === 'sent',
    );
    const unknown = await eventually(
      () => messageOf(api, lost, texts.lost),
      (message) => message.deliveryStatus === 'unknown' && /no such message/.test(message.deliveryError ?? ''),
    );
    expect([posts(texts.taken), posts(texts.lost)]).toEqual([1, 1]);

    const { body } = await api('GET', '/api/v1/outbox?status=unknown');
    const item = body.items.find((one: { messageId: string }) => one.messageId === unknown.id);
    expect((await api('POST', `/api/v1/outbox/${item.id}/resolve`, { decision: 'resend' })).status).toBe(204);
    await eventually(
      () => messageOf(api, lost, texts.lost),
      (message) => message.deliveryStatus === 'sent',
    );
    expect([posts(texts.taken), posts(texts.lost)]).toEqual([1, 2]);
  }, 60_000);

  /** A hub on the ground of one that was killed, long after that: it holds the sends that were under way for abandoned. */
  async function sweptUp(ground: Ground) {
    const hub = await createHub(loadEnvironment(ground.env), { sending: { reconcileMs: [100, 100] } });
    const { sql } = hub.parts.db;
    await sql.query(`update outbound set claimed_at = claimed_at - interval '10 minutes' where status = 'sending'`);
    await sweep(hub.parts);
    return hub;
  }

  it('believes the source that had told by our id what became of a message before it answered', async () => {
    await using receiver = await startReceiver();
    await using ground = await createGround(backend, { OUTGOING_PRIVATE_ADDRESSES: 'allow' });
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const text = 'Told, and never answered';
    const told = Promise.withResolvers<number>();
    const ticketId = await (async () => {
      await using first = await startHubProcess(ground.env);
      const app = await addSource(api, { outboundUrl: receiver.url, replyBy: 'webhook' });
      await postTo(app, { id: 'm-1', from: { externalId: 'u1' }, text: 'Hello', acknowledge: false });
      const { body } = await eventually(
        () => api('GET', '/api/v1/messages?externalId=m-1'),
        (answer) => answer.body.items?.length === 1,
      );
      const ticket = body.items[0].ticketId as string;
      const silence = Promise.withResolvers<void>();
      receiver.answers.push({
        status: 200,
        before: async ({ id }: { id: string }) => {
          told.resolve((await postTo(app, { id, status: 'delivered' }, '/status')).status);
          await silence.promise;
        },
      });
      await api('POST', `/api/v1/tickets/${ticket}/messages`, { text });
      expect(await told.promise).toBe(202);
      await first.kill('SIGKILL');
      silence.resolve();
      return ticket;
    })();

    await using _hub = await sweptUp(ground);
    const message = await eventually(
      () => messageOf(api, ticketId, text),
      ({ deliveryStatus }) => deliveryStatus !== 'queued',
    );
    expect(message).toMatchObject({ deliveryStatus: 'delivered', deliveryError: null });
    expect(receiver.delivered.items.filter(({ body }) => body.text === text)).toHaveLength(1);
  }, 60_000);

  it('tells who wrote a mail that it came back while it was sent', async () => {
    await using server = await startMailServer();
    await using ground = await createGround(backend, { SMTP_URL: server.url });
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const write = mailProgram(ground.smtpPort);
    const [from, text, report] = ['gone@example.org', 'Taken, and came back', '<report@example.org>'];
    const arrived = (messageId: string) =>
      eventually(
        () => api('GET', `/api/v1/messages?externalId=${encodeURIComponent(messageId)}`),
        (answer) => answer.body.items?.length === 1,
      );
    const ticketId = await (async () => {
      await using first = await startHubProcess(ground.env);
      const messageId = '<first@example.org>';
      // Without an acknowledgement, which would be what is not answered.
      await write({ from, messageId, subject: 'Lamp', text: 'No light.', headers: { Precedence: 'bulk' } });
      const ticket = (await arrived(messageId)).body.items[0].ticketId as string;
      server.failOnce('end', 'hang');
      await api('POST', `/api/v1/tickets/${ticket}/messages`, { text });
      const taken = await eventually(async () => server.taken.find((mail) => mail.text.includes(text)), Boolean);
      const about = /^Message-ID: (.*)$/im.exec(taken?.text ?? '')?.[1];
      const to = 'support@patchbay.test';
      const fields = ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'];
      await write({ envelope: { from: '', to }, raw: bounceMail({ id: report, to, recipient: from, fields, about }) });
      await arrived(report);
      await first.kill('SIGKILL');
      return ticket;
    })();

    await using _hub = await sweptUp(ground);
    const message = await eventually(
      () => messageOf(api, ticketId, text),
      ({ deliveryStatus }) => deliveryStatus !== 'queued',
    );
    expect(message).toMatchObject({ deliveryStatus: 'failed', deliveryError: expect.stringContaining('5.1.1') });
    const { body } = await api('GET', '/api/v1/outbox?status=undelivered');
    expect(body.items.map((item: { messageId: string }) => item.messageId)).toContain(message.id);
    expect(server.taken.filter((mail) => mail.text.includes(text))).toHaveLength(1);
  }, 60_000);
});
