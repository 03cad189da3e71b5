/** A hostile mail on the agent's screen: nothing runs, nothing is fetched, links say where they lead, files are saved and not shown. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
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

/** An answer as Gmail sends it. Its style sheet would show what is hidden. */
const quotingMail = `<html><head><style>div, blockquote { display: block !important }</style></head><body>
<div dir="ltr"><div>Hello,</div><div><br></div><div>the shade is broken, as you can see here:</div>
<div><img src="cid:shade@example.org" width="160" height="90" style="background:#b9c7d6"></div><div>Could you send another one?</div><div><img src="cid:shade@example.org" width="1800" height="6"><img src="cid:shade@example.org" width="100%" height="4"></div><div><br></div><div>Ann</div>
<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div><b>Ann Lee</b></div><div>Lamps and Shades, 12 Long Street</div></div></div><br>
<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 10:00 AM The desk &lt;<a href="mailto:desk@centre.test">desk@centre.test</a>&gt; wrote:<br></div>
<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><p>Dear Ann,</p><p>Your lamp has left our house today and will be with you on Thursday.</p>
<p>Yours,<br>the desk</p><img src="http://127.0.0.1:9/logo.png" width="120" height="40"></blockquote></div></body></html>`;

interface Attached {
  filename: string;
  contentType: string;
  content: string | Buffer;
  cid?: string;
}

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

  async function receive(
    content = html(`http://127.0.0.1:${(tracker.address() as AddressInfo).port}`),
    fields: { subject?: string; text?: string; inReplyTo?: string; attachments?: Attached[] } = {},
  ): Promise<{ ticketId: string; externalId: string; attachments: { filename: string; url: string }[] }> {
    const messageId = `<${randomUUID()}@example.org>`;
    await mailProgram(hub.ground.smtpPort)({
      from: 'Bank <service@bank.example>',
      messageId,
      subject: 'Your account',
      text: 'Dear bank customer',
      html: content,
      attachments: [
        {
          filename: 'run.svg',
          contentType: 'image/svg+xml',
          content: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        },
        { filename: 'run.html', contentType: 'text/html', content: '<script>alert(1)</script>' },
      ],
      ...fields,
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
    const mark = link.locator('xpath=following-sibling::*[1]');
    expect(await mark.innerText()).toContain('→ evil.example');
    expect(await mark.isVisible()).toBe(true);
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

  it('has its pictures on request, too, where all of them are in its styles', async () => {
    const { ticketId } = await receive(
      `<style>.hero { background-image: url("https://127.0.0.1:1/a.png") }</style><table background="https://127.0.0.1:1/b.png"><tr>
       <td class="hero" style="background: url(https://127.0.0.1:1/c.png)">A sale</td></tr></table>`,
      { subject: 'A sale', text: 'A sale' },
    );
    await page.goto(`${hub.url}/desk/${ticketId}`);
    await page.locator('.html-mail-blocked', { hasText: '3' }).waitFor();
    await page.getByTestId('show-images').click();
    await page.getByTestId('show-images').waitFor({ state: 'detached' });
  });

  it('has addresses without a scheme read as HTTPS: they are counted, kept out, fetched on request, and told', async () => {
    const { ticketId } = await receive(
      `<style>.hero { background-image: url("//127.0.0.1:1/a.png") }</style><table background="//127.0.0.1:1/b.png"><tr>
       <td class="hero" style="background: url(//127.0.0.1:1/c.png)">A sale</td></tr></table><img src="//127.0.0.1:1/d.png">
       <a href="//evil.example/pay">www.bank.example</a>`,
      { subject: 'A sale', text: 'A sale' },
    );
    await page.goto(`${hub.url}/desk/${ticketId}`);
    const mail = page.frameLocator('[data-testid=html-mail]');
    const link = mail.locator('a', { hasText: 'www.bank.example' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('https://evil.example/pay');
    expect(await link.getAttribute('title')).toBe('https://evil.example/pay');
    await mail.locator('strong', { hasText: '→ evil.example' }).waitFor();
    expect(await mail.locator('img[src]').count()).toBe(0);
    await page.locator('.html-mail-blocked', { hasText: '4' }).waitFor();
    await page.getByTestId('show-images').click();
    await mail.locator('img[src="https://127.0.0.1:1/d.png"]').waitFor({ state: 'attached' });
  });

  it('hides no mark of where a link leads', async () => {
    const words = '<span style="visibility:visible;opacity:1;font-size:14px;color:#17212b">www.bank.example</span>';
    const to = 'href="https://evil.example/pay"';
    const over = 'position:absolute;z-index:2147483647;top:0;left:0;width:600px;height:40px;background:#fff';
    const links = {
      visibility: `<p><a ${to} style="visibility:hidden">${words}</a></p>`,
      'font size': `<p><a ${to} style="font-size:0">${words}</a></p>`,
      'a link that is cut off': `<p><a ${to} style="display:inline-block;width:130px;height:1.4em;overflow:hidden">${words}</a></p>`,
      'a paragraph of no letters': `<p style="font-size:0;visibility:hidden;text-indent:-999px;line-height:0"><a ${to}>${words}</a></p>`,
      'a paragraph that is cut off': `<div style="width:118px;height:20px;overflow:hidden;white-space:nowrap"><a ${to}>${words}</a></div>`,
      'a box that is cut out': `<div style="clip-path:inset(0 480px 0 0);width:600px"><a ${to}>${words}</a></div>`,
      'a box nobody sees through': `<div style="opacity:0.01"><a ${to}>www.bank.example</a></div>`,
      'a box that is very small': `<div style="transform:scale(0.1)"><a ${to}>www.bank.example</a></div>`,
      'a box out of sight': `<div style="position:absolute;left:-4000px"><a ${to}>www.bank.example</a></div>`,
      'a cover': `<div style="position:relative;height:40px"><a ${to}>www.bank.example</a><div style="${over}">www.bank.example</div></div>`,
      'words around': `<p><a ${to}>Log in at www.bank.example</a></p>`,
      'an arrow': `<p><a ${to}>→ https://www.bank.example/login</a></p>`,
      'a sign of no width': `<p><a ${to}>\u200bwww.bank.example</a></p>`,
    };
    const style = `<style>* { transition: all 9s !important } strong, .patchbay-target, html body p strong { display: none !important; color: #fff !important;
      position: absolute !important; left: -99px !important; animation: gone 1s infinite } @keyframes gone { to { opacity: 0 } }
      html body *::before, html body *::after { content: "" !important; position: absolute; inset: 0; background: #fff; z-index: 9 }</style>`;
    for (const [what, link] of Object.entries(links)) {
      const { ticketId } = await receive(`${style}<p>Dear customer,</p>${link}<p>Your bank</p>`);
      await page.goto(`${hub.url}/desk/${ticketId}`);
      const mark = page.frameLocator('[data-testid=html-mail]').getByText('→ evil.example', { exact: true });
      await mark.waitFor();
      // What is drawn there is the mark: red letters on white, with nothing over it.
      const drawn = () =>
        mark.evaluate((element) => {
          const { left, top, width, height } = element.getBoundingClientRect();
          const at = element.ownerDocument.elementFromPoint(left + width / 2, top + height / 2);
          const { color, opacity, fontSize } = getComputedStyle(element);
          const { content } = getComputedStyle(element, '::after');
          return { top: at === element, color, opacity, fontSize, content, tall: height > 10, wide: width > 60 };
        });
      const plain = { top: true, color: 'rgb(180, 35, 24)', opacity: '1', fontSize: '13px', content: 'none' };
      const wanted = { ...plain, tall: true, wide: true };
      // The words are there before the mail is loaded, what hides them freed, and the frame as tall as they are.
      const last = await eventually(drawn, (now) => isDeepStrictEqual(now, wanted), 5_000).catch(drawn);
      expect.soft(last, what).toEqual(wanted);
    }
    expect(await keepPictures(page, 'marked-mail')).toEqual([]);
  }, 120_000);

  it('is read as it was made, on any screen, and whole when that is asked for', async () => {
    const columns = '<td>1,234.56 EUR</td>'.repeat(24);
    const { ticketId } = await receive(
      `<html><head><style>h1 { color: #fefefe } .tall { height: 100vh }</style></head><body bgcolor="#111111">
      <h1>Dark offer</h1><p style="color:#111">Black on black</p><div class="tall"></div>
      <table>${`<tr>${columns}</tr>`.repeat(40)}</table></body></html>`,
    );
    await page.goto(`${hub.url}/desk/${ticketId}`);
    const frame = page.getByTestId('html-mail');
    const mail = page.frameLocator('[data-testid=html-mail]');
    const color = (what: string, of: 'color' | 'backgroundColor') =>
      mail.locator(what).evaluate((element, name) => getComputedStyle(element)[name], of);
    await mail.locator('h1').waitFor();
    await page.getByTestId('mail-whole').waitFor();
    expect(await color('body', 'backgroundColor')).toBe('rgb(17, 17, 17)');
    expect(await color('h1', 'color')).toBe('rgb(254, 254, 254)');
    expect(await color('p', 'color')).toBe('rgb(255, 255, 255)');
    // A cell keeps its words on few lines: the table scrolls, and is not pressed together.
    expect(
      await mail
        .locator('td')
        .first()
        .evaluate((cell) => cell.clientHeight),
    ).toBeLessThan(60);
    const height = () => frame.evaluate((element) => element.clientHeight);
    expect(await height()).toBe(640);
    await page.getByTestId('mail-whole').click();
    await eventually(height, (now) => now > 1_200 && now < 5_000);
  });

  it('shows what is new in it, and the older mail and the signature when that is asked for', async () => {
    const pixel = Buffer.from('R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=', 'base64');
    const { ticketId, externalId } = await receive(quotingMail, {
      subject: 'Re: Your lamp',
      text: 'The shade is broken. See the picture.',
      attachments: [{ filename: 'shade.gif', contentType: 'image/gif', content: pixel, cid: 'shade@example.org' }],
    });
    await page.goto(`${hub.url}/desk/${ticketId}`);
    const frame = page.getByTestId('html-mail').first();
    const mail = frame.contentFrame();
    const height = () => frame.evaluate((element) => element.clientHeight);
    /** Of the words, which the frame is as tall as. */
    const tall = () => mail.locator('body').evaluate((body) => Math.ceil(body.getBoundingClientRect().height) + 2);
    const fits = async () =>
      eventually(
        async () => (await height()) - (await tall()),
        (beyond) => beyond === 0,
      );
    const toggle = page.getByTestId('mail-quoted').first();
    const said = async () => (await mail.locator('body').innerText()).replaceAll(/\s+/g, ' ').trim();
    await toggle.waitFor();
    const trimmed = 'Hello, the shade is broken, as you can see here: Could you send another one? Ann';
    await eventually(said, (words) => words === trimmed);
    const shades = await mail
      .locator('img')
      .evaluateAll((images) => images.map(({ clientWidth, clientHeight }) => ({ clientWidth, clientHeight })));
    expect(shades[0]).toEqual({ clientWidth: 160, clientHeight: 90 });
    // Lines that a mail draws with a picture stay lines, however much narrower the frame is.
    expect(shades.slice(1).map(({ clientHeight }) => clientHeight <= 6)).toEqual([true, true]);
    expect(await page.getByTestId('show-images').count()).toBe(0);
    await fits();
    const small = await height();
    expect(await keepPictures(page, 'quoting-mail')).toEqual([]);

    await toggle.press('Enter');
    await mail.getByText('Your lamp has left our house').waitFor();
    expect(await toggle.innerText()).toBe('Hide quoted text');
    expect(await said()).toMatch(/Ann -- Ann Lee .* wrote: Dear Ann, Your lamp has left our house/);
    await fits();
    expect(await height()).toBeGreaterThan(small + 100);
    expect(await keepPictures(page, 'quoting-mail-whole')).toEqual([]);
    await page.getByTestId('show-images').click();
    await mail.locator('img[src*="logo"]').waitFor({ state: 'attached' });

    // Another mail comes; this one is read on as it was.
    await receive('<p>And the bulb.</p>', { subject: 'Re: Your lamp', text: 'And the bulb.', inReplyTo: externalId });
    await page.getByTestId('html-mail').nth(1).contentFrame().getByText('And the bulb.').waitFor();
    expect(await page.getByTestId('mail-quoted').count()).toBe(1);
    expect(await said()).toContain('Your lamp has left our house');
    await toggle.press('Enter');
    await eventually(said, (words) => words === trimmed);
    await eventually(height, (now) => now === small);
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');
    // Without HTML it is the same words that are new.
    await page.getByRole('button', { name: 'Show as plain text' }).first().click();
    await page.getByText('The shade is broken. See the picture.').waitFor();
    expect(await keepPictures(page, 'quoting-mail-text')).toEqual([]);
    await page.keyboard.press('Enter');
    await eventually(said, (words) => words === trimmed);
    await page.keyboard.press('Enter');
    await page.getByText('The shade is broken. See the picture.').waitFor();
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
