/**
 * Installs what package.json asks for when that has changed, then runs the script it is given on the Node that was
 * installed. With `--prune` it installs anew only what the hub needs at run time. Plain JavaScript for any Node from 20 on, without dependencies, because nothing is there yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';
const projectNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const stampFile = join(root, 'node_modules', '.patchbay-install');

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Patchbay needs Node.js 20 or newer to install itself; this is ${process.versions.node}`);
  process.exit(1);
}
const [script, ...args] = process.argv.slice(2);
if (script === '--prune') prune();
else install();
if (script && script !== '--prune') process.exit(run(projectNode, [join(root, script), ...args]));

function install() {
  const wanted = fingerprint();
  if (existsSync(projectNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  rmSync(stampFile, { force: true });
  console.log('Installing dependencies ...');
  pnpmInstall();
  writeFileSync(stampFile, wanted);
}

/** Leaves out build tools, tests and what only the browser code is made of. */
function prune() {
  for (const folder of ['.', ...workspaceFolders()])
    rmSync(join(root, folder, 'node_modules'), { recursive: true, force: true });
  pnpmInstall('--prod', '--filter', '@patchbay/hub...');
}

function pnpmInstall(...flags) {
  const fixed = ['--yes', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'];
  const status = run(windows ? 'npx.cmd' : 'npx', [...fixed, ...flags]);
  if (status === 0) return;
  console.error('The installation failed; the reason stands above');
  process.exit(status);
}

/** Changes whenever an installation would come out differently. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(root, file)))
      .update('\n');
  }
  return hash.digest('hex');
}

function manifests() {
  return ['.', ...workspaceFolders()]
    .map((folder) => join(folder, 'package.json'))
    .filter((file) => existsSync(join(root, file)))
    .sort((one, other) => (one < other ? -1 : 1));
}

function workspaceFolders() {
  const nested = ['packages', 'services'].map((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  return ['config', 'test', ...nested.flat()];
}

function run(command, commandArgs) {
  const { status, error } = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: 'inherit',
    shell: windows && command.endsWith('.cmd'),
  });
  if (error) console.error(`${command} does not run: ${error.message}`);
  return status ?? 1;
}
