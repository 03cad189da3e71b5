/** A wallboard as it hangs on a wall: turned to a theme and a language, and what of it cannot be read from afar. */
/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';

const folder = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));
/** Televisions, in CSS pixels. */
export const walls = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 3840, height: 2160 },
];

/** The tile of what waits in all queues, once it has the value. */
export const waiting = (page: Page, value: number): Locator =>
  page.locator(`[data-testid=figure][data-key=waiting][data-dimensions="{}"][data-value="${value}"]`);

/** Keeps what there is to see for people. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.bringToFront();
  await page.screenshot({ path: `${folder}wallboard-${name}.png`, animations: 'disabled' });
}

export async function turnedTo(page: Page, theme: string, language: string): Promise<void> {
  const wall = page.getByTestId('wallboard');
  if (!(await wall.getAttribute('class'))?.includes(`wall-${theme}`)) await page.getByTestId('board-theme').click();
  if (!(await page.evaluate(() => document.documentElement.lang)).startsWith(language))
    await page.getByTestId('board-language').click();
  await page.waitForFunction((lang) => document.documentElement.lang.startsWith(lang), language);
  await page.mouse.move(1, 1);
}

/** What scrolls, is cut off, too small for five metres or stands out by less than 7:1. */
export async function misfits(page: Page): Promise<string[]> {
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
