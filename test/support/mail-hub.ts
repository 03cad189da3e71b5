/** A hub as a process of its own that asks for the accounts of others soon, and looks at mailboxes often. */
import { once } from 'node:events';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';

await using _hub = await createHub(loadEnvironment(process.env), {
  mailAccounts: { pollMs: { beside: 1_000, without: 500 }, leaseMs: 3_000 },
});
process.stdout.write('Patchbay is ready\n');
// Waiting for a signal alone keeps no process alive.
const alive = setInterval(() => undefined, 60_000);
await once(process, 'SIGTERM');
clearInterval(alive);
