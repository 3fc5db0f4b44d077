/** From the start of `refit apply` to its first order: through a store with a worker, and in a run directory. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import type { JournalEntry, SavedPlan } from '../../src/model.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { RUN_FILES } from '../../src/store/run-files.ts';
import { type Beside, median, type Row, rounds } from '../measure.ts';
import { type Desk, withDesk } from './desk.ts';

/** Steps of each plan. */
const STEPS = 5;

/** The first round, which does not count, uses every lane once. A lane that is new starts closed for a second. */
export function storeSubmit(times = 5): Promise<Row> {
  const brisk = { startLag: [20, 100], duration: [150, 500], lockTail: [100, 300] } as const;
  return withDesk({ retail: 2 * (times + 1) * STEPS }, brisk, async (desk) => {
    const worker = await desk.worker();
    let planned = 0;
    const nextPlan = (): Promise<SavedPlan> => {
      const instances = Array.from({ length: STEPS }, () => planned++);
      return desk.plan('retail', '{ inFlight: 5, requestsPerSecond: 18 }', instances);
    };
    const submitted: number[] = [];
    const row = await rounds(
      async () => {
        const { from, digest } = await apply(desk, await nextPlan());
        const [{ at, entry } = never()] = await desk.database.query<{ at: number; entry: JournalEntry }>(
          `SELECT submitted_at AS at, line::jsonb AS entry FROM refit.runs JOIN refit.journal ON run = id
           WHERE digest = $1 AND line LIKE '%"kind":"accepted"%' ORDER BY seq LIMIT 1`,
          [digest],
        );
        submitted.push(sentAtOf(entry) - at);
        return sentAtOf(entry) - from;
      },
      async () => {
        const { from } = await apply(desk, await nextPlan(), '--store', 'folder');
        return sentAtOf(firstOrderIn(join(desk.folder, 'runs'))) - from;
      },
      {
        name: 'store: from the start of refit apply to its first order, with one worker',
        unit: 'ms',
        floorName: 'the same in a run directory',
        reach: { atMost: 2 },
      },
      times,
    );
    await desk.end(worker);
    const seconds = median(submitted.slice(1)) / 1000;
    const beside: Beside = { name: 'from submission', value: seconds, unit: ' s', atMost: 1 };
    return { ...row, beside: [beside] };
  });
}

/** Applies a plan, and waits until its run has ended well. @returns when the command was started, ms since 1970 */
async function apply(
  desk: Desk,
  saved: SavedPlan,
  ...args: readonly string[]
): Promise<{ readonly from: number; readonly digest: string }> {
  writeFileSync(join(desk.folder, 'saved.json'), encodeSavedPlan(saved));
  const from = systemClock.now();
  const running = desk.start('apply', 'saved.json', '--auto-approve', ...args);
  const code = await running.ended;
  if (code !== 0) throw new Error(`refit apply ended with ${code}: ${running.stderr()}`);
  return { from, digest: saved.digest };
}

/** The first accepted order of the newest run directory. */
function firstOrderIn(runs: string): JournalEntry {
  const newest = readdirSync(runs).sort().at(-1)!;
  const lines = readFileSync(join(runs, newest, RUN_FILES.journal), 'utf8')
    .split('\n')
    .slice(0, -1);
  return (
    lines.map((line) => JSON.parse(line) as JournalEntry).find(({ kind }) => kind === 'accepted') ?? never()
  );
}

function sentAtOf(entry: JournalEntry): number {
  return entry.kind === 'accepted' ? Date.parse(entry.sentAt) : never();
}

function never(): never {
  throw new Error('the run has no order');
}
