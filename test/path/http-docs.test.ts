import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { addSource, type App } from '../support/http-source.ts';
import { startHub } from '../support/hub.ts';
import { lacks } from '../support/programs.ts';
import { shared } from '../support/shared.ts';

const run = promisify(execFile);

/** The page's examples are what people copy: each of them posts for real. */
describe('the examples of docs/http-channel.md', () => {
  const hub = shared(() => startHub('postgres'));
  let app: App;
  let page: string;
  beforeAll(async () => {
    page = await readFile(new URL('../../docs/http-channel.md', import.meta.url), 'utf8');
    app = await addSource(hub().api, {});
  });
  const snippet = (language: string, holding: string) => {
    const found = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].find(([, text]) =>
      text?.includes(holding),
    );
    if (!found?.[1]) throw new Error(`There is no ${language} example with ${holding}`);
    return found[1];
  };
  const posts = async (language: string, id: string, program: string, how: string[]) => {
    const env = { ...process.env, HUB_SOURCE_URL: app.url, HUB_SECRET: app.secret };
    const { stdout } = await run(program, [...how, snippet(language, id)], { env });
    expect(stdout).toContain(JSON.stringify({ id, outcome: 'accepted' }));
  };
  it('js', () => posts('js', 'node-1', process.execPath, ['--input-type=module', '-e']));
  it.skipIf(lacks('an example of the documentation', 'bash', 'curl', 'openssl'))('sh', () =>
    posts('sh', 'curl-1', 'bash', ['-c']),
  );
  it.skipIf(lacks('an example of the documentation', 'python3'))('python', () =>
    posts('python', 'python-1', 'python3', ['-c']),
  );
});
