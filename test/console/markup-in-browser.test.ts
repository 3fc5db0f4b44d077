/** Markup in every text from outside, on every page, in Chromium: no page runs it, follows it or loads anything for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import { VirtualClock } from '../../src/clock.ts';
import { createRecord } from '../../src/console/server/record/record.ts';
import { message } from '../../src/messages/messages.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { reviewFullOf } from '../report/review-situations.ts';
import { hostileRun, JournalWriter, savedPlan } from '../report/situations.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser } from './console-page.ts';
import { HOLDER, type PlayedRun, playedSchedule, playedStore } from './played-store.ts';
import { NOW, playedNights } from './played-work.ts';
import { pagesOf, startTestConsole, type TestConsole } from './test-console.ts';

const PICTURES = process.env.REFIT_PICTURES;

/** What attackers write into names. The last part hides or turns letters. */
const MARKUP = `<img src=x onerror="window.owned=1">"><script>window.owned=2</script><svg onload=window.owned=3>
<a href="javascript:window.owned=4">go</a>'javascript:window.owned=5 {{constructor}} <link rel=stylesheet href=//evil.example/x>`;
/** As long as a sealed plan may call itself. */
const SHORT = MARKUP.slice(0, 75);
const HIDDEN = '\u202egpj.\u2066x\u200b\ufeff\u061c';
const ATTACK = MARKUP + HIDDEN;
const LONG = `${ATTACK}${'w'.repeat(10_000)}`;

/** What a page has that it must not have, one a line. */
const WRONG = `(() => {
  const wrong = [];
  if (window.owned !== undefined) wrong.push('a script ran: ' + window.owned);
  for (const one of document.querySelectorAll('img:not([src="/icon.svg"]), iframe, object, embed, base, [onerror], [onload], script:not([src]), svg script'))
    wrong.push('an element: ' + one.outerHTML.slice(0, 100));
  for (const one of document.querySelectorAll('a[href], link[href]'))
    if (new URL(one.href).origin !== location.origin) wrong.push('a link: ' + one.outerHTML.slice(0, 100));
  const nodes = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let one = nodes.nextNode(); one !== null; one = nodes.nextNode())
    if (/[\\u202a-\\u202e\\u2066-\\u2069\\u061c\\u200b\\ufeff]/.test(one.data))
      wrong.push('a hidden character: ' + one.parentElement.outerHTML.slice(0, 200));
  return wrong;
})()`;

function hostileStore(): PlayedRun[] {
  const long = hostileRun(LONG);
  const review = reviewFullOf(ATTACK).plan;
  const waiting = { ...review, digest: '2'.repeat(64), change: ATTACK };
  const asking = new JournalWriter(waiting)
    .start({ user: ATTACK, host: ATTACK, pid: 1 })
    .wave('wave-started', 0)
    .wave('wave-ended', 0)
    .append({
      ...{ kind: 'approval-awaited', wave: 1, name: ATTACK, until: '2026-01-06T00:00:00.000Z' },
      message: message('schedule.not-approved'),
    });
  return [
    {
      ...{ id: 'waiting', saved: waiting, entries: asking.entries },
      holder: { ...HOLDER, host: ATTACK, purpose: ATTACK },
    },
    { id: 'ended', ...hostileRun(ATTACK) },
    { id: 'long', saved: { ...long.saved, digest: '3'.repeat(64) }, entries: long.entries },
  ];
}

async function hostileFolder(folder: string): Promise<void> {
  const inventory = inventoryOf(3);
  const instances = inventory.instances.map((one, n) => ({
    ...one,
    ...{ name: n === 0 ? LONG : ATTACK, tags: { [ATTACK]: ATTACK, app: ATTACK }, zone: ATTACK },
    ...(n === 1 ? { region: ATTACK, profile: ATTACK } : {}),
    used: { total: 1_000, fullestShard: null, source: ATTACK, readAt: inventory.readAt },
  }));
  await writeFile(join(folder, 'fleet.json'), JSON.stringify({ ...inventory, instances }));
  const text = JSON.stringify(ATTACK);
  await writeFile(
    join(folder, 'hostile.yaml'),
    `version: 1\nname: ${text}\nowner: ${text}\nchange: ${text}\n${text}: ${text}\ntargets:\n  - { instance: ${text}, memoryPerShard: ${text} }\n  - { instance: crs-00000000, memoryPerShard: 8GB }\n`,
  );
  const sealed = sealDraft({
    ...savedPlan([{ instance: 'crs-ev11ev11', name: ATTACK, changes: [{ memoryPerShard: 8192 }] }]),
    ...{ name: SHORT, change: SHORT, owner: SHORT },
  });
  await writeFile(join(folder, 'saved.json'), encodeSavedPlan(sealed));
}

describe.skipIf(CHROMIUM === undefined)('in Chromium', () => {
  let folder: string;
  let at: TestConsole;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'refit-markup-'));
    await hostileFolder(folder);
    const { runs } = playedStore(hostileStore());
    const nights = playedNights();
    const files = nights.files.map((one) => ({
      ...one,
      ...('plan' in one ? { plan: { ...one.plan, title: ATTACK } } : { message: ATTACK, fix: ATTACK }),
    })) as typeof nights.files;
    const schedule = playedSchedule({ ...nights, files, now: NOW });
    const plans = await openPlanFolder(folder);
    const record = createRecord({ clock: new VirtualClock(NOW), runs, plans, schedule });
    at = await startTestConsole({ runs, record, plans, pages: await pagesOf(inject('built')) });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await at?.close();
    await rm(folder, { recursive: true });
    expect(at?.faults ?? []).toEqual([]);
  });

  /** A page of a person whose name is markup, and everything that it did wrong. */
  async function open(): Promise<{ readonly page: Page; readonly problems: string[] }> {
    const { origin } = at.server;
    const page = await (
      await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    ).newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => {
      problems.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('popup', () => problems.push('a window'));
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
        problems.push(`it asked ${request.url()}`);
    });
    page.on('console', (said) => {
      if (/Content.Security.Policy/i.test(said.text())) problems.push(said.text());
    });
    await page.goto(at.server.loginLink({ name: SHORT, roles: ['admin', 'author', 'approver', 'operator'] }));
    await page.locator('h1').waitFor();
    return { page, problems };
  }

  const text = encodeURIComponent;
  const PAGES: readonly [name: string, path: string, shows: string][] = [
    ['overview', '/', 'main section h2'],
    ['fleet', '/fleet', '[role=row] >> text=<img'],
    ['map', '/fleet?view=map&group=zone', 'svg'],
    ['groups', '/fleet?group=tag%3Aapp', '[role=row] >> text=<img'],
    ['instance', `/fleet/crs-00000001?profile=${text(ATTACK)}&region=${text(ATTACK)}`, 'main >> text=<img'],
    ['plans', '/plans', 'main >> text=<img'],
    ['editor', '/plans/hostile.yaml', '.cm-content >> text=<img'],
    ['review of a file', '/reviews/saved.json', 'main >> text=<img'],
    ['comparison', '/reviews/saved.json?run=ended', 'main >> text=<img'],
    ['start', '/runs/start?saved=saved.json', 'main >> text=<img'],
    ['runs', '/runs', 'main >> text=<img'],
    ['ended run', '/runs/ended', '[role=row] >> text=<img'],
    ['step', '/runs/ended?step=0', 'dialog[open] >> text=<img'],
    ['long texts', '/runs/long', '[role=row] >> text=<img'],
    ['waiting run', '/runs/waiting', '[role=row] >> text=<img'],
    ['review of a run', '/runs/waiting/review', 'main >> text=<img'],
    ['review of a wave', `/runs/waiting/review?wave=rest`, 'main >> text=<img'],
    ['schedule', '/schedule', 'main >> text=<img'],
    ['audit', '/audit?text=img', 'main >> text=<img'],
    ['people', '/people', 'main >> text=<img'],
    ['passkey', '/passkey', 'h1'],
    ['addresses', `/runs?q=${text(ATTACK)}&state=${text(ATTACK)}`, 'h1'],
    ['no page', `/${text(ATTACK)}`, 'h1'],
  ];

  it('no page runs, loads or hides what a text from outside says', async () => {
    const { page, problems } = await open();
    const wrong: Record<string, unknown> = {};
    for (const [name, path, shows] of PAGES) {
      await page.goto(at.server.origin + path);
      await page.locator(shows).first().waitFor();
      await page.waitForLoadState('networkidle', { timeout: 400 }).catch(() => undefined);
      const found = [...(await page.evaluate<string[]>(WRONG)), ...problems.splice(0)];
      for (const width of [390, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        found.push(
          ...(await cutOff(page))
            .filter((one) => !one.startsWith('<text '))
            .map((one) => `cut off at ${width}: ${one}`),
        );
        if (PICTURES) await page.screenshot({ path: `${PICTURES}/markup-${name}-${width}.png` });
      }
      if (found.length > 0) wrong[name] = found;
    }
    await page.goto(`${at.server.origin}/runs`);
    await page.locator('main >> text=<img').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /<img/ }).first().waitFor();
    await page.keyboard.type('<img');
    const found = [...(await page.evaluate<string[]>(WRONG)), ...problems];
    if (found.length > 0) wrong.palette = found;
    expect(wrong).toEqual({});
  });
});
