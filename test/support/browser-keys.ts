/// <reference lib="dom" />
/** The keyboard of somebody without a pointer. */
import type { Page } from 'playwright-core';
import { eventually } from './client.ts';

/** Where the focus is, also inside a shadow tree: its test id, or its tag. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    // A select is known by the element around its input.
    return (element?.closest('[data-testid]') ?? element)?.getAttribute('data-testid') ?? element?.tagName ?? '';
  });
}

/** Waits until the focus is there: what opens takes it, and what closes gives it back, a frame or two later than it is seen. */
export async function focusIs(page: Page, testId: string): Promise<void> {
  await eventually(
    () => focused(page),
    (now) => now === testId,
  );
}

/** Goes there by Tab, as somebody without a pointer has to. */
export async function tabTo(page: Page, testId: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key);
    seen.push(await focused(page));
    if (seen.at(-1) === testId) return;
  }
  throw new Error(`${key} does not lead to ${testId}, but to ${[...new Set(seen)].join(', ')}`);
}
