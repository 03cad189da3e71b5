import { access, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWriter } from './writer.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-writer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const beside = (name: string) => join(folder, `${name}.part`);
const place = (name: string) => join(folder, name.slice(0, 2), name);

describe('files written in a thread', () => {
  test('many at once, small and large, each have their own bytes, and nothing stays beside them', async () => {
    const write = openWriter();
    const sizes = [...Array.from({ length: 60 }, (_, index) => index * 997), 1024 * 1024, 3 * 1024 * 1024];
    const files = sizes.map((size, index) => ({ name: `${index % 7}x-${index}`, bytes: Buffer.alloc(size, index) }));
    await Promise.all(files.map(({ name, bytes }) => write(beside(name), place(name), bytes)));
    for (const { name, bytes } of files) expect(bytes.equals(await readFile(place(name)))).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('what cannot be written is refused with its reason, and the next file is written', async () => {
    const write = openWriter();
    await writeFile(join(folder, 'no'), 'a file where a folder would be');
    await expect(write(beside('no'), place('no-1'), Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(access(beside('no'))).rejects.toMatchObject({ code: 'ENOENT' });
    await write(beside('ok'), place('ok-1'), Buffer.from('y'));
    expect(await readFile(place('ok-1'), 'utf8')).toBe('y');
  });

  test('a thread that has nothing to write ends, and the next file has a new one', async () => {
    const script = join(folder, 'counted.mjs');
    await writeFile(
      script,
      `import { parentPort, threadId } from 'node:worker_threads';
       import { writeFileSync } from 'node:fs';
       parentPort.on('message', ({ id, place }) => {
         writeFileSync(place, String(threadId));
         parentPort.postMessage({ id });
       });`,
    );
    const write = openWriter(pathToFileURL(script), 0);
    const threadOf = async (name: string) => {
      await write(beside(name), beside(name), Buffer.alloc(1));
      return readFile(beside(name), 'utf8');
    };
    const [first, together] = await Promise.all([threadOf('t1'), threadOf('t2')]);
    expect(together).toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await threadOf('t3')).not.toBe(first);
  });

  test('whoever waits for a thread that ends is told, and the next file has a new thread', async () => {
    const script = join(folder, 'thread.mjs');
    const marked = join(folder, 'ended-once');
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id }) => {
         if (existsSync(${JSON.stringify(marked)})) return parentPort.postMessage({ id });
         writeFileSync(${JSON.stringify(marked)}, '');
         process.exit(3);
       });`,
    );
    const write = openWriter(pathToFileURL(script));
    const both = ['a', 'b'].map((name) => write(beside(name), place(name), Buffer.from(name)));
    for (const one of both) await expect(one).rejects.toThrow('ended with 3');
    await write(beside('c'), place('c'), Buffer.from('c'));
  });
});
