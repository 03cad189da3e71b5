/** What can be known about the image and the compose file without an engine to run them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadEnvironment, variableNames } from './environment.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFile(join(root, file), 'utf8');

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  command?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** Instructions with their arguments, continued lines joined. */
async function instructions(): Promise<[name: string, rest: string][]> {
  const text = (await read('docker/Dockerfile')).replaceAll(/\\\n\s*/g, '').replaceAll(/^#.*$/gm, '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
}

describe('Dockerfile', () => {
  test('runs only scripts that package.json has, and starts what npm start starts', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    const steps = await instructions();
    const run = steps.flatMap(([name, rest]) => (name === 'RUN' ? [...rest.matchAll(/npm (?:run )?(\w+)/g)] : []));
    expect(run.map(([, script]) => script)).toEqual(['build', 'prune']);
    for (const [, script = ''] of run) expect(scripts).toHaveProperty(script);
    const entry = JSON.parse(steps.find(([name]) => name === 'ENTRYPOINT')?.[1] ?? '[]') as string[];
    expect(scripts.start).toContain(entry.at(-1));
    expect(existsSync(join(root, entry.at(-1) ?? ''))).toBe(true);
  });

  test('runs on the Node major of the project, as an ordinary user, and tells its health', async () => {
    const steps = await instructions();
    const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: { node: string } };
    const bases = steps.filter(([name]) => name === 'FROM').map(([, rest]) => rest.split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set([`node:${dependencies.node.split('.')[0]}-slim`]));
    expect(steps.findLast(([name]) => name === 'USER')?.[1]).toBe('node');
    expect(steps.find(([name]) => name === 'HEALTHCHECK')?.[1]).toContain('/healthz');
  });

  test.each([
    ['PORT', 'PORT'],
    ['HEALTH_PORT, of a worker or a clock,', 'HEALTH_PORT'],
  ])('finds a hub well that answers at %s', async (_where, name) => {
    const health = (await instructions()).find(([step]) => step === 'HEALTHCHECK')?.[1] ?? '';
    const [, flag = '', program = ''] = JSON.parse(health.slice(health.indexOf('['))) as string[];
    let status = 200;
    const hub = createServer(({ url }, response) => response.writeHead(url === '/healthz' ? status : 404).end());
    await once(hub.listen(0, '127.0.0.1'), 'listening');
    const port = String((hub.address() as AddressInfo).port);
    // Nothing listens on port 1.
    const check = () =>
      once(spawn(process.execPath, [flag, program], { env: { PORT: '1', HEALTH_PORT: '1', [name]: port } }), 'exit');
    expect(await check()).toEqual([0, null]);
    status = 503;
    expect(await check()).toEqual([1, null]);
    hub.close();
    expect(await check()).toEqual([1, null]);
  });

  test('sets only variables that the hub reads', async () => {
    const set = (await instructions()).find(([name]) => name === 'ENV')?.[1].matchAll(/(\w+)=(\S+)/g) ?? [];
    const env = Object.fromEntries([...set].map(([, name, value]) => [name, value]));
    expect(variableNames).toEqual(expect.arrayContaining(Object.keys(env)));
    expect(loadEnvironment(env)).toMatchObject({ nodeEnv: 'production', host: '0.0.0.0', dataDir: '/data' });
  });
});

describe('compose.yaml', () => {
  test('gives the hub only variables that it reads, and no secret of its own', async () => {
    const { services } = parse(await read('docker/compose.yaml')) as Compose;
    const env = services.hub?.environment ?? {};
    expect(variableNames).toEqual(expect.arrayContaining(Object.keys(env)));
    const secret = Object.entries({ ...env, ...services.postgres?.environment }).filter(([name]) =>
      /PASSWORD|TOKEN|KEY|_URL$/.test(name),
    );
    for (const [name, value] of secret) if (name !== 'REDIS_URL') expect(value).toContain('${');
  });

  test('passes on every variable that is not the image’s or the composition’s own', async () => {
    const { services } = parse(await read('docker/compose.yaml')) as Compose;
    const own = ['NODE_ENV', 'PORT', 'HOST', 'HEALTH_PORT', 'DATA_DIR', 'ROLES', 'SMTP_INLET_PORT'];
    expect([...Object.keys(services.hub?.environment ?? {}), ...own].toSorted()).toEqual(variableNames.toSorted());
  });

  test('starts with nothing but a database password', async () => {
    const { services } = parse(await read('docker/compose.yaml')) as Compose;
    const env = Object.entries(services.hub?.environment ?? {}).map(([name, value]) => [
      name,
      interpolate(value, { POSTGRES_PASSWORD: 'p' }),
    ]);
    expect(loadEnvironment(Object.fromEntries(env) as Record<string, string>)).toMatchObject({
      databaseUrl: 'postgres://patchbay:p@postgres:5432/patchbay',
      redisUrl: 'redis://redis:6379',
      mailDomains: ['patchbay.test'],
    });
  });

  test('holds together: volumes, dependencies, build, a queue that is never evicted', async () => {
    const { services, volumes } = parse(await read('docker/compose.yaml')) as Compose;
    for (const service of Object.values(services)) {
      for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty(volume.split(':')[0] ?? '');
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(services[name]?.healthcheck).toBeDefined();
      }
    }
    expect(
      existsSync(join(root, 'docker', services.hub?.build?.context ?? '', services.hub?.build?.dockerfile ?? '')),
    ).toBe(true);
    expect(services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

test('.ci/run and the image install and build by the same scripts', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  expect(scripts.pretest).toBe(scripts.build);
  expect(scripts.prestart).toBe(scripts.build);
  const ci = await read('.ci/run');
  for (const [, script = ''] of ci.matchAll(/^npm (?:run )?(\w+)$/gm)) expect(scripts).toHaveProperty(script);
});

/** Compose's `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(value: string, env: Record<string, string>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
    (_, name: string, fallback = '') => env[name] ?? fallback,
  );
}
