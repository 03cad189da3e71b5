import { createTransport } from 'nodemailer';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { eventually } from '../support/client.ts';
import { startHub } from '../support/hub.ts';

const idle = async (api: Awaited<ReturnType<typeof startHub>>['api']) =>
  eventually(
    () => api('GET', '/api/v1/inbox?state=pending'),
    ({ body }) => body.items.length === 0,
  );

onBothBackends('what comes twice', (backend) => {
  it('is one message: the same SID posted 50 times at once', async () => {
    await using hub = await startHub(backend, { env: carrierEnvironment('http://127.0.0.1:1') });
    const fields = smsFields({ sid: `SM${'1'.repeat(32)}`, from: '+4915112345678', body: 'Where is my parcel?' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => postSigned(hub.url, '/webhooks/twilio/sms', fields)),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    await idle(hub.api);
    const { body: messages } = await hub.api('GET', `/api/v1/messages?externalId=${fields['MessageSid']}`);
    expect(messages.items).toHaveLength(1);
    const { body: tickets } = await hub.api('GET', '/api/v1/tickets?channel=sms');
    expect(tickets.items).toHaveLength(1);
  });

  it('is one message: the same mail sent twice', async () => {
    await using hub = await startHub(backend);
    const transport = createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true });
    const mail = {
      from: 'Ada <ada@example.org>',
      to: 'support@patchbay.test',
      subject: 'Invoice',
      text: 'It is wrong.',
      messageId: '<twice@example.org>',
      date: new Date(0),
    };
    await transport.sendMail(mail);
    await transport.sendMail(mail);
    await idle(hub.api);
    const { body: messages } = await hub.api(
      'GET',
      `/api/v1/messages?externalId=${encodeURIComponent('<twice@example.org>')}`,
    );
    expect(messages.items).toHaveLength(1);
    const { body: tickets } = await hub.api('GET', '/api/v1/tickets');
    expect(tickets.items).toHaveLength(1);
  });

  it('is two messages when two mails only share a Message-ID', async () => {
    await using hub = await startHub(backend);
    const transport = createTransport({ host: '127.0.0.1', port: hub.ground.smtpPort, secure: false, ignoreTLS: true });
    const mail = {
      from: 'Ada <ada@example.org>',
      to: 'support@patchbay.test',
      subject: 'Invoice',
      messageId: '<shared@example.org>',
      date: new Date(0),
    };
    await transport.sendMail({ ...mail, text: 'The first.' });
    await transport.sendMail({ ...mail, text: 'Quite another.' });
    await idle(hub.api);
    const { body } = await hub.api('GET', '/api/v1/inbox?state=done');
    expect(body.items).toHaveLength(2);
  });

  it('is one customer and one ticket: 100 first contacts of one number at once', async () => {
    await using hub = await startHub(backend, { env: carrierEnvironment('http://127.0.0.1:1') });
    const from = '+4915199999999';
    const sids = Array.from({ length: 100 }, (_, index) => `SM${String(index).padStart(32, '0')}`);
    await Promise.all(
      sids.map((sid) => postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid, from, body: `Message ${sid}` }))),
    );
    await idle(hub.api);
    const { body: customers } = await hub.api('GET', `/api/v1/customers?q=${encodeURIComponent(from)}`);
    expect(customers.items).toHaveLength(1);
    const { body: tickets } = await hub.api('GET', '/api/v1/tickets?channel=sms');
    expect(tickets.items).toHaveLength(1);
    const { body: messages } = await hub.api('GET', `/api/v1/tickets/${tickets.items[0].id}/messages?limit=200`);
    expect(messages.items.filter((message: { direction: string }) => message.direction === 'in')).toHaveLength(100);
  });
});
