import { issueVisitorToken } from '@patchbay/channels/chat/index';
import type { Answer, VisitorMessage, VisitorResumeAnswer, VisitorSession } from '@patchbay/contracts';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startStandIn } from './visitors-stand-in.ts';
import type { StandIn } from './visitors-stand-in.ts';

const key = new Uint8Array(32).fill(5);

/** One visitor on the wire: Engine.IO and Socket.IO protocol, version 5, over a plain WebSocket. */
class Wire implements AsyncDisposable {
  readonly events: [string, unknown][] = [];
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (answer: never) => void>();
  private readonly watchers = new Set<() => void>();
  private nextId = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
  }

  /** Rejects with the hub's refusal. */
  static async open(origin: string, token: unknown): Promise<Wire> {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const wire = new Wire(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('no connection')));
      socket.addEventListener('message', ({ data }) => wire.hear(String(data), token, resolve, reject));
    });
    return wire;
  }

  private hear(data: string, token: unknown, admitted: () => void, refused: (reason: unknown) => void): void {
    const body = (prefix: string) => JSON.parse(data.slice(prefix.length));
    if (data === '2') this.socket.send('3');
    else if (data.startsWith('0')) this.socket.send(`40/visitors,${JSON.stringify({ token })}`);
    else if (data.startsWith('40/visitors,')) admitted();
    else if (data.startsWith('44/visitors,')) refused(body('44/visitors,'));
    else if (data.startsWith('42/visitors,')) {
      this.events.push(body('42/visitors,'));
      for (const watcher of this.watchers) watcher();
    } else {
      const [, id = '', answer = '[]'] = /^43\/visitors,(\d+)(.*)$/s.exec(data) ?? [];
      this.waiting.get(Number(id))?.(JSON.parse(answer)[0] as never);
    }
  }

  ask<T>(event: string, input: unknown): Promise<Answer<T>> {
    const id = this.nextId++;
    this.socket.send(`42/visitors,${id}${JSON.stringify([event, input])}`);
    return new Promise((resolve) => this.waiting.set(id, resolve as (answer: never) => void));
  }

  /** The first event of that name that satisfies `holds`, also one that is here already. */
  async see<T>(name: string, holds: (data: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const found = this.events.find(([event, data]) => event === name && holds(data as T));
      if (found) return found[1] as T;
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.watchers.delete(watcher);
          resolve();
        };
        this.watchers.add(watcher);
      });
    }
  }

  async [Symbol.asyncDispose]() {
    this.socket.close();
  }
}

const post = (
  hub: StandIn,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) => fetch(hub.origin + path, { method: 'POST', body, headers });
async function newVisitor(hub: StandIn, token?: string): Promise<VisitorSession> {
  return (await (
    await post(hub, '/widget/session', JSON.stringify({ token }), { 'Content-Type': 'application/json' })
  ).json()) as VisitorSession;
}
const value = <T>(answer: Answer<T>): T => {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer.value;
};

test('a session makes a visitor, renews one, and refuses a token that is wrong or expired', async () => {
  await using hub = await startStandIn();
  const visitor = await newVisitor(hub);
  expect(visitor).toMatchObject({ available: true, visitorId: expect.any(String) });
  expect((await newVisitor(hub, visitor.token)).visitorId).toBe(visitor.visitorId);
  const expired = issueVisitorToken(key, visitor.visitorId, new Date(hub.now.getTime() - 31 * 86_400_000)).token;
  for (const [token, detail] of [
    ['nonsense', 'not valid'],
    [expired, 'expired at'],
  ] as const) {
    const answer = await post(hub, '/widget/session', JSON.stringify({ token }), {
      'Content-Type': 'application/json',
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated', detail: expect.stringContaining(detail) });
    await expect(Wire.open(hub.origin, token)).rejects.toMatchObject({
      message: expect.stringContaining(detail),
      data: { code: 'unauthenticated' },
    });
  }
  await expect(Wire.open(hub.origin, undefined)).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
  const preflight = await fetch(`${hub.origin}/widget/files`, { method: 'OPTIONS' });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
});

test('a message is acknowledged when it is durable, comes back once, and is read when an agent answers', async () => {
  await using hub = await startStandIn();
  const { token, visitorId } = await newVisitor(hub);
  await using wire = await Wire.open(hub.origin, token);
  const durable = Promise.withResolvers<void>();
  hub.beforeReceive = () => durable.promise;
  const sent = wire.ask('send', { clientId: 'client-0001', text: 'Hello', name: 'Ana', email: 'ana@example.com' });
  expect(await Promise.race([sent, wire.ask('resume', { after: 0 })])).toMatchObject({ value: { messages: [] } });
  durable.resolve();
  expect(value(await sent)).toEqual({ clientId: 'client-0001' });
  const shown = await wire.see<VisitorMessage>('message');
  expect(shown).toMatchObject({ clientId: 'client-0001', from: 'visitor', text: 'Hello', status: 'sent' });
  expect(Object.keys(shown).sort()).toEqual([
    'at',
    'attachments',
    'clientId',
    'from',
    'id',
    'kind',
    'name',
    'seq',
    'status',
    'text',
  ]);
  value(await wire.ask('send', { clientId: 'client-0001', text: 'Hello' }));
  expect(hub.received).toHaveLength(1);

  const answered = hub.say(visitorId, 'How can I help?');
  expect(await wire.see<VisitorMessage>('message', ({ from }) => from === 'agent')).toMatchObject({
    name: 'Ben',
    text: 'How can I help?',
  });
  expect(await wire.see('status', ({ messageId }: { messageId: string }) => messageId === shown.id)).toEqual({
    messageId: shown.id,
    clientId: 'client-0001',
    status: 'read',
  });
  value(await wire.ask('mark', { messageId: answered.id, status: 'read' }));
  expect(await wire.see('status', ({ messageId }: { messageId: string }) => messageId === answered.id)).toMatchObject({
    status: 'read',
    clientId: null,
  });
  const history = value(await wire.ask<VisitorResumeAnswer>('resume', { after: 0 }));
  expect(history.messages.map(({ from, status }) => [from, status])).toEqual([
    ['visitor', 'read'],
    ['agent', 'read'],
  ]);
});

test('a visitor sees neither notes nor anything of another visitor', async () => {
  await using hub = await startStandIn();
  const [ana, bo] = [await newVisitor(hub), await newVisitor(hub)];
  await using anaWire = await Wire.open(hub.origin, ana.token);
  await using boWire = await Wire.open(hub.origin, bo.token);
  value(await anaWire.ask('send', { clientId: 'client-0001', text: 'of Ana' }));
  value(await boWire.ask('send', { clientId: 'client-0001', text: 'of Bo' }));
  hub.say(ana.visitorId, 'a note', { internal: true });
  const answered = hub.say(ana.visitorId, 'to Ana');
  await hub.desk.agentTyping(hub.ticketOf(ana.visitorId), 'Ben', true);
  await anaWire.see('typing');
  value(await boWire.ask('mark', { messageId: answered.id, status: 'read' }));
  expect(hub.reports.filter(({ externalId }) => externalId === answered.externalId)).toEqual([]);
  const texts = async (wire: Wire) =>
    value(await wire.ask<VisitorResumeAnswer>('resume', { after: 0 })).messages.map(({ text }) => text);
  expect([await texts(anaWire), await texts(boWire)]).toEqual([['of Ana', 'to Ana'], ['of Bo']]);
  const pushed = (wire: Wire) =>
    wire.events.filter(([name]) => name === 'message').map(([, data]) => (data as VisitorMessage).text);
  expect([pushed(anaWire), pushed(boWire)]).toEqual([['of Ana', 'to Ana'], ['of Bo']]);
  expect(boWire.events.some(([name]) => name === 'typing')).toBe(false);
  expect(JSON.stringify([...anaWire.events, ...boWire.events])).not.toContain('@');
});

test('typing, availability and reading go their ways', async () => {
  await using hub = await startStandIn();
  const { token, visitorId } = await newVisitor(hub);
  await using wire = await Wire.open(hub.origin, token);
  hub.watched = true;
  value(await wire.ask('send', { clientId: 'client-0001', text: 'Hello' }));
  // The ticket is on an agent's screen: it is read as it arrives.
  await wire.see('status', ({ status }: { status: string }) => status === 'read');
  value(await wire.ask('typing', { typing: true }));
  expect(hub.typing).toEqual([{ ticketId: hub.ticketOf(visitorId), typing: true }]);
  hub.available = false;
  hub.emit({ type: 'agent.presence-changed', data: {} });
  expect(await wire.see('availability')).toEqual({ available: false });
});

test('who waits is told their place once and as it changes, and a storm of events costs a reading or two', async () => {
  await using hub = await startStandIn();
  const [ana, bo] = [await newVisitor(hub), await newVisitor(hub)];
  await using anaWire = await Wire.open(hub.origin, ana.token);
  await using boWire = await Wire.open(hub.origin, bo.token);
  hub.places.set(ana.visitorId, { place: 2, minutes: null, callBack: 'no' });
  value(await anaWire.ask('resume', { after: 0 }));
  expect(await anaWire.see('place')).toEqual({ place: 2, minutes: null, callBack: 'no' });
  hub.placesRead = 0;
  for (let n = 0; n < 1000; n += 1) hub.emit({ type: 'ticket.assigned', data: {} });
  hub.places.set(ana.visitorId, { place: 1, minutes: 3, callBack: 'no' });
  expect(await anaWire.see('place', ({ place }: { place: number }) => place === 1)).toEqual({
    place: 1,
    minutes: 3,
    callBack: 'no',
  });
  hub.places.delete(ana.visitorId);
  hub.emit({ type: 'ticket.assigned', data: {} });
  await anaWire.see('place', (place: object | null) => place === null);
  expect(anaWire.events.filter(([name]) => name === 'place')).toHaveLength(3);
  expect(boWire.events.filter(([name]) => name === 'place')).toHaveLength(0);
  expect(hub.placesRead).toBeLessThanOrEqual(3);
});

test('wrong input, failure and haste are told apart, and nothing is acknowledged that is not durable', async () => {
  await using hub = await startStandIn();
  const { token } = await newVisitor(hub);
  await using wire = await Wire.open(hub.origin, token);
  expect(await wire.ask('send', { clientId: 'client-0001', text: '' })).toMatchObject({
    ok: false,
    code: 'invalid_input',
  });
  expect(await wire.ask('send', { text: 'x' })).toMatchObject({
    ok: false,
    code: 'invalid_input',
    detail: expect.stringContaining('clientId'),
  });
  expect(await wire.ask('send', { clientId: 'client-0002', text: 'x', attachments: [randomUUID()] })).toMatchObject({
    ok: false,
    code: 'invalid_input',
  });
  hub.beforeReceive = () => Promise.reject(new Error('database is down: secret'));
  const failed = await wire.ask('send', { clientId: 'client-0003', text: 'x' });
  expect(failed).toMatchObject({ ok: false, code: 'internal' });
  expect(JSON.stringify(failed)).not.toContain('secret');
  hub.beforeReceive = async () => {};
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => wire.ask('send', { clientId: `client-1${index}`, text: 'x' })),
  );
  expect(answers.at(-1)).toMatchObject({
    ok: false,
    code: 'too_many_requests',
    detail: expect.stringContaining('try again in'),
  });
  expect(hub.received).toHaveLength(answers.filter(({ ok }) => ok).length);
  hub.now = new Date(hub.now.getTime() + 31 * 86_400_000);
  expect(await wire.ask('resume', { after: 0 })).toMatchObject({ ok: false, code: 'unauthenticated' });
});

test('files: by token only, the own conversation only, and nothing that a browser would run', async () => {
  await using hub = await startStandIn();
  const [ana, bo] = [await newVisitor(hub), await newVisitor(hub)];
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const upload = (bytes: string | Uint8Array<ArrayBuffer>, type: string, name: string) =>
    post(hub, '/widget/files', bytes, {
      ...bearer(ana.token),
      'Content-Type': type,
      'X-Filename': encodeURIComponent(name),
    });
  const svg = await upload('<svg onload="alert(1)"/>', 'image/svg+xml', '../图.svg');
  expect(svg.status).toBe(201);
  const stored = (await svg.json()) as { id: string };
  expect(stored).toMatchObject({ filename: '图.svg', contentType: 'image/svg+xml', size: 24 });

  await using wire = await Wire.open(hub.origin, ana.token);
  value(await wire.ask('send', { clientId: 'client-0001', text: '', attachments: [stored.id] }));
  const [file] = (await wire.see<VisitorMessage>('message')).attachments;
  const own = await fetch(`${hub.origin}${file?.url}?token=${ana.token}`);
  expect([own.status, await own.text()]).toEqual([200, '<svg onload="alert(1)"/>']);
  expect(own.headers.get('content-type')).toBe('application/octet-stream');
  expect(own.headers.get('content-disposition')).toBe(`attachment; filename="_.svg"; filename*=UTF-8''%E5%9B%BE.svg`);
  expect(own.headers.get('x-content-type-options')).toBe('nosniff');

  const png = (await (await upload(new Uint8Array([1, 2, 3]), 'image/png', 'a.png')).json()) as { id: string };
  const image = await fetch(`${hub.origin}/widget/files/${png.id}`, { headers: bearer(ana.token) });
  expect([image.headers.get('content-type'), image.headers.get('content-disposition')]).toEqual([
    'image/png',
    `inline; filename="a.png"; filename*=UTF-8''a.png`,
  ]);

  expect((await fetch(`${hub.origin}/widget/files/${png.id}`, { headers: bearer(bo.token) })).status).toBe(404);
  expect((await fetch(`${hub.origin}/widget/files/${png.id}`)).status).toBe(401);
  expect((await post(hub, '/widget/files', 'x')).status).toBe(401);
  expect((await upload('', 'text/plain', 'empty')).status).toBe(400);
  expect((await upload(new Uint8Array(10 * 1024 * 1024 + 1), 'application/zip', 'big.zip')).status).toBe(413);
  await using boWire = await Wire.open(hub.origin, bo.token);
  expect(await boWire.ask('send', { clientId: 'client-0001', text: 'x', attachments: [png.id] })).toMatchObject({
    ok: false,
    code: 'invalid_input',
  });
});

test('files of one address, however many visitors it has', async () => {
  await using hub = await startStandIn();
  const answers = new Map<number, number>();
  for (let visitor = 0; visitor < 6; visitor += 1) {
    const { token } = await newVisitor(hub);
    for (let file = 0; file < 20; file += 1) {
      const { status } = await post(hub, '/widget/files', 'x', { Authorization: `Bearer ${token}` });
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(answers)).toEqual({ 201: 100, 429: 20 });
});
