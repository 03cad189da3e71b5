import { readAccounts } from '@patchbay/store/queries/channel-health';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { centreNumber } from '../support/carrier.ts';
import { taken } from '../support/carrier-rest.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

const day = 24 * 3600_000;
const contentSid = `HX${'ab'.repeat(16)}`;

onBothBackends('a WhatsApp message', (backend) => {
  /** How far the hub's clock is ahead. */
  let ahead = 0;
  const centre = shared(() => startTextCentre(backend, { now: () => new Date(Date.now() + ahead) }));

  it('comes in, is answered in its network, and is known to be read', async () => {
    const { whatsappFrom, ticket, reply, carrier, becomes, tellStatus, url } = centre();
    const from = '+4915112370001';
    const { ticketId } = await whatsappFrom(from, 'Wo ist mein Paket?');
    const detail = await ticket(ticketId);
    expect(detail).toMatchObject({
      channel: 'whatsapp',
      customerName: 'Ada',
      queueName: 'Messages',
      channelAccount: centreNumber,
      contactAddress: from,
      limits: { textLength: 1600, segments: false, templates: true },
    });
    expect(Date.parse(detail.messagingWindow.closesAt) - Date.now()).toBeLessThanOrEqual(day);
    expect(Date.parse(detail.messagingWindow.closesAt) - Date.now()).toBeGreaterThan(day - 60_000);
    const answer = await reply(ticketId, 'In Potsdam.');
    const { form, sid } = await carrier.calls.until((call) => call.form['Body'] === 'In Potsdam.', 'the answer');
    expect(form).toEqual({
      From: `whatsapp:${centreNumber}`,
      To: `whatsapp:${from}`,
      Body: 'In Potsdam.',
      StatusCallback: `${url}/webhooks/twilio/whatsapp/status`,
    });
    await tellStatus('whatsapp', sid, from, 'read');
    await becomes(answer.id, 'read');
  });

  it('and a text of one person are one customer with two tickets', async () => {
    const { whatsappFrom, textFrom } = centre();
    const from = '+4915112370002';
    const [text, whatsapp] = [await textFrom(from, 'By text'), await whatsappFrom(from, 'By WhatsApp')];
    expect(whatsapp.customerId).toBe(text.customerId);
    expect(whatsapp.ticketId).not.toBe(text.ticketId);
    // Both at one address of ours: each is what it is.
    expect(await textFrom(from, 'x', { From: `whatsapp:${from}`, To: `whatsapp:${centreNumber}` })).toMatchObject({
      channel: 'whatsapp',
      ticketId: whatsapp.ticketId,
    });
  });

  it('that answers an earlier one belongs to the ticket of that one', async () => {
    const { whatsappFrom, reply, carrier, becomes, api } = centre();
    const from = '+4915112370003';
    const first = await whatsappFrom(from, 'About order 1');
    const answer = await reply(first.ticketId, 'On order 1');
    await becomes(answer.id, 'sent');
    const { sid } = await carrier.calls.until((call) => call.form['Body'] === 'On order 1', 'the answer');
    await api('PATCH', `/api/v1/tickets/${first.ticketId}`, { status: 'closed' });
    const second = await whatsappFrom(from, 'About order 2');
    expect(second.ticketId).not.toBe(first.ticketId);
    expect(await whatsappFrom(from, 'Thanks', { OriginalRepliedMessageSid: sid })).toMatchObject({
      ticketId: first.ticketId,
    });
    expect(await whatsappFrom(from, 'And?', { OriginalRepliedMessageSid: 'SMunknown' })).toMatchObject({
      channel: 'whatsapp',
    });
  });

  it('is answered freely for a day, then by templates only', async () => {
    const { whatsappFrom, ticket, reply, carrier, becomes, api, messages, hub } = centre();
    const from = '+4915112370004';
    const { ticketId } = await whatsappFrom(from, 'Hello');
    await carrier.calls.until(({ form }) => form['To'] === `whatsapp:${from}`, 'the acknowledgement');
    const template = {
      channel: 'whatsapp',
      name: `news-${backend}`,
      language: 'en',
      contentSid,
      body: 'Hello {{1}}, there is news about order {{2}}.',
      labels: ['Name', 'Order'],
    };
    const { status, body: made } = await api('POST', '/api/v1/templates', template);
    expect([status, made]).toEqual([201, { ...template, id: expect.any(String), state: 'active' }]);
    expect((await api('POST', '/api/v1/templates', template)).status).toBe(409);
    expect((await api('POST', '/api/v1/templates', { ...template, name: 'x', labels: ['Name'] })).status).toBe(400);
    expect((await api('POST', '/api/v1/templates', { ...template, channel: 'sms' })).status).toBe(422);

    // One waits behind another with the carrier until the day is over.
    const answered = Promise.withResolvers<void>();
    carrier.answerOnce('In time', async (call, response, request) => {
      await answered.promise;
      await taken(call, response, request);
    });
    await reply(ticketId, 'In time');
    await carrier.calls.until(({ form }) => form['Body'] === 'In time', 'the first answer');
    const waiting = await reply(ticketId, 'Too late');
    ahead = day;
    answered.resolve();
    await becomes(waiting.id, 'failed');
    expect((await messages(ticketId)).find(({ id }) => id === waiting.id).deliveryError).toMatch(/24 hours/);
    expect(carrier.calls.items.some(({ form }) => form['Body'] === 'Too late')).toBe(false);
    const health = await readAccounts(hub.parts.db.sql, '2026-01-01', 'UTC');
    expect(health.find(({ channel }) => channel === 'whatsapp')).toMatchObject({ failed: 0, lastError: null });

    expect(Date.parse((await ticket(ticketId)).messagingWindow.closesAt)).toBeLessThan(Date.now() + ahead);
    const say = (body: object) => api('POST', `/api/v1/tickets/${ticketId}/messages`, body);
    expect(await say({ text: 'Still there?' })).toMatchObject({ status: 422, body: { detail: /24 hours/ } });
    expect((await say({ text: 'A note', visibility: 'internal' })).status).toBe(201);
    const choice = (variables: string[], id = made.id) => say({ text: '', template: { id, variables } });
    expect((await choice(['Ada'])).status).toBe(422);
    expect((await choice(['Ada', 'line\nbreak'])).status).toBe(400);
    expect((await choice(['Ada', '1'], ticketId)).status).toBe(422);
    const sent = await choice(['Ada', '4711']);
    expect([sent.status, sent.body.text]).toEqual([201, 'Hello Ada, there is news about order 4711.']);
    await becomes(sent.body.id, 'sent');
    const { form } = await carrier.calls.until((call) => call.form['ContentSid'] === contentSid, 'the template');
    expect([form['ContentVariables'], form['Body'], form['To']]).toEqual([
      '{"1":"Ada","2":"4711"}',
      undefined,
      `whatsapp:${from}`,
    ]);

    expect((await api('PATCH', `/api/v1/templates/${made.id}`, { state: 'retired' })).body.state).toBe('retired');
    expect((await choice(['Ada', '4711'])).status).toBe(422);
    expect((await api('DELETE', `/api/v1/templates/${made.id}`)).status).toBe(204);
    ahead = 0;
  });

  it('to another number of ours has a day of its own', async () => {
    const { whatsappFrom, ticket, reply, becomes, hub } = centre();
    const from = '+4915112370006';
    const other = '+15005550099';
    const first = await whatsappFrom(from, 'Hello');
    for (const [table, column] of [
      ['message', 'received_at'],
      ['ticket', 'last_activity_at'],
    ])
      await hub.parts.db.sql.query(
        `update ${table} set ${column} = ${column} - interval '30 hours' where ${table === 'ticket' ? 'id' : 'ticket_id'} = $1`,
        [first.ticketId],
      );
    const { ticketId } = await whatsappFrom(from, 'Where is my order?', { To: `whatsapp:${other}` });
    expect(await ticket(ticketId)).toMatchObject({ channelAccount: other, contactAddress: from });
    await becomes((await reply(ticketId, 'It leaves today')).id, 'sent');
  });

  it('that the network refuses for the hour says so', async () => {
    const { whatsappFrom, reply, carrier, becomes, tellStatus, messages } = centre();
    const from = '+4915112370005';
    const { ticketId } = await whatsappFrom(from, 'Hello');
    const answer = await reply(ticketId, 'By another clock');
    const { sid } = await carrier.calls.until(({ form }) => form['Body'] === 'By another clock', 'the answer');
    await tellStatus('whatsapp', sid, from, 'undelivered', { ErrorCode: '63016' });
    await becomes(answer.id, 'failed');
    expect((await messages(ticketId)).find(({ id }) => id === answer.id).deliveryError).toMatch(/63016.*24 hours/);
  });
});
