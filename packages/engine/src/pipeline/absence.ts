/** Agents whose consoles are gone are not offered work for ever. */
import { absentAgents } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { changePresence } from './assign.ts';

/** Two of the checks by which a connected console is seen may fail, and a console has time to connect again. */
const graceMs = 75_000;

/** Agents who were not seen for the grace go offline, by which their offers return to the queues. */
export async function endAbsentPresence(parts: Parts): Promise<void> {
  for (const agentId of await absentAgents(parts.db.sql, graceMs)) {
    await changePresence(parts, agentId, 'offline', 'The connection was lost', null);
    parts.log.info({ agentId }, 'agent set offline after the connection was lost');
  }
}
