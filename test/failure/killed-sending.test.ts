/** A hub that is killed while it hands messages over: what the carrier has got is not sent again, and nobody guesses about the rest. */
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
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
});
