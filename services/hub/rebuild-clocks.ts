/** Rebuilds the clocks of open tickets from their events. With the embedded database the hub has to be stopped first. */
import { ConfigError, loadEnvironment } from '@patchbay/config';
import { createHub, StartError } from '@patchbay/engine';
import { rebuildClocks } from '@patchbay/engine/clocks/runs';

try {
  await using hub = await createHub({ ...loadEnvironment(), roles: [] });
  const run = await rebuildClocks(hub.parts);
  process.stdout.write(
    `  ${run.done} tickets gone through; ${run.counts.moved} clocks moved, ${run.counts.added} added.\n`,
  );
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`patchbay: ${error.message}\n`);
  process.exitCode = 1;
}
