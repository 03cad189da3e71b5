import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, inject, it } from 'vitest';
import { createGround, startHub } from '../support/hub.ts';
import { shippedHub, startHubProcess } from '../support/process.ts';

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

it.skipIf(inject('redisServer') === null)(
  'a hub on Redis does not wait for the news that its sockets read',
  async () => {
    await using ground = await createGround('redis');
    // Redis answers a reader whom it has no news for after five seconds, and its client waits two for a connection that has ended.
    const waitMs = 1_900;
    let soonest = Infinity;
    // One that waits does so each time; one that does not may have to wait for a processor.
    for (let stops = 0; stops < 3 && soonest >= waitMs; stops += 1) {
      await using hub = await startHubProcess(ground.env, [], shippedHub);
      const asked = performance.now();
      await hub.kill('SIGTERM');
      soonest = Math.min(soonest, performance.now() - asked);
    }
    expect(soonest).toBeLessThan(waitMs);
  },
);
