/** Agents whose consoles are gone are not offered work for ever. */
import {
  absentAgents,
  agentQueues,
  endAbsent,
  goneWithUnanswered,
  holdGone,
  releaseUnanswered,
  type Queryable,
} from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { lookAgain } from './assign.ts';
import { retryOnConflict } from './retry.ts';

/** Two of the checks by which a connected console is seen may fail, and a console has time to connect again. */
const graceMs = 75_000;
const lost = 'The connection was lost';

/**
 * Agents who were not seen for the grace go offline, by which their offers return to the queues; and so do people who wait for an answer while
 * they look at the screen, also those who write to somebody who is gone already. All have the places they had. Calls go on without the console.
 */
export async function endAbsentPresence(parts: Parts): Promise<void> {
  for (const agentId of await absentAgents(parts.db.sql, graceMs)) {
    // Together, so that a process that stops in between leaves nobody waiting for who is gone.
    if (!(await giveBack(parts, agentId, lost, (tx) => endAbsent(tx, agentId, graceMs, lost)))) continue;
    lookAgain(parts, await agentQueues(parts.db.sql, agentId));
    parts.log.info({ agentId }, 'agent set offline after the connection was lost');
  }
  for (const agentId of await goneWithUnanswered(parts.db.sql, graceMs, liveText(parts)))
    await giveBack(parts, agentId, 'The agent is gone', (tx) => holdGone(tx, agentId, graceMs));
}

/** What the agent has not answered goes back to its queues, if they are `away`. */
async function giveBack(
  parts: Parts,
  agentId: string,
  reason: string,
  away: (tx: Queryable) => Promise<boolean>,
): Promise<boolean> {
  const queueIds = await retryOnConflict(() =>
    parts.db.transaction(async (tx) =>
      (await away(tx)) ? releaseUnanswered(tx, agentId, liveText(parts), reason) : null,
    ),
  );
  if (queueIds) lookAgain(parts, queueIds);
  return queueIds !== null;
}

/** Channels on which somebody waits for an answer at this moment, and not on the line. */
function liveText(parts: Parts): string[] {
  return [...parts.channels.values()]
    .filter(({ capabilities, calls }) => capabilities.live && calls === undefined)
    .map(({ name }) => name);
}
