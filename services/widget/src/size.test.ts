import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const limitBytes = 30_000;
const root = join(import.meta.dirname, '..');

test(
  'widget.js is one classic script under 30 kB gzipped, its socket client included',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'widget-size-'));
    try {
      // The very command that `npm start` runs: the test runner's own NODE_ENV would make a development build.
      const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
      await promisify(execFile)(process.execPath, [vite, 'build', '--outDir', folder, '--emptyOutDir'], {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'production' },
      });
      const script = await readFile(join(folder, 'widget.js'));
      expect(script.toString()).not.toMatch(/^\s*(import|export)\b/m);
      expect(gzipSync(script).length).toBeLessThan(limitBytes);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
