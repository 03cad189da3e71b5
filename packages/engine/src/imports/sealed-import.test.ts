import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createVault } from '../secrets.ts';
import {
  importKeyOf,
  newImportKey,
  openBytes,
  openedFiles,
  openReject,
  sealBytes,
  sealReject,
} from './sealed-import.ts';

const vault = createVault(randomBytes(32));
const key = newImportKey(vault, 'one');
const all = async (bytes: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(bytes));
const sealed = (plain: Uint8Array, chunk: number) =>
  all(
    sealBytes(
      key,
      (async function* () {
        for (let from = 0; from < plain.byteLength; from += chunk) yield plain.subarray(from, from + chunk);
      })(),
    ),
  );

it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_001])('opens what it sealed: %i bytes', async (size) => {
  const plain = randomBytes(size);
  const bytes = await sealed(plain, 10_007);
  expect(await all(openBytes(key, Readable.from([bytes])))).toEqual(plain);
  const again = importKeyOf(vault, 'one', key.sealed);
  const files = openedFiles({ stream: () => Readable.from([bytes]) }, again);
  expect(await all(files.stream('', { end: 99 }))).toEqual(plain.subarray(0, 100));
});

it('opens nothing that was changed or cut', async () => {
  const plain = Buffer.alloc(131_072, 'x');
  const bytes = await sealed(plain, 65_536);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.byteLength - 1), fc.boolean(), async (place, cut) => {
      const changed = cut ? bytes.subarray(0, place) : Buffer.from(bytes);
      if (!cut) changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(all(openBytes(key, Readable.from([changed])))).rejects.toThrow();
    }),
    { numRuns: 30 },
  );
  await expect(all(openBytes(key, Readable.from([bytes.subarray(0, 65_552)])))).rejects.toThrow();
  expect(() => importKeyOf(vault, 'other', key.sealed)).toThrow();
});

it('seals a rejected row for its place', () => {
  const reject = { rowNumber: 7, reasons: [], cells: ['Zinnia Alley', ''] };
  const kept = sealReject(key, reject);
  expect([JSON.stringify(kept).includes('Zinnia'), openReject(key, kept)]).toEqual([false, reject]);
  expect(() => openReject(key, { ...kept, rowNumber: 8 })).toThrow();
  expect(openReject(null, reject)).toEqual(reject);
});
