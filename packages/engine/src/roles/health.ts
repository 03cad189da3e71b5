import { createServer } from 'node:http';
import { createHealthApp } from '../http/system.ts';
import type { Parts } from '../parts.ts';
import type { Jobs } from '../queues/jobs.ts';
import { listen } from './listen.ts';
import { queueReady } from './queue-ready.ts';

/** What watches over a process that serves nothing else. */
export async function startHealth(
  parts: Parts & { jobs: Jobs },
  port: number,
  stack: AsyncDisposableStack,
): Promise<void> {
  const server = createServer(createHealthApp(parts, async () => ({ queue: await queueReady(parts.jobs) })));
  stack.defer(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  await listen(server, 'HEALTH_PORT', port, parts.config.host);
}
