import { createHash, hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HubError } from '@patchbay/contracts';
import type { FileStore } from '@patchbay/channels/channel';
import { settle } from './durable.ts';
import { openWriter } from './writer.ts';

/** Also for files that are too large to be held whole, and for removing them. */
export interface HubFiles extends FileStore {
  /** Durable when it resolves. Whatever the stream or `look` throws is thrown, and nothing is kept. */
  putStream(
    bytes: AsyncIterable<Uint8Array>,
    look: (chunk: Uint8Array) => void,
  ): Promise<{ sha256: string; size: number }>;
  /** Fails by its `error` event where there is no such file. */
  stream(sha256: string, range?: { end: number }): Readable;
  /**
   * Removes bytes that nobody needs. `stillNeeded` is asked once more when they are out of reach: whoever stores the same bytes meanwhile
   * writes them anew. Bytes that were stored within the last `graceMs` stay, since the row that will refer to them may still be on its way.
   * Answers whether they are gone.
   */
  remove(sha256: string, graceMs: number, stillNeeded: () => Promise<boolean>): Promise<boolean>;
}

/**
 * Content-addressed files in a folder. A file is written beside its place, flushed, and renamed into it, so that a name is either
 * whole or absent whatever moment the machine stops at.
 */
export function createFileStore(folder: string): HubFiles {
  const placeOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const besideOf = () => join(folder, `${randomUUID()}.part`);
  const write = openWriter();
  return {
    async put(bytes) {
      const sha256 = hash('sha256', bytes);
      const place = placeOf(sha256);
      if (await touched(place)) return { sha256, size: bytes.byteLength };
      try {
        await write(besideOf(), place, bytes);
      } catch (error) {
        throw new HubError('unavailable', 'The file storage does not take files', { cause: error });
      }
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
    async putStream(bytes, look) {
      const beside = besideOf();
      try {
        await mkdir(folder, { recursive: true });
        const written = await writeStream(beside, bytes, look);
        await settle(beside, placeOf(written.sha256));
        return written;
      } finally {
        await rm(beside, { force: true }).catch(() => undefined);
      }
    },
    stream: (sha256, range) => createReadStream(placeOf(sha256), range),
    remove: (sha256, graceMs, stillNeeded) =>
      /^[0-9a-f]{64}$/.test(sha256) ? remove(placeOf(sha256), graceMs, stillNeeded) : Promise.resolve(true),
  };
}

async function writeStream(
  place: string,
  bytes: AsyncIterable<Uint8Array>,
  look: (chunk: Uint8Array) => void,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    bytes,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        look(chunk);
        hash.update(chunk);
        size += chunk.byteLength;
        yield chunk;
      }
    },
    createWriteStream(place, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return { sha256: hash.digest('hex'), size };
}

/** Says that a file is wanted now. False: there is none. */
async function touched(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

async function remove(place: string, graceMs: number, stillNeeded: () => Promise<boolean>): Promise<boolean> {
  const aside = `${place}.${randomUUID()}.gone`;
  try {
    await rename(place, aside);
    const keep = Date.now() - (await stat(aside)).mtimeMs < graceMs || (await stillNeeded());
    await (keep ? rename(aside, place) : rm(aside, { force: true }));
    return !keep;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    // Nothing is lost by leaving it; the next round tries again.
    await rename(aside, place).catch(() => undefined);
    throw error;
  }
}
