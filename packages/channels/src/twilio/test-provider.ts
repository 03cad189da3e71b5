/** Providers for tests: HTTP servers on loopback that answer as they are told. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';

const servers = new Set<Server>();

async function listening(server: Server): Promise<string> {
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a server; its base URL. */
export const provider = (handler: RequestListener): Promise<string> => listening(createServer(handler));

/** Starts a server with one answer for everything. */
export const answering = (status: number, body: string, headers: Record<string, string> = {}): Promise<string> =>
  provider((_request, response) => void response.writeHead(status, headers).end(body));

/** A base URL where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  const url = await listening(server);
  server.close();
  await once(server, 'close');
  return url;
}

/** Closes every server that was started here. */
export function closeProviders(): void {
  for (const server of servers) server.close();
  servers.clear();
}
