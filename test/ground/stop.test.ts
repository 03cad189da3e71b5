import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startHub } from '../support/hub.ts';

it('a hub stops although a connection is left in the middle of a request', async () => {
  const hub = await startHub('postgres');
  const { hostname, port } = new URL(hub.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('GET /api/v1/health HTTP/1.1\r\nHost: patchbay.test\r\n');
  // Another one is answered, so that this one has arrived.
  expect((await hub.api('GET', '/api/v1/me')).status).toBe(200);
  const cut = once(socket, 'close');
  socket.on('error', () => undefined);
  await hub[Symbol.asyncDispose]();
  await cut;
}, 30_000);
