/**
 * Does what rules say, ticket by ticket and in order. All that a run does is committed with the mark that it is done: a process that is
 * killed in between leaves nothing behind, and the run is done anew.
 */
import { HubError, runsPerHour, type ActionOutcome, type AutomationAction } from '@patchbay/contracts';
import { correlationOfRun } from '@patchbay/domain';
import { databaseErrorCode, readTicketState, type Queryable } from '@patchbay/store';
import {
  claimRun,
  correlateEvents,
  settleRun,
  tellPaused,
  type ClaimedRun,
} from '@patchbay/store/queries/automation-runs';
import type { Parts } from '../parts.ts';
import { retryOnConflict } from '../pipeline/retry.ts';
import { Refusal, within, type Acting } from './acting.ts';
import { act } from './actions.ts';

/** Handles the job `run-automation`: everything that waits for the ticket. */
export async function runAutomation(parts: Parts, ticketId: string): Promise<void> {
  while (await runNext(parts, ticketId));
}

/** False when nothing waits, or somebody else is at it. */
async function runNext(parts: Parts, ticketId: string): Promise<boolean> {
  let later: (() => void)[] = [];
  const done = await retryOnConflict(() => {
    later = [];
    return parts.db.transaction((tx) => workOn(parts, tx, ticketId, later));
  });
  if (!done) return false;
  for (const send of later) send();
  parts.relay.nudge();
  return true;
}

async function workOn(parts: Parts, tx: Queryable, ticketId: string, later: (() => void)[]): Promise<boolean> {
  const run = await claimRun(tx, ticketId);
  if (!run) return false;
  const begun = performance.now();
  const settle = (state: 'done' | 'failed' | 'paused', outcomes: ActionOutcome[]) =>
    settleRun(tx, run.id, state, outcomes, Math.round(performance.now() - begun));
  await correlateEvents(tx, correlationOfRun(run.id));
  if (!run.active) {
    await settle(
      'done',
      run.definition.actions.map((action) => ({ do: action.do, result: 'refused', why: 'rule-off' })),
    );
    return true;
  }
  if (run.recent >= runsPerHour) {
    const reason = `Ran ${runsPerHour} times on this ticket within an hour`;
    await tellPaused(tx, run, { ruleName: run.definition.name, limit: runsPerHour, reason });
    await settle('paused', []);
    return true;
  }
  const outcomes = await actAll(within(parts, tx, later), tx, run);
  await settle(outcomes.some(({ result }) => result === 'failed') ? 'failed' : 'done', outcomes);
  return true;
}

async function actAll(parts: Parts, tx: Queryable, run: ClaimedRun): Promise<ActionOutcome[]> {
  const outcomes: ActionOutcome[] = [];
  for (const [place, action] of run.definition.actions.entries())
    outcomes.push(await actOne(parts, tx, run, action, place));
  return outcomes;
}

/** What one action wrote is taken back when it fails, and the others are done all the same. */
async function actOne(
  parts: Parts,
  tx: Queryable,
  run: ClaimedRun,
  action: AutomationAction,
  place: number,
): Promise<ActionOutcome> {
  await tx.query('savepoint action');
  try {
    const ticket = await readTicketState(tx, run.ticketId);
    if (!ticket) throw new Refusal('no-ticket');
    const reason = `Rule “${run.definition.name}”, version ${run.version}`;
    const acting: Acting = { parts, tx, run, ticket, place, reason };
    const result = await act(acting, action);
    await tx.query('release savepoint action');
    return { do: action.do, result };
  } catch (error) {
    if (endsAll(error)) throw error;
    await tx.query('rollback to savepoint action');
    return { do: action.do, ...told(parts, run, error) };
  }
}

/** The transaction is over, or is to be begun anew. */
const endsAll = (error: unknown): boolean =>
  (error instanceof HubError && error.code === 'unavailable') ||
  ['PB001', '40001', '40P01'].includes(databaseErrorCode(error) ?? '');

/** Nothing of what is in a ticket goes into the log of runs. */
function told(parts: Parts, run: ClaimedRun, error: unknown): Omit<ActionOutcome, 'do'> {
  if (error instanceof Refusal) return { result: 'refused', why: error.why };
  if (error instanceof HubError && !error.retryable) return { result: 'refused', why: error.code };
  parts.log.error({ err: error, runId: run.id, ruleId: run.ruleId }, 'an action of a rule failed');
  return { result: 'failed', why: 'internal' };
}
