import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for a lock that somebody else holds. */
const sqliteBusy = 5;

export interface FileLock {
  release(): void;
}

/**
 * Takes the lock that `path` stands for; null when somebody else has it, of this process or another. It is the operating system's, held
 * through an SQLite file because Node offers no file locks of its own: it is gone the moment its process is, however that ended. The file
 * itself stays. Throws when it cannot be made.
 */
export function takeLock(path: string): FileLock | null {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return null;
    throw error;
  }
  const held = lock;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}
