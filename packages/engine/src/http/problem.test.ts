import { HubError, parseInput, problem } from '@patchbay/contracts';
import express from 'express';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asHubError, problemHandler, toProblem } from './problem.ts';

describe('problems', () => {
  it.each([
    [new HubError('gone', 'Too late'), 'gone', 410],
    [new z.ZodError([{ code: 'custom', path: ['a', 0], message: 'wrong', input: 1 }]), 'invalid_input', 400],
    [Object.assign(new Error('request entity too large'), { status: 413, type: 'entity.too.large' }), 'too_large', 413],
    [
      Object.assign(new SyntaxError('Unexpected token'), { status: 400, type: 'entity.parse.failed' }),
      'invalid_input',
      400,
    ],
    [Object.assign(new URIError('Failed to decode param'), { status: 400 }), 'invalid_input', 400],
    [Object.assign(new Error('Not Found'), { status: 404 }), 'not_found', 404],
    [Object.assign(new Error('a later merge has to be undone first'), { code: 'PB003' }), 'conflict', 409],
    [Object.assign(new Error('invalid byte sequence'), { code: '22021' }), 'invalid_input', 400],
    [new Error('password=secret'), 'internal', 500],
    ['a string', 'internal', 500],
    [undefined, 'internal', 500],
  ])('%s is %s', (error, code, status) => {
    const answer = toProblem(asHubError(error));
    expect(problem.parse(answer)).toMatchObject({ code, status });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('names each wrong field', () => {
    const wrong = () => parseInput(z.object({ limit: z.int(), q: z.string() }), { limit: 'x' });
    expect(wrong).toThrow(
      expect.objectContaining({
        issues: [expect.objectContaining({ path: 'limit' }), expect.objectContaining({ path: 'q' })],
      }),
    );
  });

  it('are sent as problem+json with Retry-After', async () => {
    const app = express();
    app.get('/', () => {
      throw new HubError('too_many_requests', 'Slowly', { retryAfterMs: 1500 });
    });
    app.use(problemHandler(pino({ enabled: false })));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as { port: number }).port}/`);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(problem.parse(await response.json()).detail).toBe('Slowly');
    server.close();
  });
});
