/** Hubs as processes of their own, so that they can be killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The program as it is shipped. */
export const shippedHub = fileURLToPath(new URL('../../services/hub/main.ts', import.meta.url));
const main = process.env['HUB_IN_ONE_FILE'] ?? shippedHub;
/** What Node makes of the sources, kept for the next start: a third less of the processor's time for each. Written by a hub that ends in order. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/hub-of-tests', import.meta.url));

export interface HubProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the hub, or another program that starts one, with exactly this environment. */
export function spawnHub(env: Record<string, string>, args: readonly string[] = [], program = main): HubProcess {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { child, output: () => output, exited, kill, [Symbol.asyncDispose]: () => kill('SIGTERM') };
}

/** Starts a hub with the role `web` and waits until it says that it is ready. */
export async function startHubProcess(
  env: Record<string, string>,
  args: readonly string[] = [],
  program = main,
): Promise<HubProcess> {
  const hub = spawnHub(env, args, program);
  await new Promise<void>((resolve, reject) => {
    const look = () => hub.output().includes('Patchbay is ready') && resolve();
    hub.child.stdout?.on('data', look);
    void hub.exited.then((code) => reject(new Error(`The hub ended with ${code}: ${hub.output()}`)));
  });
  return hub;
}
