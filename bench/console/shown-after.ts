/** How long a page takes until it shows something, by its own clock. */
import type { BrowserContext, Page } from 'playwright-core';
import { systemClock } from '../../src/clock.ts';

/** Waits until an expression is true. The policy of the pages forbids the waiting of the browser's driver. */
export async function become(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await systemClock.sleep(20);
}

/** Milliseconds by the clock of the page until it shows something. */
export async function shownAfter(context: BrowserContext, address: string, shows: string): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript(`(() => {
    const look = () => { if (${shows}) globalThis.shownAt ??= performance.now(); else requestAnimationFrame(look); };
    addEventListener('DOMContentLoaded', look);
  })()`);
  await page.goto(address);
  await become(page, 'globalThis.shownAt !== undefined');
  const took = (await page.evaluate('globalThis.shownAt')) as number;
  await page.close();
  return took;
}
