/** The API's document (OpenAPI 3.1), made from the route table and the zod schemas. */
import { z } from 'zod';
import type { Route } from './route.ts';
import { answers, bodies } from './schemas.ts';

type Json = Record<string, unknown>;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** `io`: bodies are described as they are sent, answers as they arrive. */
function components(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: made } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(made).map(([name, schema]) => [name, plain(schema as Json)]));
}

/** Without the marks of a document of its own: a component is found by its place. */
function plain({ $schema: _schema, $id: _id, ...schema }: Json): Json {
  return schema;
}

/** `/tickets/:id` as `/tickets/{id}`. */
export const documentedPath = (path: string): string => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`;

function parametersIn(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = plain(z.toJSONSchema(schema, { io: 'input' }) as Json) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: described,
    ...(typeof described['description'] === 'string' ? { description: described['description'] } : {}),
  }));
}

const keyHeader = {
  'Idempotency-Key':
    'Any text of up to 200 characters. For 24 hours the same request with the same key gets the first answer again, marked `Idempotency-Replayed: true`.',
};

function headerParameters({ headers, creates }: Route): Json[] {
  return Object.entries({ ...headers, ...(creates && keyHeader) }).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

const bytes: Json = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
const json = (name: string): Json => ({ 'application/json': { schema: ref(name) } });
const content = (what: string): Json => (what === 'bytes' || what === 'stream' ? bytes : json(what));

function operation(route: Route): Json {
  const roles = {
    public: 'Anybody.',
    agent: 'Any agent.',
    manager: 'Managers and administrators.',
    admin: 'Administrators.',
  };
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: `For: ${roles[route.access]}`,
    tags: [route.tag],
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...parametersIn('path', route.params),
      ...parametersIn('query', route.query),
      ...headerParameters(route),
    ],
    ...(route.body ? { requestBody: { required: true, content: content(route.body) } } : {}),
    responses: {
      [route.status]: { description: 'Done', ...(route.answer ? { content: content(route.answer) } : {}) },
      default: {
        description: 'What went wrong (RFC 9457)',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
  };
}

/** `post /tickets/:id/messages` as `postTicketsIdMessages`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[/:-]+/).filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

export function createOpenApi(routes: readonly Route[], publicUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[documentedPath(route.path)] ??= {});
    path[route.method] = operation(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Patchbay',
      version: '1',
      description:
        'Lists take `limit` and `cursor` and answer `{ items, nextCursor }`; `nextCursor` is null on the last page. Errors are problem details (RFC 9457).',
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      schemas: { ...components(answers, 'output'), ...components(bodies, 'input') },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: `${publicUrl.startsWith('https:') ? '__Secure-' : ''}patchbay.session_token`,
        },
      },
    },
  };
}
