/** Questions to sources whether they have a message: one that never answers delays those to others by nothing. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { shared } from '../support/shared.ts';
import { startSourceCentre } from '../support/source-centre.ts';

/** A receiver that takes every message, and answers nothing about one until it is made to, which is that it does not know the question. */
async function startDeafReceiver() {
  const taken = new Set<string>();
  const asked = new Set<string>();
  let open = 0;
  let most = 0;
  const waiting = new Set<ServerResponse>();
  let isDeaf = true;
  const refuse = (response: ServerResponse) => void response.writeHead(422).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      if (body.type !== 'message.asked') {
        taken.add(body.id);
        return void response.end();
      }
      asked.add(body.messageId);
      open += 1;
      most = Math.max(most, open);
      response.once('close', () => {
        open -= 1;
        waiting.delete(response);
      });
      if (isDeaf) waiting.add(response);
      else refuse(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken,
    asked,
    answer() {
      isDeaf = false;
      for (const response of waiting) refuse(response);
    },
    /** Questions that waited for their answer at the same time. */
    most: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** More than the hub asks at once. */
const unknown = 18;

onBothBackends('a source that never answers whether it has its messages', (backend) => {
  const centre = shared(() => startSourceCentre(backend, { sending: { reconcileMs: [60_000] } }));
  const inOutbox = async () =>
    (await centre().api('GET', '/api/v1/outbox?limit=200')).body.items as { status: string; error: string | null }[];

  it('is asked about three at once, others are asked meanwhile, and about all of them in the end', async () => {
    await using deaf = await startDeafReceiver();
    const { api, hub, receiver, received, reply } = centre();
    const app = await addSource(api, { outboundUrl: deaf.url, replyBy: 'webhook', trust: { external: 'verified' } });
    const answer = async (source: typeof app) => {
      const id = `m-${randomUUID()}`;
      await postTo(source, { id, from: { externalId: id }, text: 'Hello', acknowledge: false });
      await reply((await received(id)).ticketId, 'On its way');
    };
    await Promise.all(Array.from({ length: unknown }, () => answer(app)));
    await answer(centre().app);
    await eventually(
      inOutbox,
      (items) => items.filter(({ status }) => status === 'sent').length === unknown + 1,
      60_000,
    );
    receiver.answers.push({ status: 200, body: { taken: true } });

    // As if no answer had come to any of them, the last one being the other source's.
    await hub.parts.db.sql.query(
      `with doubted as (update outbound set status = 'unknown', external_id = null,
         reconcile_at = now() - make_interval(secs => case when channel_account = $1 then 6 else 7 end) returning message_id)
       update message m set delivery_status = 'unknown', external_id = null from doubted d where m.id = d.message_id`,
      [`http:${centre().app.id}`],
    );
    await receiver.delivered.until(({ body }) => body.type === 'message.asked', 'the question');
    // It came last: whoever asks them one after the other had asked all of these before.
    expect(deaf.asked.size).toBeLessThan(unknown);
    await eventually(
      async () => deaf.most(),
      (most) => most >= 3,
    );
    expect(deaf.most()).toBe(3);
    deaf.answer();
    await eventually(
      inOutbox,
      (items) => items.filter(({ error }) => /decide it by hand/.test(error ?? '')).length === unknown,
      90_000,
    );
    expect(deaf.asked).toEqual(deaf.taken);
    expect((await inOutbox()).filter(({ status }) => status === 'sent')).toHaveLength(1);
  }, 180_000);
});
