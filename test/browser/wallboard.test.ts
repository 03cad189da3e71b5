/// <reference lib="dom" />
import { loadEnvironment } from '@patchbay/config';
import { createHub, type Hub } from '@patchbay/engine';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { addAgent, connectionIs, logIn } from '../support/browser-desk.ts';
import { misfits, picture, turnedTo, waiting, walls } from '../support/browser-wall.ts';
import { createClient, eventually, type ApiClient } from '../support/client.ts';
import { admin, apiKey, createGround, type Ground } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { median } from '../support/median.ts';
import { openNetwork, type SilentNetwork } from '../support/silent-network.ts';

describe.skipIf(inject('chromium') === null)('the wallboard, on the wall', () => {
  const browser = useBrowser();
  let ground: Ground;
  let hub: Hub;
  let api: ApiClient;
  let manager: Page;
  let tv: Page;
  let network: SilentNetwork;
  let problems: string[] = [];
  let received = 0;

  const mail = async () => {
    received += 1;
    await mailProgram(ground.smtpPort)({
      from: `c${received}@example.org`,
      subject: `Lamp ${received}`,
      text: 'Dark.',
    });
  };
  const start = async () => {
    hub = await createHub(loadEnvironment(ground.env));
    api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
  };

  beforeAll(async () => {
    ground = await createGround('postgres');
    await start();
    network = await openNetwork(Number(new URL(ground.url).port));
    await addAgent(api);
    const [desk, wall] = [await browser.open(), await browser.open({ viewport: walls[0] ?? null })];
    manager = desk.page;
    tv = wall.page;
    problems = desk.problems;
    await logIn(manager, ground.url, admin);
    problems.length = 0;
  });
  afterAll(async () => {
    await manager?.context().close();
    await tv?.context().close();
    await network?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await ground?.[Symbol.asyncDispose]();
  });

  it('is laid out by a manager and opened on a television by its link alone', async () => {
    await manager.goto(`${ground.url}/wallboards`);
    await manager.getByTestId('board-new').click();
    await manager.getByTestId('board-name').fill('Hall');
    await manager.getByTestId('board-rotate').fill('600');
    await picture(manager, 'form-desktop');
    await manager.getByTestId('board-form-save').click();
    await manager.getByTestId('board-row').getByText('Hall').waitFor();
    await manager.getByTestId('board-links').click();
    await manager.getByTestId('link-name').fill('Television in the hall');
    await manager.getByTestId('link-make').click();
    const url = await manager.getByTestId('link-url').textContent();
    await picture(manager, 'links-desktop');
    const link = new URL(url ?? '');
    link.port = String(network.port);
    await tv.goto(link.href);
    await waiting(tv, 0).waitFor();
    expect(await tv.getByTestId('tv-name').textContent()).toBe('Hall');
    await manager.goto(`${ground.url}/wallboard`);
    await waiting(manager, 0).waitFor();
  });

  it('costs nothing while nothing happens', async () => {
    const { sql } = hub.parts.db;
    const { query } = sql;
    const asked = new Map<string, number>();
    sql.query = ((text: string, values?: readonly unknown[]) => {
      asked.set(text, (asked.get(text) ?? 0) + 1);
      return query(text, values);
    }) as typeof query;
    const requests: string[] = [];
    for (const page of [manager, tv]) page.on('request', (request) => requests.push(request.url()));
    // What was set off by opening them comes to its end first.
    await eventually(
      async () => {
        asked.clear();
        requests.length = 0;
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        return [...asked.keys()].filter((text) => /figure_|ticket_clock where state|wallboard/.test(text));
      },
      (texts) => texts.length === 0,
    );
    sql.query = query;
    console.log(
      `Idle, two wallboards, 2.5 s: ${[...asked].map(([text, n]) => `${n} × ${text.slice(0, 50)}`).join('; ')}`,
    );
    expect(requests.filter((url) => url.includes('/api/'))).toEqual([]);
  });

  it('shows what happens within a second', async () => {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const shown = waiting(tv, received + 1)
        .waitFor()
        .then(() => Date.now());
      await mail();
      const at = await shown;
      const { body } = await api('GET', '/api/v1/tickets?limit=1');
      const { rows } = await hub.parts.db.sql.query<{ at: Date }>(
        `select at from event where ticket_id = $1 and type = 'ticket.opened'`,
        [body.items[0].id],
      );
      times.push(at - (rows[0]?.at.getTime() ?? 0));
    }
    console.log(`Event to television: median ${Math.round(median(times))} ms of ${times.join(', ')}`);
    await waiting(manager, received).waitFor();
  });

  it('fits every screen, stands out, and can be read from afar', async () => {
    for (const size of walls) {
      await tv.setViewportSize(size);
      for (const [theme, language] of [
        ['dark', 'en'],
        ['light', 'zh'],
      ] as const) {
        await turnedTo(tv, theme, language);
        if (size.height < 2_000) await picture(tv, `tv-${size.height}-${theme}-${language}`);
        expect([size.height, theme, language, await misfits(tv)]).toEqual([size.height, theme, language, []]);
      }
    }
    await tv.setViewportSize(walls[0] ?? { width: 1920, height: 1080 });
    await turnedTo(tv, 'dark', 'en');
    // A button that has the focus is what space presses.
    await tv.getByTestId('board-language').blur();
    await tv.keyboard.press('ArrowRight');
    await tv.locator('[data-key=abandonment]').waitFor();
    await picture(tv, 'tv-second-page');
    expect(await misfits(tv)).toEqual([]);
    await tv.keyboard.press('ArrowLeft');
    await tv.keyboard.press('Space');
    await tv.locator('[aria-label^="Go on"]').waitFor();
    await tv.keyboard.press('?');
    await tv.getByTestId('board-legend').waitFor();
    await picture(tv, 'tv-legend');
    await tv.keyboard.press('Escape');
    await tv.setViewportSize({ width: 390, height: 844 });
    expect(await tv.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await picture(tv, 'tv-390');
    await tv.setViewportSize({ width: 1920, height: 1080 });
  });

  it('notices within ten seconds that nothing reaches it any more, and says how old its figures are', async () => {
    network.silence(true);
    const silentAt = Date.now();
    await tv.getByTestId('board-old').waitFor();
    expect(Date.now() - silentAt).toBeLessThan(10_000);
    expect(await tv.getByTestId('board-old').textContent()).toMatch(/0:0[4-9] old$/);
    await picture(tv, 'tv-old');
    expect(await misfits(tv)).toEqual([]);
    network.silence(false);
    await tv.reload();
    await waiting(tv, received).waitFor();
    expect(await tv.getByTestId('board-old').count()).toBe(0);
  });

  it('says since when its figures are old, and is current again after a restart of the hub', async () => {
    await hub[Symbol.asyncDispose]();
    await tv.getByTestId('board-old').waitFor();
    await manager.getByTestId('board-old').waitFor();
    await start();
    await tv.getByTestId('board-old').waitFor({ state: 'detached' });
    await mail();
    await waiting(tv, received).waitFor();
    await connectionIs(manager, 'live');
    await waiting(manager, received).waitFor();
  });

  it('shows figures of five digits whole in every tile and row, at every size and in both languages', async () => {
    const { sql } = hub.parts.db;
    const board = (await api('GET', '/api/v1/wallboards')).body.items[0];
    const figure = (key: string, more: object) => ({
      kind: 'figure',
      figure: key,
      dimensions: {},
      trend: false,
      thresholds: { worse: 'above', warn: null, bad: null },
      ...more,
    });
    const tiles = [
      { kind: 'queues', size: 'large' },
      { kind: 'queues', size: 'wide' },
      { kind: 'queues', size: 'small' },
      figure('waiting', { size: 'small' }),
      figure('waiting', { size: 'small', trend: true }),
      figure('waiting', { size: 'wide', dimensions: { queue: 'Email' } }),
      figure('longest-wait', { size: 'small' }),
      ...Array.from({ length: 8 }, () => figure('backlog', { size: 'small' })),
    ];
    const many = await api('PUT', `/api/v1/wallboards/${board.id}`, { ...board, pages: [{ name: 'Many', tiles }] });
    expect(many.status, JSON.stringify(many.body)).toBe(200);
    await sql.query(
      `insert into ticket (subject, channel, channel_account, customer_id, contact_address, queue_id, waiting_since, status)
       select 'One of many', 'email', 'email', t.customer_id, t.contact_address, t.queue_id, now() - interval '60 hours', 'open'
       from (select * from ticket where waiting_since is not null limit 1) t, generate_series(1, $1)`,
      [12_345 - received - 1],
    );
    await mail();
    await waiting(tv, 12_345).first().waitFor();
    const cut: string[] = [];
    for (const size of [
      ...walls,
      { width: 1440, height: 900 },
      { width: 1024, height: 768 },
      { width: 390, height: 844 },
    ]) {
      await tv.setViewportSize(size);
      for (const language of ['en', 'zh']) {
        await turnedTo(tv, 'dark', language);
        await picture(tv, `tv-many-${size.width}-${language}`);
        for (const what of await cutFigures(tv)) cut.push(`${size.width} ${language}: ${what}`);
      }
    }
    await tv.setViewportSize({ width: 1920, height: 1080 });
    await turnedTo(tv, 'dark', 'en');
    await sql.query(`delete from ticket where subject = 'One of many'`);
    await api('PUT', `/api/v1/wallboards/${board.id}`, board);
    await mail();
    await waiting(tv, received).waitFor();
    expect(cut).toEqual([]);
  });

  it('tells of a limit that is passed once, and of a link that is revoked', async () => {
    const board = (await api('GET', '/api/v1/wallboards')).body.items[0];
    const [page] = board.pages;
    const tile = page.tiles.find((one: { figure?: string }) => one.figure === 'waiting');
    tile.thresholds = { worse: 'above', warn: 1, bad: received + 1 };
    await api('PUT', `/api/v1/wallboards/${board.id}`, { ...board, pages: [page] });
    await tv.locator('[data-key=waiting][data-level=warn]').waitFor();
    const before = Number(await tv.getByTestId('wallboard').getAttribute('data-sounds'));
    await mail();
    await tv.locator('[data-key=waiting][data-level=bad]').waitFor();
    await mail();
    await waiting(tv, received).waitFor();
    expect(Number(await tv.getByTestId('wallboard').getAttribute('data-sounds'))).toBe(before + 1);
    await picture(tv, 'tv-bad');
    const [link] = (await api('GET', `/api/v1/wallboards/${board.id}/links`)).body.items;
    await api('DELETE', `/api/v1/wallboard-links/${link.id}`);
    await tv.getByTestId('tv-over').waitFor();
    expect(problems.filter((problem) => !/ERR_CONNECTION|WebSocket|50[234]/.test(problem))).toEqual([]);
  });
});

/** Figures of which not everything can be read. */
async function cutFigures(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.wall-value, .wall-queue.wall-row > :not(.wall-name)')].flatMap((figure) => {
      const words = document.createRange();
      words.selectNodeContents(figure);
      const [text, box, tile] = [words, figure, figure.closest('.wall-tile')].map((one) =>
        one?.getBoundingClientRect(),
      );
      const within =
        text && box && tile && text.left >= box.left - 1 && text.right <= Math.min(box.right, tile.right) + 1;
      return within && text.bottom <= tile.bottom + 1 && figure.scrollWidth <= figure.clientWidth + 1
        ? []
        : [`${figure.closest('.wall-cell')?.className} “${figure.textContent}”`];
    }),
  );
}
