import { randomUUID } from 'node:crypto';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierAccount, carrierEnvironment, centreNumber, postSigned, smsFields } from '../support/carrier.ts';
import { hangUp, startCarrierRest, taken, tooMany } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startTextCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub(backend, { env: carrierEnvironment(carrier.url) }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { carrier, ...hub, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const newSid = (prefix: 'SM' | 'MM' = 'SM') => prefix + randomUUID().replaceAll('-', '');

onBothBackends('a text message', (backend) => {
  const centre = shared(() => startTextCentre(backend));

  async function textFrom(from: string, body: string, more: Record<string, string> = {}) {
    const sid = newSid(more['NumMedia'] ? 'MM' : 'SM');
    const answer = await postSigned(centre().url, '/webhooks/twilio/sms', {
      ...smsFields({ sid, from, body }),
      ...more,
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/<Response ?\/>$/)]);
    return centre().received(sid);
  }

  const tellStatus = (sid: string, to: string, MessageStatus: string) =>
    postSigned(centre().url, '/webhooks/twilio/sms/status', {
      SmsSid: sid,
      SmsStatus: MessageStatus,
      MessageStatus,
      To: to,
      MessageSid: sid,
      AccountSid: carrierAccount.accountSid,
      From: centreNumber,
      ApiVersion: '2010-04-01',
    });

  /** The request by which this text left; it is the only one. */
  async function sentOnce(body: string) {
    const { carrier } = centre();
    const call = await carrier.calls.until(({ form }) => form['Body'] === body, `request with ${body}`);
    expect(carrier.calls.items.filter(({ form }) => form['Body'] === body)).toHaveLength(1);
    return call;
  }

  const statusOf = async (ticketId: string, messageId: string) =>
    (await centre().messages(ticketId)).find((message: { id: string }) => message.id === messageId).deliveryStatus;

  it('comes in signed, is a ticket on the screen, and its answer leaves as the carrier wants it', async () => {
    const { carrier, ticket, reply, desk, url } = centre();
    const from = '+4915112340001';
    const message = await textFrom(from, 'Wo ist mein Paket? 📦');
    const opened = await ticket(message.ticketId);
    expect(opened).toMatchObject({ channel: 'sms', status: 'open', subject: 'Wo ist mein Paket? 📦' });
    const acknowledgement = await carrier.calls.until(({ form }) => form['To'] === from, 'the acknowledgement');
    expect(acknowledgement.form['Body']).toContain(String(opened.number));

    const answer = await reply(message.ticketId, 'Es kommt morgen.');
    expect(await sentOnce('Es kommt morgen.')).toMatchObject({
      method: 'POST',
      path: `/2010-04-01/Accounts/${carrierAccount.accountSid}/Messages.json`,
      authorization: `Basic ${Buffer.from(`${carrierAccount.accountSid}:${carrierAccount.authToken}`).toString('base64')}`,
      form: {
        From: centreNumber,
        To: from,
        Body: 'Es kommt morgen.',
        StatusCallback: `${url}/webhooks/twilio/sms/status`,
      },
    });
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'sent',
    );
    expect((await textFrom(from, 'Danke!')).ticketId).toBe(message.ticketId);
  });

  it('brings its pictures, fetched from the carrier and kept', async () => {
    const { carrier, url } = centre();
    const picture = Buffer.from('89504e470d0a1a0a', 'hex');
    const media = carrier.addMedia('image/png', picture);
    const {
      attachments: [file],
    } = await textFrom('+4915112340002', '', { NumMedia: '1', MediaUrl0: media, MediaContentType0: 'image/png' });
    expect(file).toMatchObject({
      contentType: 'image/png',
      size: picture.length,
      filename: expect.stringMatching(/\.png$/),
    });
    expect(carrier.calls.items.find(({ path }) => media.endsWith(path))?.authorization).toMatch(/^Basic /);
    const answer = await fetch(new URL(file.url, url), { headers: { authorization: `Bearer ${apiKey}` } });
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
  });

  it('under the sid of another is one of its own, and told again is one', async () => {
    const sid = newSid();
    const texts: [string, string][] = [
      ['+4915112371801', 'The first'],
      ['+4915112371802', 'Of somebody else'],
      ['+4915112371801', 'Other words'],
    ];
    for (const [from, body] of [...texts, ...texts])
      expect((await postSigned(centre().url, '/webhooks/twilio/sms', smsFields({ sid, from, body }))).status).toBe(200);
    const known = async () =>
      (
        await centre().hub.parts.db.sql.query(
          `select contact ->> 'from' as from, contact ->> 'text' as text from inbox where external_id like $1 and state = 'done' order by received_at`,
          [`${sid}%`],
        )
      ).rows.map(({ from, text }) => [from, text]);
    expect(await eventually(known, (rows) => rows.length >= 3)).toEqual(texts);
  });

  it('moves its delivery forwards only, in whatever order the carrier tells of it', async () => {
    const { reply, desk, carrier } = centre();
    const from = '+4915112340003';
    const { ticketId } = await textFrom(from, 'Hello');
    // The carrier's word overtakes its answer to the request.
    carrier.answerOnce('In disorder', async (call, response, request) => {
      expect((await tellStatus(call.sid, from, 'delivered')).status).toBe(200);
      await taken(call, response, request);
    });
    const answer = await reply(ticketId, 'In disorder');
    const { sid } = await sentOnce('In disorder');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'delivered',
    );
    for (const late of ['sent', 'queued', 'undelivered', 'sending', 'delivered']) {
      expect((await tellStatus(sid, from, late)).status).toBe(200);
      expect(await statusOf(ticketId, answer.id), late).toBe('delivered');
    }
    const failing = await reply(ticketId, 'Refused later');
    const refused = await sentOnce('Refused later');
    await tellStatus(refused.sid, from, 'undelivered');
    await tellStatus(refused.sid, from, 'sent');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === failing.id && data['status'] === 'failed',
    );
    expect(await statusOf(ticketId, failing.id)).toBe('failed');
  });

  it('and a mail of one known customer are one customer with two identifiers', async () => {
    const { api, received, ground } = centre();
    const phone = '+4915112340004';
    const email = 'known@example.org';
    const { status, body: customer } = await api('POST', '/api/v1/customers', {
      displayName: 'Kim Known',
      identifiers: [
        { kind: 'email', value: 'Known@Example.org' },
        { kind: 'phone', value: '+49 1511 2340004' },
      ],
    });
    expect(status).toBe(201);
    const messageId = `<${randomUUID()}@example.org>`;
    const question = 'Where is my order 4711?';
    const [text] = await Promise.all([
      textFrom(phone, question),
      mailProgram(ground.smtpPort)({ from: `Kim <${email}>`, messageId, subject: 'Order', text: question }),
    ]);
    const mail = await received(messageId);
    expect([text.customerId, mail.customerId]).toEqual([customer.id, customer.id]);
    expect(mail.ticketId).not.toBe(text.ticketId);
    for (const q of [phone, email]) {
      const found = (await api('GET', `/api/v1/customers?q=${encodeURIComponent(q)}`)).body.items;
      expect(found.map(({ id }: { id: string }) => id)).toEqual([customer.id]);
      expect(
        found[0].identifiers.map(({ kind, value }: { kind: string; value: string }) => `${kind} ${value}`).toSorted(),
      ).toEqual([`email ${email}`, `phone ${phone}`]);
    }
    expect((await api('GET', `/api/v1/tickets?customerId=${customer.id}`)).body.items).toHaveLength(2);
  });

  it('of a customer with two phones is answered at the one that it came from', async () => {
    const { api, reply } = centre();
    const [one, two] = ['+4915112340007', '+4915112340008'];
    const [first, second] = [await textFrom(one, 'Hello'), await textFrom(two, 'Hello, too')];
    await api('POST', `/api/v1/customers/${first.customerId}/merge`, { otherId: second.customerId });
    await api('PATCH', `/api/v1/tickets/${second.ticketId}`, { status: 'closed' });
    const again = await textFrom(two, 'Call me at this one');
    expect(again.customerId).toBe(first.customerId);
    await reply(again.ticketId, `To the second ${backend}`);
    expect((await sentOnce(`To the second ${backend}`)).form).toMatchObject({ From: centreNumber, To: two });
    expect(await textFrom(two, 'Thanks')).toMatchObject({ ticketId: again.ticketId });
    expect(await textFrom(one, 'Here I am, too')).toMatchObject({ ticketId: first.ticketId });
  });

  it('that the carrier puts off is tried again when it says, and leaves once', async () => {
    const { reply, desk, carrier } = centre();
    const { ticketId } = await textFrom('+4915112340005', 'Hello');
    carrier.answerOnce('Too fast', tooMany);
    const answer = await reply(ticketId, 'Too fast');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'sent',
    );
    expect(carrier.calls.items.filter(({ form }) => form['Body'] === 'Too fast')).toHaveLength(2);
    expect(await statusOf(ticketId, answer.id)).toBe('sent');
  });

  it('whose outcome nobody knows is said to be so, and never repeated', async () => {
    const { reply, desk, carrier, hub, api } = centre();
    const { ticketId } = await textFrom('+4915112340006', 'Hello');
    carrier.answerOnce('Perhaps', hangUp);
    const answer = await reply(ticketId, 'Perhaps');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === answer.id && data['status'] === 'unknown',
    );
    const { body } = await api('GET', '/api/v1/outbox');
    const { id: outboundId } = body.items.find((one: { messageId: string }) => one.messageId === answer.id);
    // Whatever could bring it up again is done now: the sweep, and a job that was delivered twice.
    await sweep(hub.parts);
    hub.parts.jobs.add('send-outbound', { outboundId, round: 1 });
    const after = await reply(ticketId, 'Afterwards');
    await desk.event(
      'message.status-changed',
      ({ data }) => data['messageId'] === after.id && data['status'] === 'sent',
    );
    await sentOnce('Perhaps');
    expect(await statusOf(ticketId, answer.id)).toBe('unknown');
  });
});
