import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { BoardLayout, Wallboard } from '@patchbay/contracts';
import type { HubOverrides } from '@patchbay/engine';
import { routes } from '@patchbay/engine/http/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, logIn } from '../support/api-centre.ts';
import { createWallboardFeed } from '@patchbay/engine/wallboard/feed';
import { createClient, eventually } from '../support/client.ts';
import { Feed } from '../support/feed.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { openTelevision, secretOf } from '../support/television.ts';

const layout: BoardLayout = {
  name: 'Hall',
  theme: 'dark',
  rotateSeconds: null,
  pages: [
    {
      name: 'Now',
      tiles: [
        {
          kind: 'figure',
          size: 'small',
          figure: 'waiting',
          dimensions: { queue: 'Email' },
          thresholds: { worse: 'above', warn: 1, bad: 5 },
          trend: false,
        },
      ],
    },
  ],
};

describe('wallboards and their links', () => {
  let hub: TestHub;
  let boardId = '';
  const lines: string[] = [];

  beforeAll(async () => {
    hub = await startHub('postgres', { overrides: { log: recordingLog(lines) } });
    const { status, body } = await hub.api('POST', '/api/v1/wallboards', layout);
    expect(status).toBe(201);
    boardId = body.id;
  });
  afterAll(() => hub?.[Symbol.asyncDispose]());

  const linked = async (forMs = 3_600_000) => {
    const expiresAt = new Date(Date.now() + forMs).toISOString();
    const { body } = await hub.api('POST', `/api/v1/wallboards/${boardId}/links`, { name: 'Hall', expiresAt });
    return { id: body.id as string, secret: secretOf(body.url) };
  };

  it('are laid out by managers and seen by agents', async () => {
    const agent = { name: 'Ann', email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    await hub.api('POST', '/api/v1/agents', agent);
    const { api } = await logIn(hub.url, agent);
    expect((await api('GET', '/api/v1/wallboards')).body.items).toMatchObject([{ id: boardId, name: 'Hall' }]);
    for (const [method, path, body] of [
      ['POST', '/wallboards', layout],
      ['PUT', `/wallboards/${boardId}`, layout],
      ['DELETE', `/wallboards/${boardId}`],
      ['GET', `/wallboards/${boardId}/links`],
      ['POST', `/wallboards/${boardId}/links`, { name: 'x', expiresAt: new Date().toISOString() }],
      ['DELETE', `/wallboard-links/${boardId}`],
    ] as const)
      expectProblem(await api(method, `/api/v1${path}`, body), 403, 'forbidden');
    expectProblem(await hub.api('POST', '/api/v1/wallboards', layout), 409, 'conflict');
    const over = { name: 'x', expiresAt: '2020-01-01T00:00:00Z' };
    expectProblem(await hub.api('POST', `/api/v1/wallboards/${boardId}/links`, over), 400, 'invalid_input');
  });

  it('show a television its wallboard as things happen, and nothing else', async () => {
    const { secret } = await linked();
    using television = openTelevision(hub.url, secret);
    const { board, definitions } = await television.boards.until(() => true, 'the board');
    expect(board).toEqual(layout);
    expect(definitions.map(({ key }) => key)).toEqual(['waiting']);
    await television.snapshots.until(() => true, 'a snapshot');
    await mailProgram(hub.ground.smtpPort)({ from: 'li@example.org', subject: 'Secret subject', text: 'Secret text' });
    const snapshot = await television.snapshots.until(({ figures }) => figures[0]?.value === 1, 'one that waits');
    expect(snapshot).toMatchObject({
      channels: [],
      alerts: [],
      agents: [],
      trends: [],
      clocks: { late: 0, items: [] },
    });
    expect(snapshot.figures.map(({ key, dimensions }) => [key, dimensions])).toEqual([['waiting', { queue: 'Email' }]]);
    // A pulse says that what was shown holds, and carries nothing.
    expect([...television.names].filter((name) => name !== 'pulse')).toEqual(['board', 'wallboard']);
    // What the wallboard becomes is shown at once.
    const light = { ...layout, theme: 'light' as const };
    await hub.api('PUT', `/api/v1/wallboards/${boardId}`, light);
    await television.boards.until((one) => one.board.theme === 'light', 'the board as it is now');
  });

  it('give one snapshot to many televisions', async () => {
    const { secret } = await linked();
    using first = openTelevision(hub.url, secret);
    await first.snapshots.until(() => true, 'a snapshot');
    const { sql } = hub.hub.parts.db;
    const { query } = sql;
    let snapshots = 0;
    sql.query = ((text: string, values?: readonly unknown[]) => {
      if (text.includes('figure_sum where grain = 1')) snapshots += 1;
      return query(text, values);
    }) as typeof query;
    const televisions = Array.from({ length: 8 }, () => openTelevision(hub.url, secret));
    await Promise.all(televisions.map(({ snapshots: shown }) => shown.until(() => true, 'a snapshot')));
    sql.query = query;
    for (const television of televisions) television[Symbol.dispose]();
    // At most what was taken once more because something had just happened.
    expect(snapshots).toBeLessThanOrEqual(2);
  });

  it('are told again how channels are doing while nothing happens and somebody looks', async () => {
    const { parts } = hub.hub;
    let looks = true;
    await using stack = new AsyncDisposableStack();
    const follow = (looked: () => boolean) => {
      const followed = { shown: new Feed<Wallboard>(), readings: 0, current: () => feed.current() };
      const query = ((text: string, values?: readonly unknown[]) => {
        if (text.includes('figure_sum where grain = 1')) followed.readings += 1;
        return parts.db.sql.query(text, values);
      }) as typeof parts.db.sql.query;
      const counted = { ...parts, db: { ...parts.db, sql: { query } } };
      const feed = createWallboardFeed(counted, { onEvents: () => () => undefined }, 200);
      stack.defer(() => feed.close());
      feed.follow({ looks: looked, show: (snapshot) => followed.shown.push(snapshot), pulse: () => undefined });
      return followed;
    };
    const left = follow(() => looks);
    const beside = follow(() => true);
    await Promise.all([left.current(), beside.current()]);
    await parts.db.sql.query(
      `insert into channel_account (channel, account, last_contact_at) values ('sms', '+15005550042', now())`,
      [],
    );
    await left.shown.until(
      ({ channels }) =>
        channels.some(({ account, lastContactAt }) => account === '+15005550042' && lastContactAt !== null),
      'the account that nothing told of',
    );

    looks = false;
    const shownBeside = async (times: number) => {
      const longEnough = beside.shown.items.length + times;
      await beside.shown.until(() => beside.shown.items.length >= longEnough, 'what is read where somebody looks');
    };
    // What was being read while somebody still looked has been read by then.
    await shownBeside(2);
    const { readings } = left;
    await shownBeside(4);
    expect(left.readings).toBe(readings);
  });

  it('are refused everywhere else', async () => {
    const { secret } = await linked();
    const api = createClient(hub.url, { authorization: `Bearer ${secret}` });
    const closed = routes.filter(({ access }) => access !== 'public');
    for (const { method, path } of closed) {
      const answer = await api(method.toUpperCase(), `/api/v1${path.replaceAll(/:\w+/g, randomUUID())}`);
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
    for (const namespace of ['/agents', '/visitors']) {
      using other = openTelevision(hub.url, secret, namespace);
      expect(await other.refused).toBe('unauthenticated');
    }
  });

  it('end when they are forged, over or revoked', async () => {
    const { id, secret } = await linked();
    const [, until = '', signature = ''] = secret.split('.');
    for (const forged of [
      '',
      'x.y.z',
      `${randomUUID()}.${until}.${signature}`,
      `${id}.${Number(until) + 1}.${signature}`,
    ]) {
      using television = openTelevision(hub.url, forged);
      expect(await television.refused).toBe('unauthenticated');
    }
    // Long enough for the television to be connected before it is over.
    const short = await linked(4_000);
    using passing = openTelevision(hub.url, short.secret);
    using television = openTelevision(hub.url, secret);
    await television.snapshots.until(() => true, 'a snapshot');
    expect((await hub.api('DELETE', `/api/v1/wallboard-links/${id}`)).status).toBe(204);
    await television.ended;
    await passing.ended;
    using again = openTelevision(hub.url, secret);
    expect(await again.refused).toBe('gone');
    using late = openTelevision(hub.url, short.secret);
    expect(await late.refused).toBe('gone');
  });

  it('leave no secret in what is logged or told of', async () => {
    const { id, secret } = await linked();
    using television = openTelevision(hub.url, secret);
    await television.snapshots.until(() => true, 'a snapshot');
    const changes = await eventually(
      async () => JSON.stringify((await hub.api('GET', '/api/v1/settings/changes?setting=wallboard-link')).body.items),
      (text) => text.includes(id),
    );
    const signature = secret.split('.').at(-1) ?? secret;
    expect(changes).not.toContain(signature);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join('')).not.toContain(signature);
  });
});

it('goes on by an hour when it ends, though nothing happens', async () => {
  const hourMs = 3_600_000;
  // Half a second before an hour ends, until the test goes on; what happens is of that hour, or of the one before it.
  let at = Math.ceil((Date.now() + 60_000) / hourMs) * hourMs - 500;
  await using hub = await startHub('postgres', { overrides: { now: () => new Date(at) } });
  const unset = { worse: 'above', warn: null, bad: null };
  const page = {
    name: 'Now',
    tiles: [{ kind: 'figure', size: 'small', figure: 'offered', dimensions: {}, thresholds: unset, trend: true }],
  };
  const { status, body } = await hub.api('POST', '/api/v1/wallboards', { ...layout, pages: [page] });
  expect(status).toBe(201);
  const expiresAt = new Date(Date.now() + 2 * hourMs).toISOString();
  const link = await hub.api('POST', `/api/v1/wallboards/${body.id}/links`, { name: 'Hall', expiresAt });
  using television = openTelevision(hub.url, secretOf(link.body.url));
  await mailProgram(hub.ground.smtpPort)({ from: 'li@example.org', subject: 'One', text: 'One' });
  const offered = ({ trends }: Wallboard) => trends[0]?.points.lastIndexOf(1) ?? -1;
  const before = offered(await television.snapshots.until((one) => offered(one) >= 0, 'the contact'));
  at += 1_000;
  await television.snapshots.until((one) => offered(one) === before - 1, 'the hour after it');
}, 40_000);

/** A log that keeps all that it is told of, at every level. */
function recordingLog(lines: string[]): NonNullable<HubOverrides['log']> {
  const log: object = new Proxy(
    {},
    {
      get: (_target, name) =>
        name === 'child' ? () => log : (...told: unknown[]) => lines.push(inspect(told, { depth: 8 })),
    },
  );
  return log as NonNullable<HubOverrides['log']>;
}
