import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLine } from './vitest-closing-line.ts';
import { LongestFirst } from './vitest-longest-first.ts';

const root = join(import.meta.dirname, '..');

export default defineConfig({
  root,
  test: {
    retry: 0,
    reporters: ['default', new ClosingLine(process.env.CI === 'true')],
    // Nothing is mocked, and a hub is made of its arguments, so that files do one another no harm in one process; loading it anew for each took a tenth of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    exclude: [...configDefaults.exclude, '**/.types/**'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'services/*/**/*.test.{ts,tsx}', 'config/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          // By itself vitest leaves one processor idle.
          maxWorkers: availableParallelism(),
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          globalSetup: [join(root, 'test/support/global-setup.ts')],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file starts whole hubs and databases, and a third of the time waits for one.
          maxWorkers: 3,
          // After the unit tests, so that neither takes the other's processors.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
