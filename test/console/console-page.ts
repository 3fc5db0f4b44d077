/** The console in Chromium, for tests: its process, and what no page of it may have. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Desk, startRefit, until } from '../cli/refit.ts';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
/** Milliseconds for one action of the browser, which is slow on a busy machine. */
export const PATIENCE = 200_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds on a page, one a line. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Violation[] }> };
    };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
}

/** Elements that end outside of the screen, except in a part that scrolls by itself. */
const CUT_OFF = `[...document.querySelectorAll('body *')].filter((one) => {
  if (!one.checkVisibility() || one.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let part = one.parentElement; part !== document.body; part = part.parentElement)
    if (/auto|scroll/.test(getComputedStyle(part).overflowX)) return false;
  return true;
}).map((one) => one.outerHTML.slice(0, 100))`;

/** What is cut off once the page has settled: charts follow the width of the screen a little later. */
export async function cutOff(page: Page): Promise<string[]> {
  for (let looks = 0; ; looks += 1) {
    const found = await page.evaluate<string[]>(CUT_OFF);
    if (found.length === 0 || looks === 50) return found;
    await page.waitForTimeout(100);
  }
}

/** Texts that a person reads in English on a page in Chinese: three words or more, but no command, code, YAML or typed text. */
const ENGLISH = `(() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const part = text.parentElement;
    if (part.closest('code, pre, kbd, q, textarea, script, style, .cm-editor, [lang=en]')) continue;
    if (!part.checkVisibility()) continue;
    const said = text.data.replace(/\\b(refit|kill|rm|ls) [!-~ ]*/g, '');
    if (/(?<![\\w./-])[A-Za-z]+(?: +[A-Za-z]+){2,}(?![\\w./-])/.test(said)) found.push(text.data.slice(0, 200));
  }
  return [...new Set(found)];
})()`;

/** What is left in English on a page in Chinese. */
export async function englishOn(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(ENGLISH);
}

/** Opens a link that signs in, and waits until it has: another page before that would end the request. */
export async function signInWith(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: /^(Sign out|退出登录)$/ }).waitFor();
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM!,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** Starts the console of a desk. @returns its address, and the one that signs in. */
export async function serveDesk(
  at: Desk,
  options: readonly string[] = [],
): Promise<{ readonly origin: string; readonly link: string; stop(): void }> {
  const server = startRefit(['serve', '--listen', '127.0.0.1:0', ...options], {
    cwd: at.folder,
    env: at.env,
  });
  await until('the console', () => server.stdout().includes('\n'));
  const { url } = JSON.parse(server.stdout()) as { url: string };
  return { origin: new URL(url).origin, link: url, stop: () => server.kill('SIGKILL') };
}
