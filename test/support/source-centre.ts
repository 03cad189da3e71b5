/** A centre with an app at the other end of the webhook pair, which is believed of whom it names. */
import { randomUUID } from 'node:crypto';
import type { HubOverrides } from '@patchbay/engine';
import { expect } from 'vitest';
import { openDesk } from './agent-desk.ts';
import type { Backend } from './backends.ts';
import { addSource, postTo, startReceiver } from './http-source.ts';
import { apiKey, startHub } from './hub.ts';
import { ticketClient } from './ticket-client.ts';

export async function startSourceCentre(backend: Backend, overrides: HubOverrides = {}) {
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await startReceiver());
  const hub = stack.use(await startHub(backend, { env: { OUTGOING_PRIVATE_ADDRESSES: 'allow' }, overrides }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const app = await addSource(hub.api, {
    outboundUrl: receiver.url,
    replyBy: 'webhook',
    trust: { external: 'verified' },
  });
  const client = ticketClient(hub.api, desk);
  const owned = stack.move();
  return {
    ...hub,
    ...client,
    receiver,
    app,
    /** Posts a message of the app, which is accepted; resolves with it as it is kept. */
    async send(more: object) {
      const id = `m-${randomUUID()}`;
      const answer = await postTo(app, { id, text: 'Hello', acknowledge: false, ...more });
      expect([answer.status, await answer.json()]).toEqual([202, { id, outcome: 'accepted' }]);
      return client.received(id);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
