/** The search of the audit over 1,000 runs of 100 steps: the first answer, later answers, and the memory of the server. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iso } from '../../src/clock.ts';
import type { AuditAnswer } from '../../src/console/api/audit.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import type { JournalEvent, SavedPlan } from '../../src/model.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { RUN_FILES } from '../../src/store/folder/run-files.ts';
import { type Row, rowOf, timed } from '../measure.ts';
import { savedPlanOf } from '../saved-plan.ts';
import { type ConsoleDesk, openConsoleDesk } from './console-desk.ts';
import { endOfStep, startOfRun } from './written-run.ts';

/** Milliseconds that a later answer may take. */
const BUDGET = 1_000;
/** MB. Reading makes garbage that malloc keeps; the index itself needs a few megabytes. */
const MOST_MEMORY = 200;
const BEGAN = Date.parse('2026-11-01T00:00:00.000Z');

/** @param runs in the store. @param steps of each. @param times measurements of each figure. */
export async function auditSearch(runs = 1_000, steps = 100, times = 5): Promise<readonly Row[]> {
  const first: [number, number][] = [];
  const later: [number, number][] = [];
  let memory = 0;
  for (let round = 0; round <= times; round++) {
    const desk = await openConsoleDesk((folder) => {
      for (let run = 0; run < runs; run++) writeRun(join(folder, 'runs'), run, steps);
      return undefined;
    });
    try {
      const floor = await timed(() => parseAll(join(desk.folder, 'runs')));
      const took = await timed(() => wholeAnswer(desk, orderOf(runs >> 1, steps >> 1)));
      // The first round fills the caches.
      if (round > 0) first.push([took, floor]);
      for (let nth = 0; nth < 4; nth++) {
        const order = orderOf((nth * 251 + round) % runs, nth);
        later.push([await timed(() => wholeAnswer(desk, order)), BUDGET]);
      }
      memory = Math.max(memory, desk.memory());
    } finally {
      await desk.close();
    }
  }
  const of = `of ${runs.toLocaleString('en')} runs of ${steps} steps`;
  return [
    rowOf(first, {
      ...{ name: `console: first search ${of}, until all are read`, unit: 'ms' },
      ...{ floorName: 'JSON.parse of their plans and journals', reach: { atMost: 25 } },
    }),
    rowOf(later, {
      ...{ name: `console: later searches ${of} by an order number`, unit: 'ms' },
      ...{ floorName: 'its budget', reach: { atMost: 1 } },
      beside: [{ name: 'memory of the server', value: memory, unit: ' MB', atMost: MOST_MEMORY }],
    }),
  ];
}

const orderOf = (run: number, step: number): string =>
  `2026${String(run).padStart(5, '0')}${String(step).padStart(5, '0')}`;

function writeRun(folder: string, run: number, steps: number): void {
  const saved = savedPlanOf(steps, [`change: CHG-${run}`]);
  const directory = join(folder, `night-${run}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, RUN_FILES.plan), encodeSavedPlan(saved), { mode: 0o600 });
  writeFileSync(join(directory, RUN_FILES.journal), journalOf(saved, run), { mode: 0o600 });
}

/** A run whose steps were all verified. */
function journalOf(saved: SavedPlan, run: number): string {
  let end: ChainEnd = EMPTY_CHAIN;
  const began = BEGAN + run * 60_000;
  const events: JournalEvent[] = [
    startOfRun(saved),
    ...saved.steps.flatMap((_, at) =>
      endOfStep(saved, at, { order: orderOf(run, at), sentAt: iso(began + at * 55) }),
    ),
    { kind: 'run-ended', because: 'done', exitCode: 0 } as JournalEvent,
  ];
  return events
    .map((event, at) => {
      const { entry, line } = sealLine(end, iso(began + at * 20), event);
      end = { seq: entry.seq, hash: entry.hash };
      return `${line}\n`;
    })
    .join('');
}

/** Reads and parses every plan and journal: what every search without an index has to do. */
function parseAll(folder: string): void {
  for (const name of readdirSync(folder)) {
    JSON.parse(readFileSync(join(folder, name, RUN_FILES.plan), 'utf8'));
    for (const line of readFileSync(join(folder, name, RUN_FILES.journal), 'utf8').split('\n'))
      if (line !== '') JSON.parse(line);
  }
}

/** Searches until every run is read, as the page does. */
async function wholeAnswer({ origin, headers }: ConsoleDesk, order: string): Promise<void> {
  for (;;) {
    const { isComplete, found } = (await (
      await fetch(`${origin}/api/audit?order=${order}`, { headers })
    ).json()) as AuditAnswer;
    if (!isComplete) continue;
    if (found.steps !== 1) throw new Error(`${order} was found ${found.steps} times`);
    return;
  }
}
