/** A centre with an app at the other end of the webhook pair, which is believed of whom it names. */
import type { HubOverrides } from '@patchbay/engine';
import { openDesk } from './agent-desk.ts';
import type { Backend } from './backends.ts';
import { addSource, startReceiver } from './http-source.ts';
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
  const owned = stack.move();
  return { ...hub, ...ticketClient(hub.api, desk), receiver, app, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
