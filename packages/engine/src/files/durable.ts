/** Files that are whole or absent whatever moment the machine stops at: written beside their place, flushed, and renamed into it. */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function writeDurably(beside: string, place: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await inFolder(beside, () => open(beside, 'wx', 0o600));
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      closeSoon(file);
    }
    await settle(beside, place);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Moves a flushed file into its place, and flushes that it is there. */
export async function settle(beside: string, place: string): Promise<void> {
  await inFolder(place, () => rename(beside, place));
  const folder = await open(dirname(place), 'r');
  try {
    await folder.sync();
  } finally {
    closeSoon(folder);
  }
}

/** What was flushed is safe; nobody waits for the end of it. */
function closeSoon(file: FileHandle): void {
  file.close().catch(() => undefined);
}

/** Makes the folder only when it turns out to be missing: most are there. */
async function inFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return work();
  }
}
