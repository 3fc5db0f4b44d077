/**
 * The page of a run of 10,000 steps in Chromium, while its journal grows by 20 entries a second. It measures what the page
 * loads, when it shows the steps, how fast it answers, and how soon a change is on the screen.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { iso, systemClock } from '../../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import type { JournalEvent, SavedPlan } from '../../src/model.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { RUN_FILES } from '../../src/store/folder/run-files.ts';
import { median, type Row, rowOf } from '../measure.ts';
import { savedPlanOf } from '../saved-plan.ts';
import { openConsoleDesk } from './console-desk.ts';
import { become, shownAfter } from './shown-after.ts';
import { endOfStep, intentOf, startOfRun } from './written-run.ts';

/** Milliseconds between two entries of the growing journal. */
const EVERY = 50;

const BEGAN = systemClock.now() - 600_000;

/** A run whose journal the benchmark writes. */
function writtenRun(folder: string, steps: number) {
  const saved = savedPlanOf(steps, []);
  const directory = join(folder, 'runs', 'night-1');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, RUN_FILES.plan), encodeSavedPlan(saved), { mode: 0o600 });
  const path = join(directory, RUN_FILES.journal);
  writeFileSync(path, '', { mode: 0o600 });
  let end: ChainEnd = EMPTY_CHAIN;
  let ended = 0;
  const append = (events: readonly JournalEvent[]): void => {
    let text = '';
    for (const event of events) {
      const { entry, line } = sealLine(end, iso(systemClock.now()), event);
      end = { seq: entry.seq, hash: entry.hash };
      text += `${line}\n`;
    }
    appendFileSync(path, text);
  };
  append([startOfRun(saved)]);
  return {
    /** Ends one step. @returns how many have ended. */
    endStep(): number {
      append(endOf(saved, ended));
      ended += 1;
      return ended;
    },
    /** Ends many steps with one write. */
    endSteps(count: number): void {
      append(Array.from({ length: count }, (_, at) => endOf(saved, ended + at)).flat());
      ended += count;
    },
    /** Adds an entry that ends nothing. */
    touch: () => append([intentOf(saved, ended + 100)]),
  };
}

function endOf(saved: SavedPlan, at: number): JournalEvent[] {
  // As if they had left at 18 a second.
  return endOfStep(saved, at, { order: `2026112400${at}`, sentAt: iso(BEGAN + at * 55) });
}

/** @param steps of the plan. @param times measurements of each figure. */
export async function runPage(steps = 10_000, times = 5): Promise<readonly Row[]> {
  let run: ReturnType<typeof writtenRun> | null = null;
  const desk = await openConsoleDesk((folder) => {
    run = writtenRun(folder, steps);
    run.endSteps(Math.floor(steps / 2));
    return undefined;
  });
  const growing = setInterval(() => run!.touch(), EVERY);
  try {
    const context = await desk.browse();
    if (context === null) return [];
    const address = `${desk.origin}/runs/night-1`;
    const shows = "document.querySelector('.long-row[data-at]') !== null";
    const opened: [number, number][] = [];
    for (let round = 0; round <= times; round++) {
      const pair = [
        await shownAfter(context, address, shows),
        await shownAfter(context, `${desk.origin}/nowhere`, "document.querySelector('main h1') !== null"),
      ] as const;
      // The first round fills the caches.
      if (round > 0) opened.push([pair[0], pair[1]]);
    }
    const page = await context.newPage();
    await page.goto(address);
    await become(page, shows);
    // The chart loads after the page.
    await become(page, "document.querySelector('.plot canvas') !== null");
    const size = (await page.evaluate(
      "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
    )) as number;
    const answered = await interactions(page, 4 * times);
    clearInterval(growing);
    const delays = await delaysOf(page, () => run!.endStep(), 4 * times);
    return rowsOf({ steps, size, opened, answered, delays });
  } finally {
    clearInterval(growing);
    await desk.close();
  }
}

/** Pairs: from a typed letter to the next picture, beside the same with nothing to do. */
async function interactions(page: Page, times: number): Promise<[number, number][]> {
  return (await page.evaluate(`(async () => {
    const pairs = [];
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const field = document.querySelector('input[type=search]');
    for (let nth = 0; nth < ${times}; nth++) {
      await new Promise((resolve) => setTimeout(resolve, 137));
      const began = performance.now();
      field.value = nth % 2 === 0 ? '9' : '';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await painted();
      const took = performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, 137));
      const idle = performance.now();
      await painted();
      pairs.push([took, performance.now() - idle]);
    }
    return pairs;
  })()`)) as [number, number][];
}

/** Milliseconds from the append of an entry to the page that shows it. Both clocks are those of this machine. */
async function delaysOf(page: Page, change: () => number, times: number): Promise<number[]> {
  const delays: number[] = [];
  for (let nth = 0; nth < times; nth++) {
    await systemClock.sleep(300 + nth * 17);
    const seen = page.evaluate(`new Promise((resolve) => {
      const before = document.querySelector('.facts dd').textContent;
      const observer = new MutationObserver(() => {
        if (document.querySelector('.facts dd').textContent === before) return;
        observer.disconnect();
        resolve(Date.now());
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      globalThis.isWatching = true;
    })`) as Promise<number>;
    await become(page, 'globalThis.isWatching === true');
    await page.evaluate('globalThis.isWatching = false');
    const at = systemClock.now();
    change();
    delays.push((await seen) - at);
  }
  return delays;
}

/** Bytes of scripts that the page may load, compressed. */
const SCRIPT_BUDGET = 150;
const CHANGE_BUDGET = 250;

function rowsOf({
  steps,
  size,
  opened,
  answered,
  delays,
}: {
  readonly steps: number;
  readonly size: number;
  readonly opened: readonly [number, number][];
  readonly answered: readonly [number, number][];
  readonly delays: readonly number[];
}): Row[] {
  const kilobytes = size / 1_000;
  const of = `of ${steps.toLocaleString('en')} steps`;
  return [
    rowOf([[kilobytes, SCRIPT_BUDGET]], {
      ...{ name: `console: scripts of the page of a run, compressed`, unit: 'kB', floorName: 'its budget' },
      reach: { atMost: 1 },
    }),
    rowOf(opened, {
      ...{ name: `console: page of a run ${of} opened, until it shows them`, unit: 'ms' },
      floorName: 'an empty page of the same console',
      beside: [besideSeconds(median(opened.map(([took]) => took)))],
    }),
    rowOf(answered, {
      ...{ name: `console: a letter typed into the filter ${of}, 20 entries a second`, unit: 'ms' },
      floorName: 'the next picture with nothing to do',
      beside: [
        {
          name: 'above it',
          value: median(answered.map(([took, idle]) => took - idle)),
          unit: ' ms',
          atMost: 100,
        },
      ],
    }),
    rowOf(
      delays.map((delay): [number, number] => [delay, CHANGE_BUDGET]),
      {
        ...{
          name: `console: from the append of an entry to the screen, ${steps.toLocaleString('en')} steps`,
          unit: 'ms',
        },
        ...{ floorName: 'its budget', reach: { atMost: 1 } },
      },
    ),
  ];
}

const besideSeconds = (ms: number) => ({ name: 'in seconds', value: ms / 1_000, unit: ' s', atMost: 1 });
