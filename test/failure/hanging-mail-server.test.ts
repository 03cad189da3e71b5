/** A mail server that takes connections and says nothing: mail waits for it, and nothing else does. */
import { randomUUID } from 'node:crypto';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { eventually } from '../support/client.ts';
import { apiKey, createGround, startHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { startMailServer } from '../support/mail-server.ts';
import { ticketClient } from '../support/ticket-client.ts';

/** More than are sent at the same time. */
const mails = 40;
/** Far longer than anything here takes that does not wait for the mail server. */
const limitMs = 30_000;

onBothBackends('a mail server that hangs', (backend) => {
  it('delays no text, and nobody who is offered a ticket', async () => {
    await using server = await startMailServer();
    await using carrier = await startCarrierRest();
    await using hub = await startHub(backend, {
      env: { SMTP_URL: server.url, ...carrierEnvironment(carrier.url) },
      overrides: { sending: { limitMs } },
    });
    await using desk = await openDesk(hub.url, apiKey);
    const { received, reply } = ticketClient(hub.api, desk);
    const write = mailProgram(hub.ground.smtpPort);
    for (let index = 0; index < mails; index += 1) server.failOnce('greeting', 'hang');
    const begun = performance.now();
    for (let index = 0; index < mails; index += 1)
      await write({
        from: `${randomUUID()}@example.org`,
        messageId: `<${index}@hang.example>`,
        subject: 'Lamp',
        text: 'Dark',
      });
    const calls = await eventually(
      async () => server.calls(),
      (count) => count >= 8,
    );
    expect(calls).toBeLessThan(mails);

    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    await postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid, from: '+4915112400001', body: 'Hello' }));
    const { ticketId } = await received(sid);
    await reply(ticketId, 'At once');
    await carrier.calls.until(({ form }) => form['Body'] === 'At once', 'the answer', limitMs - 2_000);
    await hub.api('PUT', '/api/v1/agents/me/presence', { state: 'online' });
    await desk.event('ticket.offered');
    expect(performance.now() - begun).toBeLessThan(limitMs);
    expect(server.taken).toEqual([]);
  });
});

onBothBackends('a hub that is told to stop while a mail server hangs', (backend) => {
  it('breaks off, and the next one sends the mail', async () => {
    await using server = await startMailServer();
    await using ground = await createGround(backend, { SMTP_URL: server.url });
    const start = () => createHub(loadEnvironment(ground.env), { sending: { partingMs: 500 } });
    const serverHas = (count: () => number) =>
      eventually(
        async () => count(),
        (seen) => seen === 1,
      );
    server.failOnce('greeting', 'hang');
    const hub = await start();
    try {
      await mailProgram(ground.smtpPort)({
        from: 'ann@example.org',
        messageId: '<stop@hang.example>',
        subject: 'Lamp',
        text: 'Dark',
      });
      await serverHas(() => server.calls());
    } finally {
      const asked = performance.now();
      await hub[Symbol.asyncDispose]();
      // A server may be silent for half a minute.
      expect(performance.now() - asked).toBeLessThan(10_000);
    }
    await using _next = await start();
    await serverHas(() => server.taken.length);
  }, 60_000);
});
