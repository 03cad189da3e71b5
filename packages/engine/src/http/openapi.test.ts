import { describe, expect, it } from 'vitest';
import { createOpenApi, documentedPath } from './openapi.ts';
import { routes } from './routes.ts';

type Json = Record<string, unknown>;
const document = createOpenApi(routes, 'https://hub.example');
const paths = document['paths'] as Record<string, Record<string, Json>>;

function* refs(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === '$ref' && typeof value === 'string') yield value;
    else yield* refs(value);
  }
}

function resolve(pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, name) => (node as Json | undefined)?.[name], document);
}

describe('the API document', () => {
  it('describes every route, and nothing else', () => {
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(documented.toSorted()).toEqual(
      routes.map(({ method, path }) => `${method} ${documentedPath(path)}`).toSorted(),
    );
  });

  it('has no reference that leads nowhere', () => {
    const all = [...refs(document)];
    expect(all.length).toBeGreaterThan(50);
    for (const ref of all) expect(resolve(ref), ref).toBeTypeOf('object');
  });

  it('names each operation once, and each parameter of its path', () => {
    const ids = new Set<unknown>();
    for (const [path, operations] of Object.entries(paths)) {
      for (const operation of Object.values(operations)) {
        ids.add(operation['operationId']);
        const inPath = (operation['parameters'] as Json[])
          .filter((parameter) => parameter['in'] === 'path')
          .map(({ name }) => `{${String(name)}}`);
        expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
      }
    }
    expect(ids.size).toBe(routes.length);
  });

  it('keeps optional what has a default when it is sent, and certain when it arrives', () => {
    const { schemas } = document['components'] as { schemas: Record<string, Json> };
    expect(schemas['MessageCreate']?.['required']).toEqual(['text']);
    expect(schemas['Ticket']?.['required']).toContain('call');
    expect(JSON.stringify(document)).not.toContain('"$schema"');
  });

  it('asks for a role wherever it is not for anybody', () => {
    const open = routes.filter(({ access }) => access === 'public').map(({ method, path }) => `${method} ${path}`);
    expect(open).toEqual(['get /setup', 'post /setup', 'post /session', 'delete /session']);
  });
});
