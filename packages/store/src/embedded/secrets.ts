import { randomBytes } from 'node:crypto';
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
  try {
    // Written whole beside it, then moved: a crash leaves the old file or the new one.
    await writeFile(`${file}.new`, `${JSON.stringify({ ...secrets, [name]: made }, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new StartError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
  return made;
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
