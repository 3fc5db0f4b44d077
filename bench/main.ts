/**
 * `npm run bench [NAME…]`: each figure as a ratio to a floor measured in the same run, because machines differ and
 * are noisy. Prints a table and writes bench/results.json.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { beginReplay, EMPTY_CHAIN } from '../src/journal.ts';
import { draftPlan, finishPlan } from '../src/plan/make-plan.ts';
import { parsePlan } from '../src/plan/parse-plan.ts';
import { openJournalFile } from '../src/run/journal-file.ts';
import { openJournalWriter } from '../src/run/journal-writer.ts';
import { inventoryOf } from './inventory.ts';
import { rehearsalAgrees } from './rehearsal-agrees.ts';
import { rehearsalCpu } from './rehearse.ts';
import { makeJson, makePage, openPages } from './report-page.ts';

/** One figure: what was measured, the floor beside it, both in the same unit, medians over the rounds. */
interface Row {
  readonly name: string;
  readonly unit: string;
  readonly measured: number;
  readonly floor: number;
  readonly floorIs: string;
  /** Least and greatest ratio over the rounds. */
  readonly spread: readonly [number, number];
  readonly ratio: number;
}

const ROUNDS = 5;
const ROOT = join(import.meta.dirname, '..');

const benches: Readonly<Record<string, () => Row | Promise<Row | null>>> = {
  start: () => startUp('start: refit --version', ['--version']),
  validate: () => startUp('start: refit validate plans/small.yaml', ['validate', 'plans/small.yaml']),
  journal: journalEntries,
  planning,
  rehearse: rehearsing,
  'rehearsal-agrees': rehearsalAgreeing,
  page: pageMade,
  interactive: pageOpened,
};

/** Measures both in turn, so that a slow moment of the machine strikes both. */
async function rounds(
  measure: () => number | Promise<number>,
  floor: () => number | Promise<number>,
  rest: Pick<Row, 'name' | 'unit' | 'floorIs'>,
): Promise<Row> {
  const pairs: [number, number][] = [];
  await measure();
  await floor();
  for (let round = 0; round < ROUNDS; round++) pairs.push([await measure(), await floor()]);
  const ratios = pairs.map(([a, b]) => a / b).sort((a, b) => a - b);
  return {
    ...rest,
    measured: median(pairs.map(([a]) => a)),
    floor: median(pairs.map(([, b]) => b)),
    spread: [ratios[0]!, ratios.at(-1)!],
    ratio: median(ratios),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

async function timed(work: () => unknown): Promise<number> {
  const began = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - began;
}

function startUp(name: string, args: readonly string[]): Promise<Row> {
  const spawn =
    (...command: string[]) =>
    () =>
      timed(() => spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'ignore' }));
  return rounds(spawn('dist/cli/main.js', ...args), spawn('-e', '0'), {
    name,
    unit: 'ms',
    floorIs: 'bare node -e 0',
  });
}

/** Durable entries a second with 200 waiting, against one fsync after another on the same disk. */
async function journalEntries(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  const each = 4_000;
  const waiting = 200;
  try {
    let n = 0;
    const measure = async () => {
      const store = await openJournalFile(join(folder, `${n++}.jsonl`), { wholeBytes: 0, tornBytes: 0 });
      const replay = beginReplay({ steps: [] });
      const journal = openJournalWriter({ store, clock: systemClock, end: EMPTY_CHAIN, replay });
      const took = await timed(() =>
        Promise.all(
          Array.from({ length: waiting }, async (_, lane) => {
            for (let entry = 0; entry < each / waiting; entry++) {
              await journal.record({
                kind: 'not-sent',
                step: `crs-bench${lane}/memoryPerShard`,
                attempt: entry,
                why: 'measured',
              });
            }
          }),
        ),
      );
      await store.close();
      return (each / took) * 1000;
    };
    const floor = async () => {
      const file = openSync(join(folder, 'floor'), 'w');
      const line = 'x'.repeat(250);
      const took = await timed(() => {
        for (let entry = 0; entry < 300; entry++) {
          writeSync(file, line);
          fdatasyncSync(file);
        }
      });
      closeSync(file);
      return (300 / took) * 1000;
    };
    return await rounds(measure, floor, {
      name: 'journal: durable entries, 200 waiting',
      unit: '/s',
      floorIs: 'one fsync after another',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 100,000 instances planned and sealed, against JSON.parse of their inventory. */
async function planning(): Promise<Row> {
  const inventory = inventoryOf(100_000);
  const text = JSON.stringify(inventory);
  const { plan, findings } = parsePlan(
    [
      'version: 1',
      'name: bench',
      'onBlocked: skip',
      'targets:',
      '  - select: { regions: [ap-guangzhou], tags: { app: cart } }',
      '    memoryPerShard: { grow: 25%, roundTo: sold }',
      '  - select: { regions: [ap-shanghai], name: "feed-*" }',
      '    memoryPerShard: { atLeast: 8GB, roundTo: sold }',
      '  - select: { regions: [ap-guangzhou, ap-shanghai], tags: { tier: gold } }',
      '    replicas: 2',
    ].join('\n'),
    'bench.yaml',
  );
  if (!plan) throw new Error(findings.map(({ what }) => what).join('\n'));
  const now = Date.parse(inventory.readAt);
  return rounds(
    () =>
      timed(() => {
        const review = finishPlan(draftPlan(plan, inventory, now), { quotes: null, now, saveAs: null });
        if (review.plan.steps.length < 10_000) throw new Error(`only ${review.plan.steps.length} steps`);
      }),
    () => timed(() => JSON.parse(text)),
    {
      name: 'planning: 100,000 instances, three selectors, sealed',
      unit: 'ms',
      floorIs: 'JSON.parse of the inventory',
    },
  );
}

/** One run of 10,000 steps in virtual time, against the processor time it may take. */
async function rehearsing(): Promise<Row> {
  const measured = await rehearsalCpu(10_000);
  const ratio = measured / 30;
  return {
    name: 'rehearse: one run of 10,000 steps',
    unit: 's of processor time',
    measured,
    floor: 30,
    floorIs: 'what it may take',
    spread: [ratio, ratio],
    ratio,
  };
}

/** The predicted end against that of a run over HTTP, once: it takes a minute of real time. */
async function rehearsalAgreeing(): Promise<Row> {
  const { predicted, real } = await rehearsalAgrees();
  const ratio = predicted / real;
  return {
    name: 'rehearse: predicted end of 1,000 steps',
    unit: 's',
    measured: predicted,
    floor: real,
    floorIs: 'the run over HTTP',
    spread: [ratio, ratio],
    ratio,
  };
}

/** The page of 2,000 steps made from plan and journal. */
function pageMade(): Promise<Row> {
  return rounds(
    () => timed(makePage),
    () => timed(makeJson),
    { name: 'report: page of 2,000 steps made', unit: 'ms', floorIs: 'the same report as JSON' },
  );
}

/** The page of 2,000 steps opened, until its filter answers. */
async function pageOpened(): Promise<Row | null> {
  const pages = await openPages();
  if (pages === null) return null;
  try {
    return await rounds(pages.interactive, pages.bare, {
      name: 'report: page of 2,000 steps opened, until it can be filtered',
      unit: 'ms',
      floorIs: 'the same page without its script',
    });
  } finally {
    await pages.close();
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benches).join(', ')}\n`);
  process.exit(64);
}
const rows: Row[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const row = await bench();
  if (row === null) {
    process.stdout.write(`${name}\n  not measured: there is no Chromium here\n`);
    continue;
  }
  rows.push(row);
  const spread = row.spread.map((ratio) => ratio.toFixed(2)).join(' to ');
  process.stdout.write(
    `${row.name}\n  ${row.measured.toFixed(1)} ${row.unit}; ${row.floorIs}: ${row.floor.toFixed(1)} ${row.unit}; ratio ${row.ratio.toFixed(2)} (${spread})\n`,
  );
}
writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(rows, null, 2)}\n`);
