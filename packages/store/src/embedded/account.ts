/**
 * Who PostgreSQL runs as. It refuses to run as root, so root lends it an unprivileged account; that account must be able to
 * reach the programs and the data, also where only root may enter the folder of the checkout.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';
import { programs, type Binaries } from './binaries.ts';
import type { EmbeddedLog } from './log.ts';

/** How to run PostgreSQL's programs, and on which files. */
export interface Launch {
  readonly binaries: Binaries;
  /** The folder that holds the cluster's folder: DATA_DIR wherever that is possible. */
  readonly home: string;
  /** Undefined: as this process's own user. */
  readonly account: Account | undefined;
  /** Program and arguments in front of the command that is run, which change user themselves. Empty: none is needed. */
  readonly prefix: readonly string[];
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const setprivPlaces = [
  '/usr/bin/setpriv',
  '/bin/setpriv',
  '/usr/local/bin/setpriv',
  '/run/current-system/sw/bin/setpriv',
];

/** Where a cluster goes that cannot lie in DATA_DIR. Root's alone to write, open to all to enter. */
const refuge = '/var/lib/patchbay';

/**
 * Decides how PostgreSQL is run on this data folder.
 * @param setpriv path of util-linux's `setpriv`; null where there is none
 * @throws {StartError} when there is no way
 */
export async function planLaunch(
  binaries: Binaries,
  dataDir: string,
  log: EmbeddedLog,
  setpriv = setprivPlaces.find((place) => existsSync(place)) ?? null,
): Promise<Launch> {
  const own: Launch = { binaries, home: dataDir, account: undefined, prefix: [] };
  if (process.getuid?.() !== 0) return own;
  const account = (await ownerOf(join(dataDir, 'postgres'))) ?? (await unprivilegedAccount());
  const needed = [binaries.postgres, dataDir];
  if (reaches(account, needed)) return { ...own, account };
  for (const capability of ['dac_read_search', 'dac_override']) {
    const prefix = setpriv === null ? [] : withCapability(setpriv, account, capability);
    if (prefix.length > 0 && reaches(undefined, needed, prefix)) return { ...own, account, prefix };
  }
  return moveWithinReach(own, account, log);
}

/** The account that an existing cluster belongs to goes on with it; PostgreSQL takes no other. */
async function ownerOf(cluster: string): Promise<Account | undefined> {
  const found = await stat(cluster).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function unprivilegedAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => promisify(execFile)('id', [flag, name])));
      return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
    } catch {
      // The next one.
    }
  }
  throw new StartError(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody; start as another user',
  );
}

/**
 * Drops to the account, keeping one capability: to pass through folders that only root may enter. `no_setuid_fixup` lets
 * access(2), with which PostgreSQL checks its own programs, see that capability. New privileges are ruled out.
 */
function withCapability(setpriv: string, { uid, gid }: Account, capability: string): string[] {
  const only = `-all,+${capability}`;
  return [
    setpriv,
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
    '--securebits=+no_setuid_fixup',
    '--no-new-privs',
    '--',
  ];
}

function reaches(account: Account | undefined, paths: readonly string[], prefix: readonly string[] = []): boolean {
  const [command = '', ...rest] = [
    ...prefix,
    '/bin/sh',
    '-c',
    'for path; do test -x "$path" || exit 1; done',
    'sh',
    ...paths,
  ];
  return spawnSync(command, rest, { ...account, cwd: '/', env: {}, stdio: 'ignore' }).status === 0;
}

/**
 * Without capabilities: the programs are copied to where the account can reach them, and DATA_DIR is opened for passing
 * through. When it still cannot be reached because of a folder above it, which is not ours to open, the cluster goes beside the copy.
 */
async function moveWithinReach(launch: Launch, account: Account, log: EmbeddedLog): Promise<Launch> {
  const { home: dataDir, binaries } = launch;
  await chmod(dataDir, ((await stat(dataDir)).mode & 0o777) | 0o011);
  const copied = reaches(account, [binaries.postgres]) ? binaries : await copyPrograms(binaries);
  if (reaches(account, [copied.postgres, dataDir])) return { ...launch, binaries: copied, account };
  if (existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) {
    throw new StartError(
      `User ${account.uid} cannot reach the database in ${dataDir}: install setpriv (util-linux), or open the folders above it`,
    );
  }
  const home = join(refuge, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  await mkdir(home, { recursive: true, mode: 0o755 });
  if (!reaches(account, [copied.postgres, home])) {
    throw new StartError(
      `PostgreSQL does not run as root, and user ${account.uid} cannot reach ${home}; start as another user`,
    );
  }
  log.warn(
    { dataDir, home },
    'Only root may enter the data folder and setpriv is missing: the database is kept elsewhere',
  );
  return { binaries: copied, home, account, prefix: [] };
}

async function copyPrograms(binaries: Binaries): Promise<Binaries> {
  const root = join(
    refuge,
    `postgresql-${binaries.major}-${createHash('sha256').update(binaries.root).digest('hex').slice(0, 16)}`,
  );
  await mkdir(refuge, { recursive: true, mode: 0o755 });
  await cp(binaries.root, root, { recursive: true, verbatimSymlinks: true, force: true });
  return { ...binaries, ...programs(root) };
}
