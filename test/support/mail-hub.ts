/** A hub as a process of its own that asks for the accounts of others soon, and looks at mailboxes often. */
import { once } from 'node:events';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { quickAccounts } from './mailbox-mail.ts';

await using _hub = await createHub(loadEnvironment(process.env), {
  mailAccounts: quickAccounts,
});
process.stdout.write('Patchbay is ready\n');
// Waiting for a signal alone keeps no process alive.
const alive = setInterval(() => undefined, 60_000);
await once(process, 'SIGTERM');
clearInterval(alive);
