/** A source behind TLS, over a line that damages the first answer: its record has a wrong MAC, after the request was read. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { connect, createServer as createLine, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { writeCertificate } from './certificate.ts';

/** It says of every question that it has the message. */
export async function startDamagingLine() {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-line-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await writeCertificate(folder);
  const [key, cert] = await Promise.all(['key.pem', 'cert.pem'].map((name) => readFile(join(folder, name), 'utf8')));
  const vouched = getCACertificates('default');
  setDefaultCACertificates([...vouched, cert ?? '']);
  stack.defer(() => setDefaultCACertificates(vouched));

  const posted: { type: string; id: string }[] = [];
  let isDamaging = false;
  const source = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { type, id, messageId } = JSON.parse(Buffer.concat(chunks).toString());
      posted.push({ type, id: id ?? messageId });
      isDamaging = posted.length === 1;
      response.end(JSON.stringify({ taken: true }));
    });
  });
  const line = createLine((near) => {
    const far = connect(portOf(source), '127.0.0.1');
    near
      .on('data', (bytes) => far.write(bytes))
      .on('error', () => far.destroy())
      .on('close', () => far.destroy());
    far.on('data', (bytes: Buffer) => {
      // Within the first record's encrypted bytes, which its five bytes of a head come before.
      if (isDamaging) bytes.writeUInt8(bytes.readUInt8(7) ^ 1, 7);
      isDamaging = false;
      near.write(bytes);
    });
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  });
  for (const server of [source, line]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => void server.close());
  }
  stack.defer(() => source.closeAllConnections());
  const owned = stack.move();
  return {
    url: `https://127.0.0.1:${portOf(line)}/hook`,
    posted,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
