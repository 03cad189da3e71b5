import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem, StartError } from '../start-error.ts';

/**
 * A secret of this data folder, 256 bits in base64url: made on first use, kept in `secrets.json` (mode 0600) beside
 * whatever other secrets are there. Calls for one folder must not overlap.
 * @throws {StartError} when the file cannot be read or written
 */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const file = join(dataDir, 'secrets.json');
  const secrets = await readSecrets(file);
  const existing = secrets[name];
  if (typeof existing === 'string' && existing !== '') return existing;
  const made = randomBytes(32).toString('base64url');
  await writeSecrets(file, { ...secrets, [name]: made });
  return made;
}

async function writeSecrets(file: string, secrets: Record<string, unknown>): Promise<void> {
  try {
    // Written whole beside it, then moved: a crash leaves the old file or the new one.
    await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
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
  const present = await keptSecret(dataDir, 'secretKey');
  const file = join(dataDir, 'secrets.json');
  const secrets = await readSecrets(file);
  await writeSecrets(file, {
    ...secrets,
    secretKey: randomBytes(32).toString('base64url'),
    earlierSecretKeys: [{ key: present, replacedAt: now.toISOString() }, ...earlierOf(secrets)],
  });
}

/** Removes earlier keys that open nothing any more. @throws {StartError} when the file cannot be read or written */
export async function retireSecretKeys(dataDir: string, keys: readonly string[]): Promise<void> {
  const file = join(dataDir, 'secrets.json');
  const secrets = await readSecrets(file);
  await writeSecrets(file, {
    ...secrets,
    earlierSecretKeys: earlierOf(secrets).filter(({ key }) => !keys.includes(key)),
  });
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
