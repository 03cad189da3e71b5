import express, { type Express, type Router } from 'express';
import type { Parts } from '../parts.ts';
import { named, observe } from './request.ts';

/** How long one check may take before it counts as failed. Milliseconds. */
const patienceMs = 3_000;

/** Says of each part that a process needs whether it is ready. */
export type Readiness = () => Promise<Record<string, boolean>>;

/** For the machines that watch over the hub: alive, ready, measured. None of it tells of customers or agents. */
export function createSystemRouter(parts: Parts, ready: Readiness): Router {
  const router = express.Router();
  router.get(
    '/healthz',
    named('/healthz'),
    (_request, response) => void response.set('cache-control', 'no-store').json({ status: 'ok' }),
  );
  router.get('/readyz', named('/readyz'), async (_request, response) => {
    const [database, others] = await Promise.all([inTime(parts.db.ping().then(() => true)), inTime(ready())]);
    const checks: Record<string, boolean> = { database: database ?? false, ...(others ?? { hub: false }) };
    const ok = Object.values(checks).every(Boolean);
    response
      .status(ok ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status: ok ? 'ready' : 'not ready', checks });
  });
  router.get('/metrics', named('/metrics'), async (_request, response) => {
    response
      .set('cache-control', 'no-store')
      .type(parts.metrics.registry.contentType)
      .send(await parts.metrics.registry.metrics());
  });
  return router;
}

/** For a process that serves nothing else. */
export function createHealthApp(parts: Parts, ready: Readiness): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(observe(parts), createSystemRouter(parts, ready));
  return app;
}

/** The answer, or null when it failed or did not come in time. */
async function inTime<T>(work: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
