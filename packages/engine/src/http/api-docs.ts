import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Router } from 'express';
import { named } from './request.ts';

const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const served = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Patchbay API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png"><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

/** The page on which the API can be read and tried. Its script is a file, since the page's policy forbids inline ones. */
export function createApiDocs(): Router {
  const router = express.Router();
  router.use(named('/api/docs'));
  router.get('/', (_request, response) => void response.type('html').send(html));
  router.get('/start.js', (_request, response) => void response.type('js').send(start));
  for (const file of served)
    router.get(`/${file}`, (_request, response) => response.sendFile(file, { root: folder, maxAge: '1h' }));
  return router;
}
