/** Agents whose consoles are gone are not offered work for ever. */
import { absentAgents, agentQueues, endAbsent, releaseUnanswered } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { lookAgain } from './assign.ts';
import { retryOnConflict } from './retry.ts';

/** Two of the checks by which a connected console is seen may fail, and a console has time to connect again. */
const graceMs = 75_000;
const lost = 'The connection was lost';

/**
 * Agents who were not seen for the grace go offline, by which their offers return to the queues; and so do people who wait for a first answer
 * while they look at the screen. Both have the places they had. Calls go on without the console.
 */
export async function endAbsentPresence(parts: Parts): Promise<void> {
  for (const agentId of await absentAgents(parts.db.sql, graceMs)) {
    // Together, so that a process that stops in between leaves nobody waiting for who is gone.
    const released = await retryOnConflict(() =>
      parts.db.transaction(async (tx) =>
        (await endAbsent(tx, agentId, graceMs, lost)) ? releaseUnanswered(tx, agentId, liveText(parts), lost) : null,
      ),
    );
    if (!released) continue;
    lookAgain(parts, [...new Set([...released, ...(await agentQueues(parts.db.sql, agentId))])]);
    parts.log.info({ agentId }, 'agent set offline after the connection was lost');
  }
}

/** Channels on which somebody waits for an answer at this moment, and not on the line. */
function liveText(parts: Parts): string[] {
  return [...parts.channels.values()]
    .filter(({ capabilities, calls }) => capabilities.live && calls === undefined)
    .map(({ name }) => name);
}
