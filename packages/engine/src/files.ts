import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HubError } from '@patchbay/contracts';
import type { FileStore } from '@patchbay/channels/channel';

/**
 * Content-addressed files in a folder. A file is written beside its place, flushed, and renamed into it, so that a name is either
 * whole or absent whatever moment the machine stops at.
 */
export function createFileStore(folder: string): FileStore {
  const placeOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const place = placeOf(sha256);
      if (!(await exists(place))) await write(place, bytes);
      return { sha256, size: bytes.byteLength };
    },
    async read(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new HubError('not_found', 'There is no such file');
      try {
        return await readFile(placeOf(sha256));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT')
          throw new HubError('not_found', 'There is no such file');
        throw new HubError('unavailable', 'The file storage does not answer', { cause: error });
      }
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

async function write(place: string, bytes: Uint8Array): Promise<void> {
  const beside = `${place}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(place), { recursive: true });
    await using file = await open(beside, 'wx', 0o600);
    await file.writeFile(bytes);
    await file.sync();
    await rename(beside, place);
    await using folder = await open(dirname(place), 'r');
    await folder.sync();
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new HubError('unavailable', 'The file storage does not take files', { cause: error });
  }
}
