import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';
import type { EmbeddedLog } from './log.ts';

/** Milliseconds that each way of stopping a server gets before the next one. */
const patienceMs = [10_000, 5_000, 5_000] as const;
/** PostgreSQL's fast shutdown, immediate shutdown, and the last resort; the last two mean recovery at the next start. */
const waysToStop = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const;

/**
 * Ends a server that an earlier hub left behind when it was killed. Starting anew rather than adopting it gives this
 * hub its log, its exit and its settings. A `postmaster.pid` whose process id now belongs to something else is removed,
 * because PostgreSQL would take that process for itself. Call it only while holding the data folder.
 * @throws {StartError} when the server does not go away
 */
export async function endOrphan(cluster: string, log: EmbeddedLog): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  const pid = Number(text?.split('\n')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !alive(pid)) return;
  if (!(await serves(pid, cluster))) {
    await rm(pidFile, { force: true });
    return;
  }
  log.info({ pid }, 'Stopping the database of a hub that was killed');
  await stopServer(pid, (ms) => gone(pid, ms));
}

/**
 * Fast shutdown, and harder ways when that takes too long.
 * @param ended resolves true once the server is gone, false when that took longer than the given milliseconds
 * @throws {StartError} when even SIGKILL leaves it running
 */
export async function stopServer(pid: number, ended: (ms: number) => Promise<boolean>): Promise<void> {
  for (const [attempt, signal] of waysToStop.entries()) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw new StartError(`Cannot stop the database server (pid ${pid}) of this data folder; stop it by hand`, {
          cause: error,
        });
      }
    }
    if (await ended(patienceMs[attempt] ?? 0)) return;
  }
  throw new StartError(`The database server (pid ${pid}) does not stop`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** It is not our child, so its end sends no event and has to be looked for. */
async function gone(pid: number, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (!alive(pid)) return true;
    await delay(20);
  }
  return !alive(pid);
}

/** Whether that process is a PostgreSQL on this cluster. A server works in its cluster's folder and has it in its command line. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  const [workingDir, own] = await Promise.all([stat(`/proc/${pid}/cwd`).catch(() => undefined), stat(cluster)]);
  if (workingDir) return workingDir.ino === own.ino && workingDir.dev === own.dev;
  const [program = '', ...rest] = await commandLine(pid);
  return basename(program).startsWith('postgres') && rest.includes(cluster);
}

async function commandLine(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (text !== undefined) return text.split('\0');
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim().split(' ');
}
