/** Starts the hub from the environment and stops it on Ctrl-C or SIGTERM. */
import { once } from 'node:events';
import { ConfigError, loadEnvironment } from '@patchbay/config';
import { createHub, StartError } from '@patchbay/engine';
import { keepHeapSmall } from './src/heap.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const config = loadEnvironment(undefined, process.argv.slice(2));
  const stop = new AbortController();
  const asked = once(stop.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await using hub = await createHub(config, {}, stop.signal).catch((error: unknown) => {
    if (error !== stop.signal.reason) throw error;
    return undefined;
  });
  if (!hub) {
    say('  Stopped before it was ready');
    return;
  }
  keepHeapSmall();
  if (hub.url) say(`\n  Patchbay is ready: ${hub.url}`);
  if (hub.setupLink) say(`  Set up the first administrator (once, within a day): ${hub.setupLink}`);
  if (hub.smtp) say(`  Mail for ${config.mailDomains.join(', ')} is taken at ${hub.smtp}`);
  if (hub.url && config.simulator)
    say(`  No carrier account is set; play the customer at ${hub.url}/simulator and ${hub.url}/widget-demo`);
  if (config.simulator && !/^(127\.|localhost$|::1$)/.test(config.host))
    say(
      '  Anybody who reaches this host can play the customer: set NODE_ENV=production or a carrier account to end that',
    );
  say('');
  await asked;
  say('  Stopping: finishing what is under way …');
  // A second signal does not wait.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

try {
  await main();
} catch (error) {
  // Whoever starts the hub can mend these; anything else is a defect and shows where.
  const known = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(
    `patchbay: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
