/** Where exports lie until they are fetched or end: in the data folder, readable by the hub only. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportsKept } from '@patchbay/store/queries/privacy-requests';
import type { Parts } from '../parts.ts';

const folderOf = ({ config }: Pick<Parts, 'config'>): string => join(config.dataDir, 'exports');

export const exportPlace = (parts: Pick<Parts, 'config'>, id: string): string => join(folderOf(parts), `${id}.zip`);

export async function makeExportFolder(parts: Pick<Parts, 'config'>): Promise<void> {
  await mkdir(folderOf(parts), { recursive: true, mode: 0o700 });
}

/** Removes the files of exports that ended or were given up. */
export async function removeOldExports(parts: Pick<Parts, 'config' | 'db'>): Promise<void> {
  const names = await readdir(folderOf(parts)).catch(() => []);
  const ids = [...new Set(names.map((name) => name.slice(0, 36)))].filter((id) => /^[0-9a-f-]{36}$/.test(id));
  if (ids.length === 0) return;
  const kept = await exportsKept(parts.db.sql, ids);
  for (const name of names) if (!kept.has(name.slice(0, 36))) await rm(join(folderOf(parts), name), { force: true });
}
