/** A hub for a test: a database, a queue and ports of its own, and an administrator's API key. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import type { Hub, HubOverrides } from '@patchbay/engine';
import { createTestDatabase, freePort, startRedis } from './backends.ts';
import type { Backend } from './backends.ts';
import { createClient } from './client.ts';
import type { ApiClient } from './client.ts';

export { admin } from './administrator.ts';

export const apiKey = 'test-key-0123456789abcdef0123456789abcdef';

/** A time zone in which it is about noon, for what ends with the day. */
export function zoneAtNoon(now = new Date()): string {
  const ahead = 12 - now.getUTCHours();
  // Such names count the other way round (tz database, file etcetera).
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** What a hub, or several on one database, is started with. */
export interface Ground extends AsyncDisposable {
  readonly env: Record<string, string>;
  readonly databaseUrl: string;
  readonly port: number;
  readonly smtpPort: number;
  readonly url: string;
}

export async function createGround(backend: Backend, extra: Record<string, string> = {}): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'patchbay-data-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const database = stack.use(await createTestDatabase('patchbay_centre'));
  const redis = backend === 'redis' ? stack.use(await startRedis()) : undefined;
  const port = await freePort();
  const smtpPort = await freePort();
  const env = {
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SMTP_INLET_PORT: String(smtpPort),
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    ...(redis && { REDIS_URL: redis.url }),
    PATCHBAY_API_KEY: apiKey,
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    TIME_ZONE: 'UTC',
    ...extra,
  };
  const owned = stack.move();
  return {
    env,
    databaseUrl: database.url,
    port,
    smtpPort,
    url: env.PUBLIC_URL,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export interface TestHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly ground: Ground;
  readonly url: string;
  /** Calls the API as the administrator. */
  readonly api: ApiClient;
}

/** A hub with all roles in this process, so that a test can reach into its parts. */
export async function startHub(
  backend: Backend,
  options: { env?: Record<string, string>; overrides?: HubOverrides } = {},
): Promise<TestHub> {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await createGround(backend, options.env));
  const hub = stack.use(await createHub(loadEnvironment(ground.env), options.overrides));
  const owned = stack.move();
  return {
    hub,
    ground,
    url: ground.url,
    api: createClient(ground.url, { authorization: `Bearer ${apiKey}` }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
