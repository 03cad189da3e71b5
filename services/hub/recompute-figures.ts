/** `npm run figures:recompute -- 2026-11-24 [--correct]`: computes a day's figures anew from its events and says what differs. */
import { parseArgs } from 'node:util';
import { ConfigError, loadEnvironment } from '@patchbay/config';
import { recomputeFigures, StartError } from '@patchbay/engine';

const shown = 20;

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { correct: { type: 'boolean' } } });
  const [day = ''] = positionals;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw new StartError('say which day, as 2026-11-24; with --correct what differs is put right');
  const { events, facts, differences } = await recomputeFigures(loadEnvironment(), day, values.correct === true);
  const say = (line: string) => process.stdout.write(`  ${line}\n`);
  say(`${day}: ${facts} facts from ${events} events; ${differences.length} figures differ`);
  for (const { row, name, kept, recomputed } of differences.slice(0, shown))
    say(`${row} ${name}: kept ${JSON.stringify(kept)}, recomputed ${JSON.stringify(recomputed)}`);
  if (differences.length > shown) say(`and ${differences.length - shown} more`);
  if (differences.length > 0 && values.correct) say('put right');
  if (differences.length > 0 && !values.correct) process.exitCode = 2;
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`patchbay: ${error.message}\n`);
  process.exitCode = 1;
}
