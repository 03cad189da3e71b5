/** Plants one violation for each guard in a copy of the workspace's skeleton and sees the guard refuse it. */
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

const root = join(import.meta.dirname, '..');

/** What oxlint has to say about each file; null for what it must let pass. */
const linted: readonly (readonly [file: string, rule: string | null, source: string])[] = [
  ['packages/contracts/src/imports-domain.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/domain';"],
  ['packages/contracts/src/imports-node.ts', 'eslint(no-restricted-imports)', "export * from 'node:fs';"],
  ['packages/domain/src/imports-store.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/store';"],
  ['packages/domain/src/imports-config.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/config';"],
  ['packages/store/src/imports-channels.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/channels';"],
  [
    'packages/channels/src/imports-store.ts',
    'eslint(no-restricted-imports)',
    "export * from '@patchbay/store/migrate';",
  ],
  ['packages/store/src/imports-engine.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/engine';"],
  ['packages/engine/src/imports-ui.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/ui';"],
  ['packages/engine/src/imports-pg.ts', 'eslint(no-restricted-imports)', "export * from 'pg';"],
  ['packages/channels/src/imports-prisma.ts', 'eslint(no-restricted-imports)', "export * from '@prisma/client';"],
  ['packages/engine/src/imports-bullmq.ts', 'eslint(no-restricted-imports)', "export { Queue } from 'bullmq';"],
  ['packages/engine/src/names-bullmq.ts', null, "export type { Queue } from 'bullmq';"],
  ['packages/engine/src/queues/wiring.ts', null, "export { Queue } from 'bullmq';"],
  ['packages/ui/src/imports-domain.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/domain';"],
  ['services/hub/src/imports-store.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/store';"],
  ['services/console/src/imports-engine.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/engine';"],
  ['services/widget/src/imports-ui.ts', 'eslint(no-restricted-imports)', "export * from '@patchbay/ui';"],
  ['packages/domain/src/date-now.ts', 'pure(no-clock)', 'export const now = Date.now();'],
  ['packages/domain/src/new-date.ts', 'pure(no-clock)', 'export const now = new Date();'],
  ['packages/domain/src/given-date.ts', null, 'export const at = (ms: number) => new Date(ms);'],
  ['packages/domain/src/random.ts', 'eslint(no-restricted-properties)', 'export const dice = Math.random();'],
  ['packages/domain/src/reads-file.ts', 'eslint(no-restricted-imports)', "export { readFile } from 'node:fs';"],
  ['packages/domain/src/timer.ts', 'eslint(no-restricted-globals)', 'setTimeout(() => undefined, 1);'],
  ['packages/domain/src/fetches.ts', 'eslint(no-restricted-globals)', "export const page = fetch('http://localhost');"],
  ['packages/domain/src/process.ts', 'eslint(no-restricted-globals)', 'export const pid = process.pid;'],
  ['packages/engine/src/environment.ts', 'node(no-process-env)', 'export const port = process.env.PORT;'],
  ['packages/engine/src/prints.ts', 'eslint(no-console)', "console.log('hello');"],
  ['packages/engine/src/floats.ts', 'typescript(no-floating-promises)', 'const later = async () => 1;\nlater();'],
  [
    'packages/engine/src/misuses.ts',
    'typescript(no-misused-promises)',
    'const later = async () => true;\nif (later()) throw new Error("never");',
  ],
  [
    'packages/engine/src/cycle-a.ts',
    'import(no-cycle)',
    "import { b } from './cycle-b.ts';\nexport const a = () => b;",
  ],
  [
    'packages/engine/src/cycle-b.ts',
    'import(no-cycle)',
    "import { a } from './cycle-a.ts';\nexport const b = () => a;",
  ],
  [
    'packages/engine/src/mocks.test.ts',
    'eslint(no-restricted-properties)',
    "import { vi } from 'vitest';\nvi.mock('./floats.ts');",
  ],
];

let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'patchbay-guards-'));
  await copySkeleton();
  for (const [file, , source] of linted) await plant(file, `${source}\n`);
});

afterAll(() => rm(copy, { recursive: true, force: true }));

/** The files that guards read, and the installed packages as they are. */
async function copySkeleton(): Promise<void> {
  const nested = await Promise.all(
    ['packages', 'services'].map(async (folder) =>
      (await readdir(join(root, folder))).map((name) => join(folder, name)),
    ),
  );
  for (const folder of ['.', 'config', 'test', ...nested.flat()]) {
    await mkdir(join(copy, folder), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'pnpm-workspace.yaml']) {
      await cp(join(root, folder, name), join(copy, folder, name)).catch(() => undefined);
    }
    await symlink(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'));
  }
  for (const name of ['lint', 'oxlint.config.ts', 'oxfmt.json']) {
    await cp(join(root, 'config', name), join(copy, 'config', name), { recursive: true });
  }
}

async function plant(file: string, source: string): Promise<void> {
  await mkdir(dirname(join(copy, file)), { recursive: true });
  await writeFile(join(copy, file), source);
}

function guard(name: string, ...args: string[]) {
  return runProgram(join(root, 'node_modules', '.bin', name), args, { cwd: copy });
}

interface Finding {
  readonly code: string;
  readonly filename: string;
}

describe('oxlint', { timeout: 60_000 }, () => {
  test('refuses what each rule is for, and nothing else', async () => {
    const run = await guard(
      'oxlint',
      '-c',
      'config/oxlint.config.ts',
      '--format=json',
      ...linted.map(([file]) => file),
    );
    const { diagnostics } = JSON.parse(run.output) as { diagnostics: Finding[] };
    const found = linted.map(([file]) => {
      const codes = new Set(diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code));
      return [file, [...codes].join() || null];
    });
    expect(found).toEqual(linted.map(([file, rule]) => [file, rule]));
    expect(run.code).toBe(1);
  });
});

describe('tsc', { timeout: 60_000 }, () => {
  test('refuses to reach around a project reference, and a package that is not declared', async () => {
    for (const name of ['contracts', 'domain']) await rm(join(copy, 'packages', name, 'src'), { recursive: true });
    await plant('packages/store/src/secret.ts', 'export const secret = 1;\n');
    await plant('packages/domain/src/relative.ts', "export { secret } from '../../store/src/secret.ts';\n");
    await plant('packages/domain/src/package.ts', "export { migrate } from '@patchbay/store';\n");
    await plant('packages/domain/src/node.ts', "export { readFile } from 'node:fs';\n");
    await plant('packages/contracts/src/index.ts', 'export {};\n');
    const run = await guard('tsc', '-b', 'packages/domain', '--pretty', 'false');
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(/relative\.ts.*TS(6059|6307)|TS(6059|6307).*secret\.ts/s);
    expect(run.output).toMatch(/package\.ts.*TS2307/);
    expect(run.output).toMatch(/node\.ts.*TS(2307|2591)/);
  });
});

describe('oxfmt', { timeout: 60_000 }, () => {
  test('refuses another layout', async () => {
    await plant('packages/ui/src/laid-out.ts', "export const tidy = 'yes';\n");
    await plant('packages/ui/src/sprawling.ts', 'export   const tidy="no"\n');
    const check = (file: string) =>
      guard('oxfmt', '--config', 'config/oxfmt.json', '--check', `packages/ui/src/${file}`);
    expect((await check('laid-out.ts')).code).toBe(0);
    expect((await check('sprawling.ts')).code).toBe(1);
  });
});

describe('knip', { timeout: 60_000 }, () => {
  test('refuses an export and a dependency that nothing uses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchbay-unused-'));
    try {
      await cp(join(root, 'config', 'knip.json'), join(folder, 'knip.json'));
      const files: Record<string, string> = {
        'package.json': '{ "name": "root", "private": true }',
        'pnpm-workspace.yaml': 'packages: [packages/*]',
        'packages/engine/package.json':
          '{ "name": "@patchbay/engine", "private": true, "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" }, "dependencies": { "left-over": "1.0.0" } }',
        'packages/engine/src/index.ts': "import { used } from './parts.ts';\nused();\n",
        'packages/engine/src/parts.ts': 'export const used = () => 1;\nexport const deadExport = 2;\n',
      };
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), text);
      }
      const { code, output } = await runProgram(join(root, 'node_modules', '.bin', 'knip'), ['--config', 'knip.json'], {
        cwd: folder,
      });
      expect(code).toBe(1);
      expect(output).toMatch(/deadExport/);
      expect(output).toMatch(/left-over/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
