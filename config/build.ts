/**
 * Makes what is not in the repository: the database client and the browser code. Each target is left alone while its inputs
 * are what they were. `node config/build.ts [target ...]`
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from './run-program.ts';

interface Target {
  readonly name: string;
  /** Files and folders, relative to the root, that decide the outcome. */
  readonly inputs: readonly string[];
  /** Folder that is made. */
  readonly output: string;
  /** Program for Node, its arguments and the folder to run it in. */
  readonly command: readonly string[];
  readonly folder: string;
}

const root = join(import.meta.dirname, '..');
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');

const targets: readonly Target[] = [
  {
    name: 'client',
    inputs: ['packages/store/prisma/schema.prisma', 'packages/store/generate.ts'],
    output: 'packages/store/src/generated',
    command: [join(root, 'packages/store/generate.ts')],
    folder: 'packages/store',
  },
  {
    name: 'console',
    inputs: ['services/console', 'packages/ui', 'packages/contracts', 'tsconfig.base.json'],
    output: 'services/console/dist',
    command: [vite, 'build', '--logLevel', 'warn'],
    folder: 'services/console',
  },
  {
    name: 'widget',
    inputs: ['services/widget', 'packages/contracts', 'tsconfig.base.json'],
    output: 'services/widget/dist',
    command: [vite, 'build', '--logLevel', 'warn'],
    folder: 'services/widget',
  },
];

/** Made by tools, or read by none of the builds. */
const ignored = /^(node_modules|dist|\.types|\.vite|.*\.test\.tsx?|.*\.md)$/;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0) throw new Error(`No such target: ${unknown.join(', ')}`);
const chosen = targets.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const outcomes = await Promise.all(chosen.map(build));
if (outcomes.includes(false)) process.exitCode = 1;

async function build(target: Target): Promise<boolean> {
  const stampFile = join(root, target.output, '.stamp');
  const stamp = await fingerprint(target);
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return true;
  // Without it a build that is interrupted is done again.
  await rm(stampFile, { force: true });
  const { code, output, seconds } = await runProgram(process.execPath, target.command, {
    cwd: join(root, target.folder),
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (code !== 0) {
    console.error(`Building the ${target.name} failed:\n${output}`);
    return false;
  }
  await writeFile(stampFile, stamp);
  console.log(`Built the ${target.name} in ${seconds} s`);
  return true;
}

async function fingerprint({ inputs, command }: Target): Promise<string> {
  const hash = createHash('sha256').update(command.slice(1).join(' '));
  const files = await Promise.all(['pnpm-lock.yaml', ...inputs].map(filesBelow));
  for (const file of files.flat().toSorted()) {
    hash.update(`\n${file}\n`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}

async function filesBelow(path: string): Promise<string[]> {
  if ((await stat(join(root, path))).isFile()) return [path];
  const names = (await readdir(join(root, path))).filter((name) => !ignored.test(name));
  return (await Promise.all(names.map((name) => filesBelow(`${path}/${name}`)))).flat();
}
