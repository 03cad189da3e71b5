import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { sourceTrust } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { outgoing, testDeps } from '../email/test-deps.ts';
import { sendMessage } from './send.ts';

const message = { ...outgoing, channelAccount: 'http:shop', to: 'shop:u1' };

it.each<[string, (socket: Socket) => void, boolean]>([
  ['drops the line once it has read it', (socket) => socket.once('data', () => socket.destroy()), true],
  ['reads it and says nothing', (socket) => socket.resume(), true],
  ['is not there', () => undefined, false],
])('one that %s is tried again, and it is told whether it may have the message', async (_what, behave, doubtful) => {
  const server = createServer(behave).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outboundUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  if (!doubtful) await new Promise((closed) => server.close(closed));
  const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`];
  const sending = sendMessage(
    message,
    { id: 'shop', kind: 'app', secrets, outboundUrl, replyBy: 'webhook', trust: sourceTrust.parse({}), enabled: true },
    testDeps({}, { privateAddresses: true }),
    AbortSignal.timeout(1_000),
  );
  await expect(sending).rejects.toMatchObject({ code: 'provider_unavailable', doubtful });
  server.close();
});
