/** The review of a saved plan of 10,000 steps: time and bytes of the server, and the page in Chromium. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReviewAnswer, shownReview } from '../../src/console/api/reviews.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { median, type Row, rounds, rowOf, timed } from '../measure.ts';
import { savedPlanOf } from '../saved-plan.ts';
import { type ConsoleDesk, openConsoleDesk } from './console-desk.ts';
import { shownAfter } from './shown-after.ts';

const KB = 1_000;

/** @param steps of the plan. @param times measurements of each figure. */
export async function reviewOpened(steps = 10_000, times = 5): Promise<readonly Row[]> {
  const text = encodeSavedPlan(savedPlanOf(steps));
  const desk = await openConsoleDesk((folder) => {
    mkdirSync(join(folder, 'plans'), { mode: 0o700 });
    writeFileSync(join(folder, 'plans/night.json'), text, { mode: 0o600 });
    return { args: ['--plans', 'plans'] };
  });
  try {
    const of = `of ${steps.toLocaleString('en')} steps`;
    const first = await ask(desk, '');
    const again = `?shown=${shownReview(JSON.parse(first) as ReviewAnswer)}`;
    const floorName = 'readSavedPlan of the same file';
    const floor = () => timed(() => readSavedPlan(text));
    return [
      await rounds(
        () => timed(() => ask(desk, '')),
        floor,
        {
          ...{ name: `console: review of a plan ${of}, answered`, unit: 'ms', floorName },
          reach: { atMost: 2 },
        },
        times,
      ),
      await rounds(
        () => timed(() => ask(desk, again)),
        floor,
        {
          ...{ name: `console: review of a plan ${of}, asked again`, unit: 'ms', floorName },
          reach: { atMost: 0.6 },
          beside: [{ name: 'bytes', value: (await ask(desk, again)).length / KB, unit: ' kB', atMost: 50 }],
        },
        times,
      ),
      rowOf([[first.length / KB, text.length / KB]], {
        ...{ name: `console: bytes of the review of a plan ${of}`, unit: 'kB' },
        ...{ floorName: 'the saved plan', reach: { atMost: 1 } },
      }),
      ...(await painted(desk, of, times)),
    ];
  } finally {
    await desk.close();
  }
}

async function ask({ origin, headers }: ConsoleDesk, query: string): Promise<string> {
  const answer = await fetch(`${origin}/api/reviews/night.json${query}`, { headers });
  if (answer.status !== 200) throw new Error(await answer.text());
  return await answer.text();
}

/** Until the page says what the plan does, beside an empty page; nothing without a browser. */
async function painted(desk: ConsoleDesk, of: string, times: number): Promise<readonly Row[]> {
  const context = await desk.browse();
  if (context === null) return [];
  const pairs: [number, number][] = [];
  for (let round = 0; round <= times; round++) {
    const { origin } = desk;
    const pair = [
      await shownAfter(
        context,
        `${origin}/reviews/night.json`,
        "document.querySelector('.review h1') !== null",
      ),
      await shownAfter(context, `${origin}/nowhere`, "document.querySelector('main h1') !== null"),
    ] as const;
    // The first round fills the caches.
    if (round > 0) pairs.push([pair[0], pair[1]]);
  }
  const seconds = median(pairs.map(([took]) => took)) / 1_000;
  return [
    rowOf(pairs, {
      ...{ name: `console: review of a plan ${of} opened, until it shows what the plan does`, unit: 'ms' },
      floorName: 'an empty page of the same console',
      beside: [{ name: 'in seconds', value: seconds, unit: ' s', atMost: 1 }],
    }),
  ];
}
