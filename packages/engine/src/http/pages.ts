import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { holdAudio } from '@patchbay/channels/phone/hold-audio';
import { holdAudioPath } from '@patchbay/channels/phone/urls';
import { HubError } from '@patchbay/contracts';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { named } from './request.ts';

const services = join(import.meta.dirname, '..', '..', '..', '..', 'services');
const consoleFolder = join(services, 'console', 'dist');
const widgetFolder = join(services, 'widget', 'dist');

/** Files whose name holds their hash never change; all others are asked for anew. */
function cacheByName(response: Response, path: string): void {
  response.set('cache-control', /[/\\]assets[/\\]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
}

/** A page of its own, with the hub's usual policy. */
function page(folder: string, file: string): RequestHandler {
  return (_request, response, next) => {
    if (!existsSync(join(folder, file))) throw new HubError('not_found', 'This page has not been built');
    response.set('cache-control', 'no-cache');
    response.sendFile(file, { root: folder, cacheControl: false }, (error?: Error) => error && next(error));
  };
}

/** The widget is fetched by other websites, so it is open to all of them. */
const anyWebsite: RequestHandler = (_request, response, next) => {
  response.set({
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'public, max-age=300, must-revalidate',
  });
  next();
};

/** Console, widget and their demonstration pages, as they were built. */
export function createPages(options: { simulator: boolean }): Router {
  const router = express.Router();
  router.get('/widget.js', named('/widget.js'), anyWebsite, (_request, response, next) => {
    response.sendFile(
      'widget.js',
      { root: widgetFolder, cacheControl: false },
      (error?: Error) => error && next(error),
    );
  });
  router.get('/widget-demo', named('/widget-demo'), page(widgetFolder, 'widget-demo.html'));
  const audio = Buffer.from(holdAudio());
  router.get(holdAudioPath, named(holdAudioPath), (_request, response) => {
    response.set({ 'content-type': 'audio/wav', 'cache-control': 'public, max-age=86400' }).send(audio);
  });
  // Scripts of the widget's pages, the demonstration's too.
  const scripts = express.static(join(widgetFolder, 'simulator', 'assets'), {
    index: false,
    redirect: false,
    immutable: true,
    maxAge: '1y',
  });
  router.use('/simulator/assets', named('/simulator/assets'), scripts);
  if (options.simulator)
    router.get('/simulator', named('/simulator'), page(join(widgetFolder, 'simulator'), 'index.html'));
  router.use(
    named('console'),
    express.static(consoleFolder, { index: false, redirect: false, cacheControl: false, setHeaders: cacheByName }),
  );
  const index = page(consoleFolder, 'index.html');
  router.get('/{*path}', (request, response, next) => {
    const asksForPage =
      !/^\/(?:webhooks\/|(?:api|forms|shared-files|widget|simulator|socket\.io|assets)(?:\/|$))/.test(request.path) &&
      request.accepts(['json', 'html']) === 'html';
    if (asksForPage) index(request, response, next);
    else next();
  });
  return router;
}
