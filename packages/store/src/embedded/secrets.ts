import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileProblem, StartError } from '../start-error.ts';
import { takeLock, type FileLock } from './file-lock.ts';

/**
 * A secret of this data folder, 256 bits in base64url: made on first use, kept in `secrets.json` (mode 0600) beside
 * whatever other secrets are there.
 * @throws {StartError} when the file cannot be read or written
 */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const known = (secrets: Record<string, unknown>) => {
    const value = secrets[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const existing = known(await readSecrets(join(dataDir, 'secrets.json')));
  if (existing !== null) return existing;
  const made = randomBytes(32).toString('base64url');
  const secrets = await changeSecrets(dataDir, (present) =>
    known(present) === null ? { ...present, [name]: made } : present,
  );
  return known(secrets) ?? made;
}

/** One at a time, also of several processes: a key that a second one did not see would be gone for good. */
async function changeSecrets(
  dataDir: string,
  change: (secrets: Record<string, unknown>) => Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const file = join(dataDir, 'secrets.json');
  const lock = await waitForLock(join(dataDir, 'secrets.lock'));
  try {
    const changed = change(await readSecrets(file));
    await writeSecrets(file, changed);
    return changed;
  } finally {
    lock.release();
  }
}

/** Whoever has it is done within milliseconds, or dead. */
async function waitForLock(path: string): Promise<FileLock> {
  for (;;) {
    try {
      const lock = takeLock(path);
      if (lock) return lock;
    } catch (error) {
      throw new StartError(`Cannot write ${path}: ${fileProblem(error)}`, { cause: error });
    }
    await sleep(10);
  }
}

async function writeSecrets(file: string, secrets: Record<string, unknown>): Promise<void> {
  try {
    // Written whole beside it, then moved: a crash leaves the old file or the new one.
    await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
    // What is sealed with a new key may be on disk before the key would be.
    const folder = await open(dirname(file)).catch(() => null);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  } catch (error) {
    throw new StartError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

interface EarlierKey {
  readonly key: string;
  /** ISO 8601: when another one took its place. */
  readonly replacedAt: string;
}

const earlierOf = (secrets: Record<string, unknown>): EarlierKey[] =>
  Array.isArray(secrets['earlierSecretKeys']) ? (secrets['earlierSecretKeys'] as EarlierKey[]) : [];

/** The keys of this data folder: the one that seals, then those that still open. Read anew each time. */
export function secretKeysOf(dataDir: string): { present: string; earlier: readonly EarlierKey[] } {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, unknown>;
  return { present: String(secrets['secretKey']), earlier: earlierOf(secrets) };
}

/** Gives the data folder a new key; the one before it still opens. @throws {StartError} when the file cannot be read or written */
export async function addSecretKey(dataDir: string, now: Date): Promise<void> {
  await keptSecret(dataDir, 'secretKey');
  await changeSecrets(dataDir, (secrets) => ({
    ...secrets,
    secretKey: randomBytes(32).toString('base64url'),
    earlierSecretKeys: [{ key: secrets['secretKey'], replacedAt: now.toISOString() }, ...earlierOf(secrets)],
  }));
}

/** Removes earlier keys that open nothing any more. @throws {StartError} when the file cannot be read or written */
export async function retireSecretKeys(dataDir: string, keys: readonly string[]): Promise<void> {
  await changeSecrets(dataDir, (secrets) => ({
    ...secrets,
    earlierSecretKeys: earlierOf(secrets).filter(({ key }) => !keys.includes(key)),
  }));
}

async function readSecrets(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new StartError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Told below, without the text: it holds secrets.
  }
  throw new StartError(`${file} is not a JSON object; restore it from a backup`);
}
