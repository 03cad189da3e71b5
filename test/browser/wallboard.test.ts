/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadEnvironment } from '@patchbay/config';
import { createHub, type Hub } from '@patchbay/engine';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { addAgent, connectionIs, logIn } from '../support/browser-desk.ts';
import { createClient, eventually, type ApiClient } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { admin, apiKey, createGround, type Ground } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { mailNamed } from '../support/mailbox-mail.ts';
import { median } from '../support/median.ts';
import { openNetwork, type SilentNetwork } from '../support/silent-network.ts';

const folder = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));
const walls = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 3840, height: 2160 },
];

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

  const waiting = (page: Page, value: number) =>
    page.locator(`[data-testid=figure][data-key=waiting][data-dimensions="{}"][data-value="${value}"]`);
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

  it.skipIf(inject('dovecot') === null)(
    'says of each account when it was last in contact, what waits, how late it is, and what the matter is',
    async () => {
      await using dovecot = await startDovecot();
      const add = (username: string, password: string) =>
        api('POST', '/api/v1/mail-accounts', {
          address: `${username}@patchbay.test`,
          host: '127.0.0.1',
          port: dovecot.port,
          security: 'none',
          username,
          password,
        });
      await dovecot.append('calm', [mailNamed('in-a-mailbox')]);
      const accounts = [await add('calm', mailPassword), await add('locked', 'not the password')];
      const app = await addSource(api, { name: 'Shop app' });
      expect((await postTo(app, { id: 'm-1', text: 7 })).status).toBe(400);
      await eventually(
        async () => (await api('GET', '/api/v1/mail-accounts')).body.items,
        (items: { address: string; state: string; backlog: number; lastMailAt: string | null }[]) =>
          items.some(({ address, state }) => address === 'locked@patchbay.test' && state === 'failing') &&
          items.some(({ address, lastMailAt }) => address === 'calm@patchbay.test' && lastMailAt !== null),
      );
      received += 1;
      await waiting(tv, received).waitFor();
      const row = (account: string, state: string) =>
        tv.locator(`[data-testid=board-channel][data-account="${account}"][data-state=${state}]`);
      const cells = (account: string, state: string) => row(account, state).locator(':scope > *').allInnerTexts();
      await row('locked@patchbay.test', 'failing').waitFor();
      await row('calm@patchbay.test', 'ok').waitFor();
      await turnedTo(tv, 'dark', 'en');
      expect(await cells('locked@patchbay.test', 'failing')).toEqual([
        'locked@patchbay.test',
        '–',
        '0',
        '–',
        'Failing',
        'Sign-in refused · error: now',
      ]);
      expect(await cells('calm@patchbay.test', 'ok')).toEqual([
        'calm@patchbay.test',
        'now',
        '0',
        expect.stringMatching(/^\d+s$/),
        'Fine',
      ]);
      expect(await cells(`http:${app.id}`, 'ok')).toEqual([
        'Shop app',
        expect.stringMatching(/^(–|now)$/),
        '0',
        '–',
        'Fine',
        expect.stringMatching(/^1 in quarantine( · error: now)?$/),
      ]);
      const unfit = async (name: string) => {
        const found: string[] = [];
        for (const size of [...walls, { width: 1440, height: 900 }, { width: 390, height: 844 }]) {
          await tv.setViewportSize(size);
          for (const [theme, language] of [
            ['dark', 'en'],
            ['light', 'zh'],
          ] as const) {
            await turnedTo(tv, theme, language);
            if (size.width <= 390) await tv.getByTestId('board-channels').scrollIntoViewIfNeeded();
            await picture(tv, `tv-${name}-${size.width}-${language}`);
            const misfit = size.width > 390 ? await misfits(tv) : [];
            for (const what of [...misfit, ...(await cutChannels(tv))])
              found.push(`${size.width} ${language}: ${what}`);
          }
        }
        await tv.setViewportSize(walls[0] ?? { width: 1920, height: 1080 });
        await turnedTo(tv, 'dark', 'en');
        return found;
      };
      expect(await unfit('channels')).toEqual([]);

      // Of many the worst are seen, and of the others how many they are.
      const { sql } = hub.parts.db;
      await sql.query(
        `insert into mail_account (address, provider, host, port, security, username, auth, folder, after_fetch, import_from, state, backlog,
           last_delay, last_contact_at, last_error, last_error_code, last_error_at, lease_holder, lease_until)
         select 'department-' || n || '@brand.example', 'other', 'imap.example', 143, 'none', n, 'password', 'INBOX', 'keep', 'all',
           case when n < 6 then 'failing' else 'watching' end, case when n < 6 then 12345 else 0 end, 3, now() - n * interval '5 hours',
           case when n < 6 then 'It does not answer' end, case when n < 6 then 'unreachable' end, case when n < 6 then now() - interval '3 minutes' end,
           gen_random_uuid(), now() + interval '1 hour'
         from generate_series(1, 40) n`,
        [],
      );
      await mail();
      const rest = tv.getByTestId('board-channels-rest');
      await rest.filter({ hasText: /3 not well.*24,690/ }).waitFor();
      expect(await tv.getByTestId('board-channel').count()).toBe(3);
      expect(await tv.locator('[data-testid=board-channel][data-state=failing]').count()).toBe(3);
      expect(await row('department-5@brand.example', 'failing').innerText()).toMatch(
        /1d\s+12,345\s+3s\s+Failing\s+Does not answer · error: 3m/,
      );
      const others = 35 + 3 + (await api('GET', '/api/v1/channel-health')).body.accounts.length + 1;
      // The mail that came by SMTP may be the latest of all.
      const words = [`${others} more, 3 not well`, '24,690', expect.stringMatching(/^\d+[sm]$/), ''];
      expect(await rest.locator(':scope > *').allInnerTexts()).toEqual(words);
      expect(await unfit('channels-many')).toEqual([]);
      await sql.query(`delete from mail_account where state = 'failing' and address like '%@brand.example'`, []);
      await mail();
      await rest.filter({ hasText: /^3\d more.*Fine$/ }).waitFor();
      // Of those that are well the ones that were in contact longest ago are seen, and the rest's is the next.
      expect(await row('department-40@brand.example', 'ok').innerText()).toMatch(/8d/);
      expect(await rest.locator(':scope > *').nth(1).innerText()).toBe('7d');
      expect(await unfit('channels-well')).toEqual([]);
      await sql.query(`delete from mail_account where address like '%@brand.example'`, []);
      for (const { body } of accounts)
        expect((await api('DELETE', `/api/v1/mail-accounts/${body.id}`)).status).toBe(204);
      await mail();
      await row('locked@patchbay.test', 'failing').waitFor({ state: 'detached' });
      await waiting(tv, received).waitFor();
    },
    120_000,
  );

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

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.bringToFront();
  await page.screenshot({ path: `${folder}wallboard-${name}.png`, animations: 'disabled' });
}

async function turnedTo(page: Page, theme: string, language: string): Promise<void> {
  const wall = page.getByTestId('wallboard');
  if (!(await wall.getAttribute('class'))?.includes(`wall-${theme}`)) await page.getByTestId('board-theme').click();
  if (!(await page.evaluate(() => document.documentElement.lang)).startsWith(language))
    await page.getByTestId('board-language').click();
  await page.waitForFunction((lang) => document.documentElement.lang.startsWith(lang), language);
  await page.mouse.move(1, 1);
}

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

/** Words of channels' rows and heads that cannot be read whole; accounts' names may be cut, though not to nothing. */
async function cutChannels(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    const found = scrollWidth > innerWidth ? [`scrolls: ${scrollWidth}`] : [];
    const tile = document.querySelector('.wall-list-channels')?.getBoundingClientRect();
    for (const cell of document.querySelectorAll('.wall-channel > *, .wall-channel-line > *')) {
      const words = document.createRange();
      words.selectNodeContents(cell);
      const [text, box] = [words.getBoundingClientRect(), cell.getBoundingClientRect()];
      if (!cell.textContent) continue;
      const name = cell.matches('[data-account] > .wall-name');
      const cut = !name && (text.right > box.right + 1 || cell.scrollWidth > cell.clientWidth + 1);
      const little = name && box.width < 90;
      const row = cell.parentElement?.getBoundingClientRect();
      const high = row && (text.top < row.top - 2 || text.bottom > row.bottom + 2);
      const out = !tile || text.bottom > tile.bottom + 1 || box.right > tile.right + 1;
      if (cut || little || high || out)
        found.push(
          `“${cell.textContent}”: ${[cut && 'cut', little && 'little', high && 'high', out && 'out'].filter(Boolean).join(' ')}`,
        );
    }
    return found;
  });
}

/** What scrolls, is cut off, too small for five metres or stands out by less than 7:1. */
async function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollHeight, scrollWidth } = document.documentElement;
    if (scrollHeight > innerHeight || scrollWidth > innerWidth) found.push(`scrolls: ${scrollWidth}×${scrollHeight}`);
    const channel = (value: number) => (value <= 0.039_28 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((one) => channel(Number(one) / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element | null): string => {
      if (!element) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return /^rgba\(.*, 0\)$/.test(backgroundColor) ? behind(element.parentElement) : backgroundColor;
    };
    const vmin = Math.min(innerWidth, innerHeight) / 100;
    for (const text of document.querySelectorAll('.wall-label, .wall-value, .wall-row > *, .wall-clock, .wall-page')) {
      if (!text.textContent?.trim()) continue;
      const style = getComputedStyle(text);
      const [ink, page] = [luminance(style.color), luminance(behind(text))].toSorted((a, b) => b - a) as [
        number,
        number,
      ];
      const contrast = (ink + 0.05) / (page + 0.05);
      const say = (what: string) => found.push(`${text.className} “${text.textContent}”: ${what}`);
      if (contrast < 7) say(`contrast ${contrast.toFixed(1)}`);
      if (parseFloat(style.fontSize) < 2.35 * vmin) say(`${style.fontSize} at ${vmin} px a vmin`);
      const box = text.getBoundingClientRect();
      const tile = text.closest('.wall-cell')?.getBoundingClientRect();
      if (tile && (box.bottom > tile.bottom + 1 || box.right > tile.right + 1 || box.top < tile.top - 1))
        say('cut off');
      if (text.matches('.wall-value') && text.scrollWidth > text.clientWidth + 1) say('too wide');
    }
    return found;
  });
}
