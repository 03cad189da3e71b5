/** A network that can fall silent: connections stay open, and nothing comes by them any more. */
import { createConnection, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface SilentNetwork extends AsyncDisposable {
  /** Leads to the server. */
  readonly port: number;
  /** From now on nothing comes through, or all does again. */
  silence(on: boolean): void;
}

export async function openNetwork(to: number): Promise<SilentNetwork> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    const far = createConnection(to, '127.0.0.1');
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => silent || other.write(data));
      from.on('error', () => other.destroy());
      from.on('close', () => {
        sockets.delete(from);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    silence: (on) => void (silent = on),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => void server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
