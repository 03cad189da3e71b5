import { filesToRemove, forgetRemovals, referredFiles } from '@patchbay/store/queries/files';
import type { Parts } from '../parts.ts';

const batch = 200;

/** Removes from the store what no row refers to any more. May run twice at once. Answers how many files are gone. */
export async function removeFiles({
  db,
  files,
  fileGraceMs,
}: Pick<Parts, 'db' | 'files' | 'fileGraceMs'>): Promise<number> {
  let gone = 0;
  for (let after: string | null = null; ;) {
    const found: string[] = await filesToRemove(db.sql, after, batch);
    const referred = await referredFiles(db.sql, found);
    const settled: string[] = [];
    for (const file of found) {
      const needed = async () => (await referredFiles(db.sql, [file])).size > 0;
      if (referred.has(file)) settled.push(file);
      else if (await files.remove(file, fileGraceMs, needed)) {
        settled.push(file);
        gone += 1;
      }
    }
    await forgetRemovals(db.sql, settled);
    after = found.at(-1) ?? null;
    if (found.length < batch) return gone;
  }
}
