import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
  expect((await readdir(folder)).toSorted()).toEqual(['secrets.json', 'secrets.lock']);
});

it('waits for who is changing them, and not for who was killed in the middle', async () => {
  const folder = await newFolder();
  await keptSecret(folder, 'secretKey');
  const holder = `
    import { takeLock } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)};
    globalThis.held = takeLock(${JSON.stringify(join(folder, 'secrets.lock'))});
    process.stdout.write('held');
    setInterval(() => undefined, 1000);
  `;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', holder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(other, 'exit');
  await once(other.stdout, 'data');
  const added = addSecretKey(folder, new Date());
  expect(await Promise.race([added, setTimeout(200, 'waiting')])).toBe('waiting');
  other.kill('SIGKILL');
  await exited;
  await added;
  expect(secretKeysOf(folder).earlier).toHaveLength(1);
});
