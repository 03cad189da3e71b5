/** Whatever somebody may enter or send anywhere, in every place that shows it: it stays words. */
/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { logIn } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

const evil = `"><img src=x onerror="window.owned=1"><svg onload=window.owned=1></svg><script>window.owned=1</script>{{owned}}`;
const both = { labelEn: evil, labelZh: evil };

describe.skipIf(inject('chromium') === null)('hostile words', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  let ticketId: string;
  const problems: string[] = [];

  async function made(path: string, body: object): Promise<{ id: string }> {
    const answer = await hub.api('POST', path, body);
    expect([path, answer.status]).toEqual([path, 201]);
    return answer.body;
  }

  beforeAll(async () => {
    hub = await startHub('postgres');
    await made('/api/v1/agents', {
      name: evil.slice(0, 100),
      email: 'evil@patchbay.test',
      password: 'correct-horse-1',
    });
    await made('/api/v1/http-sources', { name: evil });
    await made('/api/v1/mail-identities', {
      address: 'evil@patchbay.test',
      name: evil.slice(0, 100),
      signatureText: evil,
    });
    await made('/api/v1/templates', {
      channel: 'whatsapp',
      name: evil.slice(0, 100),
      language: 'en',
      contentSid: `HX${'a'.repeat(32)}`,
      body: evil.replace('{{owned}}', ''),
      labels: [],
    });
    const field = {
      key: 'a',
      type: 'choice',
      required: true,
      ...both,
      options: [{ value: evil.slice(0, 100), ...both }],
    };
    await made('/api/v1/request-types', {
      key: 'evil',
      nameEn: evil,
      nameZh: evil,
      description: evil,
      fields: [field],
    });
    await made('/api/v1/web-forms', {
      slug: 'evil',
      ...Object.fromEntries(
        ['titleEn', 'titleZh', 'introEn', 'introZh', 'successEn', 'successZh'].map((name) => [name, evil]),
      ),
      requestTypes: ['evil'],
    });
    await mailProgram(hub.ground.smtpPort)({
      from: { name: evil, address: 'evil@example.org' },
      messageId: '<evil@example.org>',
      subject: evil,
      text: evil,
      attachments: [{ filename: `${evil}.html`, content: evil }],
    });
    const { body } = await eventually(
      () => hub.api('GET', '/api/v1/tickets'),
      (answer) => answer.body.items.length === 1,
    );
    ticketId = body.items[0].id;
    await hub.api('PATCH', `/api/v1/tickets/${ticketId}`, {
      requestType: 'evil',
      fields: { a: evil.slice(0, 100) },
      status: 'pending',
      reason: evil,
    });
    await hub.api('POST', `/api/v1/tickets/${ticketId}/messages`, { text: evil, visibility: 'internal' });
    const opened = await browser.open();
    page = opened.page;
    await logIn(page, hub.url, admin);
    opened.problems.length = 0;
    page.on('pageerror', (error) => problems.push(error.message));
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  const markup = () =>
    page.evaluate(() => [
      'owned' in window,
      document.querySelectorAll('img[src=x], svg[onload], [onerror]').length,
      [...document.scripts].filter(
        (script) => script.type !== 'application/json' && script.textContent.includes('owned'),
      ).length,
    ]);

  it.each([
    ['/request-types', 'request-type-row'],
    ['/web-forms', 'form-row'],
    ['/sources', 'source-row'],
    ['/templates', 'template-row'],
    ['/identities', 'identity-row'],
    ['/team', 'agent-row'],
    ['/sending', 'limit-row'],
    ['/outbox', 'outbox-row'],
    ['/health', 'health-card'],
    ['/wallboard', 'wallboard'],
  ])('on %s', async (path, row) => {
    for (const language of path === '/request-types' || path === '/web-forms' ? ['en', 'zh'] : ['zh']) {
      await page.evaluate(`localStorage.setItem('patchbay.language', '${language}')`);
      await page.goto(hub.url + path);
      await page.getByTestId(row).first().waitFor();
      expect(await markup()).toEqual([false, 0, 0]);
    }
    expect(problems).toEqual([]);
  });

  it('on the ticket, its events and its card', async () => {
    await page.goto(`${hub.url}/desk/${ticketId}`);
    await page.getByTestId('ticket-request').getByText('<img src=x').first().waitFor();
    for (const line of await page.getByTestId('events').all()) await line.getByRole('button').click();
    await page.getByTestId('request-edit').click();
    await page.getByTestId('request-save').waitFor();
    expect(await markup()).toEqual([false, 0, 0]);
    expect(await page.title()).toContain('<script>');
  });

  it('in the forms that change them, and on the public form', async () => {
    for (const [path, button] of [
      ['/request-types', 'request-type-edit'],
      ['/web-forms', 'form-edit'],
      ['/sources', 'source-edit'],
      ['/identities', 'identity-edit'],
      ['/team', 'agent-edit'],
    ] as const) {
      await page.goto(hub.url + path);
      await page.getByTestId(button).last().click();
      await page.getByRole('dialog').locator('input').first().waitFor();
      expect([path, ...(await markup())]).toEqual([path, false, 0, 0]);
    }
    await page.goto(`${hub.url}/forms/evil`);
    await page.getByTestId('form-send').waitFor();
    expect(await markup()).toEqual([false, 0, 0]);
    expect(problems).toEqual([]);
  });
});
