/** What a wallboard says of the accounts of channels, on televisions of every size. */
/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { addAgent, logIn } from '../support/browser-desk.ts';
import { misfits, picture, turnedTo, waiting, walls } from '../support/browser-wall.ts';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot } from '../support/dovecot.ts';
import { addSource, postTo } from '../support/http-source.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';
import { mailNamed } from '../support/mailbox-mail.ts';

const hasAll = inject('chromium') !== null && inject('dovecot') !== null;

describe.skipIf(!hasAll)('the channels on the wallboard', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let tv: Page;
  let received = 0;

  const mail = async () => {
    received += 1;
    await mailProgram(hub.ground.smtpPort)({
      from: `c${received}@example.org`,
      subject: `Lamp ${received}`,
      text: 'Dark.',
    });
  };

  beforeAll(async () => {
    hub = await startHub('postgres');
    await addAgent(hub.api);
    const { page: manager } = await browser.open();
    await logIn(manager, hub.url, admin);
    await manager.goto(`${hub.url}/wallboards`);
    await manager.getByTestId('board-new').click();
    await manager.getByTestId('board-name').fill('Hall');
    await manager.getByTestId('board-rotate').fill('600');
    await manager.getByTestId('board-form-save').click();
    await manager.getByTestId('board-links').click();
    await manager.getByTestId('link-name').fill('Television in the hall');
    await manager.getByTestId('link-make').click();
    const link = await manager.getByTestId('link-url').textContent();
    await manager.context().close();
    ({ page: tv } = await browser.open({ viewport: walls[0] ?? null }));
    await tv.goto(link ?? '');
    await waiting(tv, 0).waitFor();
  });
  afterAll(async () => {
    await tv?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('say of each account when it was last in contact, what waits, how late it is, and what the matter is', async () => {
    await using dovecot = await startDovecot();
    const add = (username: string, password: string) =>
      hub.api('POST', '/api/v1/mail-accounts', {
        address: `${username}@patchbay.test`,
        host: '127.0.0.1',
        port: dovecot.port,
        security: 'none',
        username,
        password,
      });
    await dovecot.append('calm', [mailNamed('in-a-mailbox')]);
    const accounts = [await add('calm', mailPassword), await add('locked', 'not the password')];
    const app = await addSource(hub.api, { name: 'Shop app' });
    expect((await postTo(app, { id: 'm-1', text: 7 })).status).toBe(400);
    await eventually(
      async () => (await hub.api('GET', '/api/v1/mail-accounts')).body.items,
      (items: { address: string; state: string; backlog: number; lastMailAt: string | null }[]) =>
        items.some(({ address, state }) => address === 'locked@patchbay.test' && state === 'failing') &&
        items.some(({ address, lastMailAt }) => address === 'calm@patchbay.test' && lastMailAt !== null),
    );
    // The one that was in the mailbox.
    received += 1;
    // No event tells a board of an account that fails: it is read anew after one that tells of something else.
    await mail();
    await waiting(tv, received).waitFor();
    const row = (account: string, state: string) =>
      tv.locator(`[data-testid=board-channel][data-account="${account}"][data-state=${state}]`);
    const cells = (account: string, state: string) => row(account, state).locator(':scope > *').allInnerTexts();
    // What was read before the mailbox's mail was here may be shown for some seconds.
    await row('locked@patchbay.test', 'failing')
      .filter({ hasText: /Sign-in refused · error: now/ })
      .waitFor();
    await row('calm@patchbay.test', 'ok')
      .filter({ hasText: /now\s*0\s*\d+s\s*Fine/ })
      .waitFor();
    await row(`http:${app.id}`, 'ok')
      .filter({ hasText: /1 in quarantine/ })
      .waitFor();
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
          if (size.height < 2_000) await picture(tv, `tv-${name}-${size.width}-${language}`);
          const misfit = size.width > 390 ? await misfits(tv) : [];
          for (const what of [...misfit, ...(await cutChannels(tv))]) found.push(`${size.width} ${language}: ${what}`);
        }
      }
      await tv.setViewportSize(walls[0] ?? { width: 1920, height: 1080 });
      await turnedTo(tv, 'dark', 'en');
      return found;
    };
    expect(await unfit('channels')).toEqual([]);

    // Of many the worst are seen, and of the others how many they are.
    const { sql } = hub.hub.parts.db;
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
    const others = 35 + 3 + (await hub.api('GET', '/api/v1/channel-health')).body.accounts.length + 1;
    // The mail that came by SMTP may be the latest of all.
    const words = [`${others} more, 3 not well`, '24,690', expect.stringMatching(/^\d+[sm]$/), ''];
    expect(await rest.locator(':scope > *').allInnerTexts()).toEqual(words);
    expect(await unfit('channels-many')).toEqual([]);
    await sql.query(`delete from mail_account where state = 'failing' and address like '%@brand.example'`, []);
    await mail();
    // Of those that are well the ones that were in contact longest ago are seen, and the rest's is the next. As long as
    // the acknowledgement of the last mail is on its way the line of mail has more that waits, and stands above them.
    await rest.filter({ hasText: /^3\d more\s*7d.*Fine$/ }).waitFor();
    expect(await row('department-40@brand.example', 'ok').innerText()).toMatch(/8d/);
    expect(await rest.locator(':scope > *').nth(1).innerText()).toBe('7d');
    expect(await unfit('channels-well')).toEqual([]);
    await sql.query(`delete from mail_account where address like '%@brand.example'`, []);
    for (const { body } of accounts)
      expect((await hub.api('DELETE', `/api/v1/mail-accounts/${body.id}`)).status).toBe(204);
    await mail();
    await row('locked@patchbay.test', 'failing').waitFor({ state: 'detached' });
    await waiting(tv, received).waitFor();
  }, 240_000);
});

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
