/**
 * What is kept of an import is encrypted by a key of its own, which the row holds sealed: the file, its first rows, what a dry run found, and the
 * rejected rows. A new key of the vault seals that key anew and touches no file.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DataImport, ImportReject } from '@patchbay/contracts';
import type { StoredImport } from '@patchbay/store/queries/imports';
import { z } from 'zod';
import type { HubFiles } from '../files/store.ts';
import { createVault, type Vault } from '../secrets.ts';

/** Bytes that are sealed together; a reader of the beginning opens no more than it needs. */
const frameSize = 64 * 1024;
const tagSize = 16;

export interface ImportKey {
  /** For the row. */
  readonly sealed: string;
  readonly file: Uint8Array;
  readonly texts: Vault;
}

const contextOf = (importId: string): string => `import:${importId}`;
const derived = (key: string, purpose: string): Buffer =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(purpose).digest();

const keyFrom = (key: string, sealed: string): ImportKey => ({
  sealed,
  file: derived(key, 'file'),
  texts: createVault(derived(key, 'texts')),
});

/** One for each file: its frames are numbered from the beginning. */
export function newImportKey(vault: Vault, importId: string): ImportKey {
  const key = randomBytes(32).toString('base64url');
  return keyFrom(key, vault.seal(key, contextOf(importId)));
}

/** Null for an import of before, which is kept as it came. @throws Error when the key of the vault is gone */
export function importKeyOf(vault: Vault, importId: string, sealed: string | null): ImportKey | null {
  return sealed === null ? null : keyFrom(vault.unseal(sealed, contextOf(importId)), sealed);
}

const nonceOf = (frame: number): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame), 4);
  return nonce;
};
/** A file that was cut between two frames ends with one that is not marked as the last. */
const mark = (last: boolean): Buffer => Buffer.from([last ? 1 : 0]);

function* framesOf(held: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < held.byteLength; from += size) yield held.subarray(from, from + size);
}

/** The bytes in frames of one size, the last one but for what is left; there is one frame at least. */
async function* framed(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ frame: Buffer; last: boolean }> {
  let held = Buffer.alloc(0);
  for await (const chunk of bytes) {
    held = Buffer.concat([held, chunk]);
    if (held.byteLength <= size) continue;
    // What fills the last frame may be the end of all.
    const whole = Math.ceil(held.byteLength / size) - 1;
    for (const frame of framesOf(held.subarray(0, whole * size), size)) yield { frame, last: false };
    held = Buffer.from(held.subarray(whole * size));
  }
  yield { frame: held, last: true };
}

export async function* sealBytes(key: ImportKey, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { frame, last } of framed(bytes, frameSize)) {
    const cipher = createCipheriv('aes-256-gcm', key.file, nonceOf(number), { authTagLength: tagSize });
    cipher.setAAD(mark(last));
    const text = Buffer.concat([cipher.update(frame), cipher.final()]);
    yield Buffer.concat([cipher.getAuthTag(), text]);
    number += 1;
  }
}

/** @throws Error when the bytes were changed or cut */
export async function* openBytes(key: ImportKey, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { frame, last } of framed(bytes, frameSize + tagSize)) {
    const opener = createDecipheriv('aes-256-gcm', key.file, nonceOf(number), { authTagLength: tagSize });
    opener.setAAD(mark(last));
    opener.setAuthTag(frame.subarray(0, tagSize));
    yield Buffer.concat([opener.update(frame.subarray(tagSize)), opener.final()]);
    number += 1;
  }
}

/** The store as a reader of this import's file sees it. */
export const openedFiles = (files: Pick<HubFiles, 'stream'>, key: ImportKey | null): Pick<HubFiles, 'stream'> =>
  key === null
    ? files
    : { stream: (sha256, range) => Readable.from(within(openBytes(key, files.stream(sha256)), range?.end)) };

async function* within(bytes: AsyncIterable<Buffer>, end: number | undefined): AsyncGenerator<Buffer> {
  let left = end === undefined ? Number.POSITIVE_INFINITY : end + 1;
  for await (const chunk of bytes) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}

const sealedText = z.object({ sealed: z.string() });

/** Of the first rows, or of what a dry run found. */
export const sealShown = (key: ImportKey | null, name: 'sample' | 'report', value: unknown): unknown =>
  key === null ? value : { sealed: key.texts.seal(JSON.stringify(value), name) };

export function openShown(key: ImportKey | null, name: 'sample' | 'report', value: unknown): unknown {
  const { data } = sealedText.safeParse(value);
  return key !== null && data ? (JSON.parse(key.texts.unseal(data.sealed, name)) as unknown) : value;
}

/** As whoever imports sees it. */
export function openImport(vault: Vault, { keySealed, ...found }: StoredImport): DataImport {
  const key = importKeyOf(vault, found.id, keySealed);
  return {
    ...found,
    sample: openShown(key, 'sample', found.sample),
    report: openShown(key, 'report', found.report),
  } as DataImport;
}

const rowContext = (rowNumber: number): string => `row:${rowNumber}`;

export const sealReject = (key: ImportKey | null, reject: ImportReject): ImportReject =>
  key === null
    ? reject
    : { ...reject, cells: [key.texts.seal(JSON.stringify(reject.cells), rowContext(reject.rowNumber))] };

export function openReject(key: ImportKey | null, reject: ImportReject): ImportReject {
  const [only] = reject.cells;
  if (key === null || reject.cells.length !== 1 || !only?.startsWith('v2.')) return reject;
  return { ...reject, cells: JSON.parse(key.texts.unseal(only, rowContext(reject.rowNumber))) as string[] };
}
