/** How long a message may take on its way to its provider. */
import type { StoredFile } from '@patchbay/contracts';

/** Milliseconds for a byte of a file, in base64 over a line of half a megabit a second. */
export const msPerByte = 4 / 3 / 64;

/** Milliseconds. `limitMs`: for a message without files. */
export const timeFor = (limitMs: number, files: readonly Pick<StoredFile, 'size'>[]): number =>
  Math.ceil(files.reduce((sum, { size }) => sum + size * msPerByte, limitMs));
