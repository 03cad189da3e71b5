import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileProblem, StartError } from '../start-error.ts';

/** SQLite's result code for a lock that somebody else holds. */
const sqliteBusy = 5;

/** A data folder that belongs to this process until it is released. */
export interface DataFolder {
  release(): Promise<void>;
}

/**
 * Takes the data folder for this process, making it when it is missing. The lock is the operating system's, held through
 * an SQLite file because Node offers no file locks of its own: it is gone the moment its process is, however that ended,
 * and a process id that is used again cannot be mistaken for it.
 * @throws {StartError} when the folder cannot be written, or another process has it
 */
export async function claimDataFolder(dataDir: string): Promise<DataFolder> {
  await assertWritable(dataDir);
  const pidFile = join(dataDir, 'hub.pid');
  const lock = await takeLock(dataDir, pidFile);
  await writeFile(pidFile, `${process.pid}\n`);
  return {
    async release() {
      if (!lock.isOpen) return;
      await rm(pidFile, { force: true });
      lock.close();
    },
  };
}

export async function assertWritable(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.write-test-${process.pid}`);
  try {
    await makeFolder(dataDir);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartError(`DATA_DIR ${dataDir} cannot be written: ${fileProblem(error)}`, { cause: error });
  }
}

/** Node's own recursive `mkdir` never returns where a file system makes no folders, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { mode: 0o700 }).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (made === undefined) return;
  if (made.code === 'EEXIST' && (await stat(path)).isDirectory()) return;
  if (made.code !== 'ENOENT' || dirname(path) === path) throw made;
  await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 });
}

async function takeLock(dataDir: string, pidFile: string): Promise<DatabaseSync> {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dataDir, 'hub.lock'), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) {
      throw new StartError(`DATA_DIR ${dataDir} cannot be locked: ${fileProblem(error)}`, { cause: error });
    }
    const pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
    throw new StartError(`Another Patchbay${pid && ` (pid ${pid})`} is using DATA_DIR ${dataDir}`, { cause: error });
  }
}
