import { once } from 'node:events';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { createClient } from '../support/client.ts';
import { admin, apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';

describe('a socket of the console', () => {
  const centre = shared(() => startHub('postgres'));

  /** Connects as a page of this origin would. @returns `connected`, or the code of the refusal */
  async function connect(
    headers: Record<string, string>,
    options: { transport?: 'websocket' | 'polling'; auth?: object } = {},
  ): Promise<string> {
    const socket = io(`${centre().url}/agents`, {
      extraHeaders: headers,
      transports: [options.transport ?? 'websocket'],
      forceNew: true,
      reconnection: false,
      auth: options.auth ?? {},
    });
    const outcome = await new Promise<string>((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', (error) =>
        resolve((error as Error & { data?: { code: string } }).data?.code ?? error.message),
      );
    });
    if (socket.connected) {
      const gone = once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
      socket.disconnect();
      await gone;
    } else socket.close();
    return outcome;
  }

  async function sessionCookie(): Promise<string> {
    const { status, headers } = await createClient(centre().url, {})('POST', '/api/v1/session', admin);
    expect(status).toBe(200);
    return headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
  }

  for (const transport of ['websocket', 'polling'] as const) {
    it(`is not opened by cookie for a page of others, by ${transport}`, async () => {
      const cookie = await sessionCookie();
      for (const foreign of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: centre().url.replace(/\d+$/, '1') },
        { 'sec-fetch-site': 'cross-site' },
      ])
        expect(await connect({ cookie, ...foreign }, { transport }), JSON.stringify(foreign)).toBe('forbidden');
    });

    it(`is opened by cookie for a page of ours, and for what is no browser, by ${transport}`, async () => {
      const cookie = await sessionCookie();
      expect(await connect({ cookie, origin: centre().url }, { transport })).toBe('connected');
      expect(await connect({ cookie, 'sec-fetch-site': 'same-origin' }, { transport })).toBe('connected');
      expect(await connect({ cookie }, { transport })).toBe('connected');
    });
  }

  it('is opened by an API key from anywhere, since no page has it from the browser', async () => {
    const headers = { origin: 'https://dashboard.example' };
    expect(await connect(headers, { auth: { apiKey } })).toBe('connected');
    expect(await connect({ ...headers, authorization: `Bearer ${apiKey}` })).toBe('connected');
  });

  it('is told nothing more once its session was ended on another page', async () => {
    const cookie = await sessionCookie();
    const api = createClient(centre().url, { authorization: `Bearer ${apiKey}` });
    const socket = io(`${centre().url}/agents`, {
      extraHeaders: { cookie },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    const emitter = socket as unknown as NodeJS.EventEmitter;
    await once(emitter, 'connect');
    const told: string[] = [];
    socket.on('event', ({ type }: { type: string }) => told.push(type));
    expect(await socket.emitWithAck('resume', { after: 0 })).toMatchObject({ ok: true });
    const first = once(emitter, 'event');
    expect((await api('PUT', '/api/v1/settings/messaging', { helpReply: true, helpText: 'Ring us' })).status).toBe(200);
    await first;
    expect(told).toEqual(['setting.changed']);

    const gone = once(emitter, 'disconnect', { signal: AbortSignal.timeout(40_000) });
    expect((await createClient(centre().url, { cookie })('DELETE', '/api/v1/session')).status).toBe(204);
    expect((await api('PUT', '/api/v1/settings/messaging', { helpReply: true, helpText: 'Write to us' })).status).toBe(
      200,
    );
    await gone;
    expect(told).toEqual(['setting.changed']);
  });

  it('is not opened without either', async () => {
    expect(await connect({})).toBe('unauthenticated');
    expect(await connect({ origin: centre().url })).toBe('unauthenticated');
  });
});
