/** Every static check at once: types and project references, lint and layering, format, unused code. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runProgram } from './run-program.ts';

const root = join(import.meta.dirname, '..');

/** Names under `node_modules/.bin`, with what each is asked. */
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-b', '--pretty'],
  ['lint', 'oxlint', '-c', 'config/oxlint.config.ts'],
  ['format', 'oxfmt', '--config', 'config/oxfmt.json', '--check', '.'],
  [
    'unused',
    'knip',
    '--config',
    'config/knip.json',
    '--no-config-hints',
    '--cache',
    '--cache-location',
    'node_modules/.cache/knip',
  ],
];

const outcomes = await Promise.all(checks.map(check));
const failed = outcomes.filter((outcome) => outcome !== undefined);
console.log(failed.length === 0 ? 'All checks passed' : `Failed: ${failed.join(', ')}`);
if (failed.length > 0) process.exitCode = 1;

/** The check's name when it fails. Each prints in one piece when it is done. */
async function check([name, command, ...args]: (typeof checks)[number]): Promise<string | undefined> {
  const program = join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${command}.cmd` : command);
  const { code, output, seconds } = await runProgram(program, args, { cwd: root });
  const text = process.stdout.isTTY ? output : stripVTControlCharacters(output);
  console.log(code === 0 ? `ok      ${name} (${seconds} s)` : `FAILED  ${name} (${seconds} s)\n${text.trimEnd()}\n`);
  return code === 0 ? undefined : name;
}
