/** A line between a browser and the hub that can be cut. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Line extends AsyncDisposable {
  readonly url: string;
  /**
   * `broken`: both ends are told at once, and nobody gets through any more. `silent`: a pulled plug, nothing gets through and
   * nobody is told.
   */
  cut(how: 'broken' | 'silent'): void;
  /** New connections get through again; those from before are gone. */
  restore(): void;
}

export async function openLine(hubPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'broken' | 'silent' = 'open';
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (state === 'broken') return near.destroy();
    if (state === 'silent') return near.pause();
    const far = connect(hubPort, '127.0.0.1');
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => state !== 'silent' && far.destroy());
    far.on('close', () => state !== 'silent' && near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const end = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${port}`,
    cut(how) {
      state = how;
      if (how === 'broken') end();
      else for (const socket of sockets) socket.unpipe().pause();
    },
    restore() {
      end();
      state = 'open';
    },
    async [Symbol.asyncDispose]() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
