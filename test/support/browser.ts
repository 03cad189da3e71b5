/** A real Chromium, driven without its own test runner. */
/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, errors } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request, Route } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';

const folder = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));
/** A desktop and a phone, in CSS pixels. */
export const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

export interface OpenedPage {
  readonly page: Page;
  /** What the page wrote to its console as an error, and what it did not catch. */
  readonly problems: string[];
}

export interface TestBrowser {
  /** A page with cookies and storage of its own, as on another computer. */
  open(options?: BrowserContextOptions): Promise<OpenedPage>;
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  // Nothing is drawn on a screen, so that a process of its own for it only has to be started and talked to.
  '--in-process-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One for each process that runs tests, which ends it as it ends; one that has crashed is started anew for the next file. */
let running: Promise<Browser> | undefined;
async function theBrowser(executablePath: string): Promise<Browser> {
  running ??= chromium.launch({ executablePath, args });
  const browser = await running;
  if (browser.isConnected()) return browser;
  running = chromium.launch({ executablePath, args });
  return running;
}

/** A browser for the file; its pages are closed with the file. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    const executablePath = inject('chromium');
    if (executablePath !== null) browser = await theBrowser(executablePath);
  });
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
  });
  return {
    async open(options = {}) {
      if (!browser) throw new Error('The browser is not running');
      const context = await browser.newContext({
        viewport: sizes.desktop,
        locale: 'en-GB',
        reducedMotion: 'reduce',
        ...options,
      });
      contexts.push(context);
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      void keepPainting(page);
      return { page, problems: listen(page) };
    },
  };
}

/** Without a GPU Chromium now and then stops painting a page, and whatever waits for a frame waits for ever; brought to the front it goes on. */
async function keepPainting(page: Page): Promise<void> {
  const painted = () =>
    Promise.race([
      new Promise<boolean>((resolve) => requestAnimationFrame(() => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 3_000)),
    ]);
  while (!page.isClosed()) {
    // While it is loaded anew nobody answers.
    const goesOn = await page.evaluate(painted).catch(() => true);
    if (!goesOn) {
      process.stderr.write(`Chromium stopped painting ${page.url()}\n`);
      await page.bringToFront().catch(() => undefined);
    }
    await pause(1_000, undefined, { ref: false });
  }
}

function listen(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  return problems;
}

/** What of a page reaches over the right edge of the screen; empty when all of it can be seen without scrolling sideways. */
export async function beyondRightEdge(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found =
      document.documentElement.scrollWidth > innerWidth
        ? [`the page is ${document.documentElement.scrollWidth} px wide`]
        : [];
    for (const element of document.querySelectorAll('a, button, input, textarea, h1, h2, [data-testid]')) {
      const { right, width, height } = element.getBoundingClientRect();
      const scrolls = (parent: Element | null): boolean =>
        parent !== null && (/auto|scroll/.test(getComputedStyle(parent).overflowX) || scrolls(parent.parentElement));
      if (width > 0 && height > 0 && right > innerWidth + 1 && !scrolls(element.parentElement)) {
        found.push(
          `${element.tagName} ${element.getAttribute('data-testid') ?? element.className} ends at ${Math.round(right)} px`,
        );
      }
    }
    return found;
  });
}

/** As {@link keepPainting}, for the page that another one lies over. */
async function capture(page: Page, path: string): Promise<void> {
  try {
    await page.screenshot({ path, animations: 'disabled', timeout: 5_000 });
  } catch {
    await page.bringToFront();
    await page.screenshot({ path, animations: 'disabled' });
  }
}

/** Looks at a page at both sizes, and with `PICTURES` set keeps what there is to see for people. @returns what did not fit, by size */
export async function keepPictures(page: Page, name: string): Promise<string[]> {
  const kept = process.env['PICTURES'] !== undefined;
  if (kept) await mkdir(folder, { recursive: true });
  await page.bringToFront();
  const before = page.viewportSize();
  const beyond: string[] = [];
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.evaluate(() =>
      document.fonts.ready.then(
        () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
      ),
    );
    beyond.push(...(await beyondRightEdge(page)).map((what) => `${name} at ${viewport.width} px: ${what}`));
    if (kept) await capture(page, `${folder}${name}-${size}.png`);
  }
  if (before) await page.setViewportSize(before);
  return beyond;
}

/** Comes back once the page asked for nothing of the kind during so many ms; that nothing is asked cannot be awaited otherwise. */
export async function askedNothing(page: Page, path: RegExp, ms: number, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  const asks = () =>
    page
      .waitForRequest(path, { timeout: ms })
      .then((request) => request.url())
      .catch((error: unknown) => {
        if (error instanceof errors.TimeoutError) return null;
        throw error;
      });
  for (let asked = await asks(); asked !== null; asked = await asks())
    if (Date.now() > end) throw new Error(`The page asks on and on: ${asked}`);
}

/** As `page.route`, but comes back once it holds: after Chromium was told so, what a page asks passes by for a moment still. */
export async function intercept(page: Page, path: string | RegExp, handle: (route: Route) => unknown): Promise<void> {
  await page.route(path, handle);
  const probe = '**/healthz';
  let holds = false;
  await page.route(probe, (route) => {
    holds = true;
    return route.fulfill({ status: 204 });
  });
  while (!holds) await page.evaluate(() => fetch('/healthz').then(() => undefined));
  await page.unroute(probe);
}

/** Keeps what the page asks of the hub from being asked, as a slow network does, until it is let go or fails. */
export async function holdRequests(page: Page, method: string, path: RegExp) {
  const arrived = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<'continue' | 'abort' | 'lose'>();
  const handle = async (route: Route) => {
    if (route.request().method() !== method) return route.fallback();
    arrived.resolve();
    const how = await outcome.promise;
    if (how === 'lose') await route.fetch();
    return how === 'continue' ? route.continue() : route.abort();
  };
  const isHeld = (request: Request) => request.method() === method && path.test(request.url());
  await intercept(page, path, handle);
  const end = (how: 'continue' | 'abort' | 'lose') => async () => {
    const ended =
      how === 'continue' ? page.waitForEvent('requestfinished', isHeld) : page.waitForEvent('requestfailed', isHeld);
    outcome.resolve(how);
    await ended;
    await page.unroute(path, handle);
  };
  return { arrived: arrived.promise, letGo: end('continue'), fail: end('abort'), loseAnswer: end('lose') };
}
