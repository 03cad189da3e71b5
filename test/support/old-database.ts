/** A server that speaks just enough of PostgreSQL's wire protocol (version 3) to say that it is an old release. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const int16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer).swap16();
const int32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer).swap32();
const text = (value: string) => Buffer.concat([Buffer.from(value), Buffer.of(0)]);

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function row(values: Record<string, string>): Buffer {
  const names = Object.keys(values);
  // Table, column, type `text` (25), its length, modifier, text format.
  const columns = names.map((name) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(25), int16(0xffff), int32(0xffffffff), int16(0)]),
  );
  const fields = Object.values(values).map((value) =>
    Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  return Buffer.concat([
    message('T', int16(names.length), ...columns),
    message('D', int16(names.length), ...fields),
    message('C', text('SELECT 1')),
  ]);
}

const ready = message('Z', Buffer.from('I'));

function serve(socket: Socket, version: string, number: number): void {
  let greeted = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (!greeted && chunk.readInt32BE(4) === 80877103) return void socket.write('N');
    if (!greeted) {
      greeted = true;
      return void socket.write(
        Buffer.concat([message('R', int32(0)), message('S', text('server_version'), text(version)), ready]),
      );
    }
    if (chunk.toString('latin1', 0, 1) === 'Q')
      socket.write(Buffer.concat([row({ number: String(number), version }), ready]));
    else socket.end();
  });
}

export async function startOldDatabase(version: string, number: number): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket, version, number);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgres://patchbay@127.0.0.1:${(server.address() as AddressInfo).port}/patchbay`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
