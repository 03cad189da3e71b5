/** Files that their messages did not wait for: fetched on, and attached when they come. */
import { HubError } from '@patchbay/contracts';
import type { StoredFile } from '@patchbay/contracts';
import { attachAwaited, claimAwaited, giveAwaitedUp, postponeAwaited } from '@patchbay/store/queries/awaited-files';
import type { ClaimedFile } from '@patchbay/store/queries/awaited-files';
import type { Parts } from '../parts.ts';
import { bodiesWithout, fetchFile, fetchMs, lineOf, prospectOf, untilNextMs } from './remote-files.ts';
import { fileRetry, reasonOf, retryOnConflict } from './retry.ts';

/** A try that has not ended after so long, with the time to write its file, belongs to a process that is gone. */
const longestTryMs = fetchMs.one + 30_000;

/** Handles the job `fetch-file`. Repeating it has no effect: a try is claimed once, and a settled file is awaited no more. */
export async function fetchAwaited(parts: Parts, job: { awaitedFileId: string; round: number }): Promise<void> {
  const claimed = await claimAwaited(parts.db.sql, job.awaitedFileId, job.round, longestTryMs);
  if (!claimed) return;
  let file: StoredFile;
  try {
    file = await fetchFile(parts, claimed.channel, claimed, AbortSignal.timeout(fetchMs.one));
  } catch (error) {
    await goOn(parts, claimed, error);
    return;
  }
  if (await attachAwaited(parts.db.sql, claimed.id, file)) parts.relay.nudge();
}

/** After a try that failed: another one, or a line on the message. A fault of ours is mended some day, and the file comes then. */
async function goOn(parts: Parts, claimed: ClaimedFile, error: unknown): Promise<void> {
  const { id, tries, messageId } = claimed;
  const lost = prospectOf(error, tries - 1) === 'lost' || (error instanceof HubError && tries >= fileRetry.attempts);
  if (lost) {
    const line = lineOf(claimed, reasonOf(error));
    const told = await retryOnConflict(() =>
      parts.db.transaction((tx) => giveAwaitedUp(tx, claimed, (bodies) => bodiesWithout(bodies, [line]))),
    );
    if (!told) return;
    parts.log.warn({ err: error, messageId }, 'a file will not come; its message says so');
    parts.relay.nudge();
    return;
  }
  const delayMs = untilNextMs(error, tries);
  if (!(await postponeAwaited(parts.db.sql, claimed, delayMs))) return;
  parts.log.warn({ err: error, messageId, tries, delayMs }, 'an awaited file failed and is tried again later');
  parts.jobs.add('fetch-file', { awaitedFileId: id, round: tries }, { delayMs });
}
