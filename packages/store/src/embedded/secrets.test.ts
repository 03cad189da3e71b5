import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { addSecretKey, keptSecret, retireSecretKeys, secretKeysOf } from './secrets.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
const times = <T>(count: number, one: () => Promise<T>) => Promise.all(Array.from({ length: count }, one));

it('is one secret for all who ask for it first', async () => {
  const folder = await newFolder();
  expect(new Set(await times(8, () => keptSecret(folder, 'one'))).size).toBe(1);
});

it('loses no key, however many make and retire keys at once', async () => {
  const folder = await newFolder();
  const first = await keptSecret(folder, 'secretKey');
  await addSecretKey(folder, new Date());
  await Promise.all([
    times(6, () => addSecretKey(folder, new Date())),
    retireSecretKeys(folder, [first]),
    times(3, () => keptSecret(folder, 'other')),
  ]);
  const { present, earlier } = secretKeysOf(folder);
  expect(new Set([present, ...earlier.map(({ key }) => key)]).size).toBe(7);
  expect(earlier.map(({ key }) => key)).not.toContain(first);
  expect(await readdir(folder)).toEqual(['secrets.json']);
});

it('does not wait for somebody who was killed', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'secrets.json.lock'), '');
  const then = new Date(Date.now() - 60_000);
  await utimes(join(folder, 'secrets.json.lock'), then, then);
  await addSecretKey(folder, new Date());
  expect(secretKeysOf(folder).earlier).toHaveLength(1);
});
