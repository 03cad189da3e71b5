import { spawn } from 'node:child_process';

export interface Run {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** What it printed on both outputs, in order. */
  readonly output: string;
  readonly seconds: string;
}

/** Runs a program to its end and keeps what it prints. Rejects when it cannot be run. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Run> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      resolve({ code, output: Buffer.concat(parts).toString(), seconds });
    });
  });
}
