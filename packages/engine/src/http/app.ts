import { HubError } from '@patchbay/contracts';
import express, { type Express, type Router } from 'express';
import type { Auth } from '../auth/index.ts';
import { createFormRouter } from '../forms/index.ts';
import type { Parts } from '../parts.ts';
import { createApiDocs } from './api-docs.ts';
import { compress } from './compress.ts';
import { createOpenApi } from './openapi.ts';
import { createPages } from './pages.ts';
import { createMediaRouter } from './media.ts';
import { problemHandler } from './problem.ts';
import { createApiRouter } from './register.ts';
import { correlate, named, observe } from './request.ts';
import { routes } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { createSharedFileRouter } from './shared-files.ts';
import { createSystemRouter, type Readiness } from './system.ts';
import { createWebhookRouter } from './webhooks.ts';

/** What the process that serves HTTP adds to it. */
export interface HttpExtras {
  /** Whether queue and inlets are ready, by name. */
  readonly ready: Readiness;
  /** The carrier that is played where there is no Twilio account. */
  readonly simulator?: { readonly carrier: Router; readonly api: Router } | undefined;
  /** Adds the widget's calls, below `/widget`, to a router at the root. */
  readonly mountWidget?: ((router: Router) => void) | undefined;
}

/** Everything that the hub answers over HTTP. Sockets are attached to the server, not to this. */
export function createHttpApp(parts: Parts, auth: Auth, extras: HttpExtras): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // Who calls is the last address of X-Forwarded-For that none of the proxies has.
  app.set('trust proxy', [...parts.config.trustedProxies]);
  app.use(correlate, observe(parts), securityHeaders(parts.config.publicUrl));
  app.use(createSystemRouter(parts, extras.ready));
  app.use(createWebhookRouter(parts));
  app.use(createMediaRouter(parts));
  mountSimulator(app, extras);
  app.use(compress());
  mountApi(app, parts, auth);
  const widget = express.Router();
  extras.mountWidget?.(widget);
  app.use(widget);
  app.use(createFormRouter(parts), createSharedFileRouter(parts));
  app.use(createPages({ simulator: extras.simulator !== undefined }));
  app.use((_request, _response, next) => next(new HubError('not_found', 'There is nothing here')));
  app.use(problemHandler(parts.log));
  return app;
}

function mountApi(app: Express, parts: Parts, auth: Auth): void {
  // Made for who asks first: few do, and every start would pay for it.
  let document: string | undefined;
  app.get('/api/openapi.json', named('/api/openapi.json'), (_request, response) => {
    document ??= JSON.stringify(createOpenApi(routes, parts.config.publicUrl));
    response.type('json').set('cache-control', 'no-cache').send(document);
  });
  app.use('/api/docs', createApiDocs());
  app.use('/api/v1', createApiRouter(parts, auth, routes));
}

function mountSimulator(app: Express, { simulator }: HttpExtras): void {
  if (!simulator) return;
  app.use('/simulator/carrier', named('/simulator/carrier'), simulator.carrier);
  app.use('/simulator/api', named('/simulator/api'), simulator.api);
}
