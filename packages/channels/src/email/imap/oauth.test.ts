import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { renewTokens } from './oauth.ts';

it('of an answer without end no more is read than a token needs', async () => {
  let sent = 0;
  const gone = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    response.on('close', () => gone.resolve());
    response.writeHead(200, { 'content-type': 'application/json' });
    const go = () => {
      if (response.destroyed) return;
      sent += 64 * 1024;
      response.write('x'.repeat(64 * 1024), go);
    };
    go();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const client = { clientId: 'c', clientSecret: null, authorizeUrl: tokenUrl, tokenUrl, scope: '' };
  try {
    await expect(renewTokens(client, 'r', AbortSignal.timeout(10_000))).rejects.toMatchObject({ code: 'token-server' });
    await gone.promise;
    // What the sockets on both sides held beside it.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
