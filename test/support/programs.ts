import { spawnSync } from 'node:child_process';

/** Whether a machine with nothing but Node lacks programs of a test, which is then skipped; with CI set nothing is. */
export function lacks(what: string, ...programs: string[]): boolean {
  const missing = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length === 0 || process.env['CI']) return false;
  process.stderr.write(`\n*** SKIPPED: ${what}, because ${missing.join(', ')} is missing ***\n`);
  return true;
}
