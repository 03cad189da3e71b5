import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileProblem, StartError } from '../start-error.ts';
import { takeLock, type FileLock } from './file-lock.ts';

/** A data folder that belongs to this process until it is released. */
export interface DataFolder {
  release(): Promise<void>;
}

/**
 * Takes the data folder for this process, making it when it is missing. It is free again the moment its process is gone, and a process id
 * that is used again cannot be mistaken for it.
 * @throws {StartError} when the folder cannot be written, or another process has it
 */
export async function claimDataFolder(dataDir: string): Promise<DataFolder> {
  await assertWritable(dataDir);
  const pidFile = join(dataDir, 'hub.pid');
  const lock = await lockFolder(dataDir, pidFile);
  await writeFile(pidFile, `${process.pid}\n`);
  let released = false;
  return {
    async release() {
      if (released) return;
      released = true;
      await rm(pidFile, { force: true });
      lock.release();
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

async function lockFolder(dataDir: string, pidFile: string): Promise<FileLock> {
  let lock: FileLock | null;
  try {
    lock = takeLock(join(dataDir, 'hub.lock'));
  } catch (error) {
    throw new StartError(`DATA_DIR ${dataDir} cannot be locked: ${fileProblem(error)}`, { cause: error });
  }
  if (lock) return lock;
  const pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
  throw new StartError(`Another Patchbay${pid && ` (pid ${pid})`} is using DATA_DIR ${dataDir}`);
}
