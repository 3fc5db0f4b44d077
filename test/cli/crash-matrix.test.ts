/**
 * Kills the real process with SIGKILL at every kind of boundary of its journal: just before an entry, with half of it on
 * disk, and just after. At an intent it also dies with half of its mark. Then the same command resumes. The run must end
 * like an undisturbed run.
 */
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { fromBeijing, toBeijing } from '../../src/cloud/wire/beijing-time.ts';
import type { JournalEntry, SavedPlan } from '../../src/model.ts';
import { examineJournal } from '../../src/operations/audit/examine-journal.ts';
import { controlRun } from '../../src/operations/runs/control-run.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { readJournalFile } from '../../src/store/folder/journal-file.ts';
import { file as approvalFile, approversFile } from '../approval/people.ts';
import { BOUNDARIES, type Boundary, STORIES, type Story, type StoryName } from './crash-stories.ts';
import { type Desk, desk, growPlan, openDesk, type Running, struckBy, until } from './refit.ts';
import { simulatorHere } from './simulator-here.ts';
import type { At, Strike } from './strike.ts';

// Each test mostly waits for the provider.
vi.setConfig({ maxConcurrency: 20 });

const APPLY = ['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'run'];

/**
 * The gate tests the first boundary of each kind of entry, at one of three moments in turn. `REFIT_CRASH_MATRIX=all` tests
 * every boundary at all three. In virtual time, test/run/engine/crash.test.ts crashes at every entry of a run, and the search at any.
 */
const IS_WHOLE = process.env.REFIT_CRASH_MATRIX === 'all';

function momentsOf(place: number, nth: number, kind: string): readonly At[] {
  // An order follows its mark, and the mark follows its entry.
  if (kind === 'intent') return ['not there', 'half there', 'before its mark', 'durable'];
  const moments = ['not there', 'half there', 'durable'] as const;
  if (IS_WHOLE) return moments;
  return nth === 0 ? [moments[place % 3]!] : [];
}

/** What the test compares: the world and the report. */
interface End {
  readonly sizes: unknown;
  readonly orders: unknown;
  readonly outcomes: unknown;
  readonly totals: unknown;
  readonly exitCode: number | null;
}

/** The start of a story: a desk with the saved plan, and its own world. */
interface Opened {
  readonly at: Desk;
  readonly story: Story;
  /** Starts the command. The first process also gets the faults of the story. */
  start(strike?: Strike): Running;
}

function aheadOf({ beginsAt }: Story): number {
  if (beginsAt === undefined) return 0;
  const now = Date.now();
  return fromBeijing(`${toBeijing(now).slice(0, 10)} ${beginsAt}`)! - now;
}

const PLANS = new Map<StoryName, Promise<string>>();

/** The saved plan of a story, made once. */
function savedPlanOf(name: StoryName): Promise<string> {
  const make = async (): Promise<string> => {
    const story: Story = STORIES[name];
    const ahead = aheadOf(story);
    const simulator = await simulatorHere(story.fleet, { ahead });
    const at = await openDesk({ simulator });
    try {
      const execution = [
        `inFlight: 6, requestsPerSecond: 20, patience: ${story.patience ?? '2s'}`,
        ...(story.execution ? [story.execution] : []),
      ];
      await at.write(
        'plan.yaml',
        growPlan([...(story.lines ?? []), `execution: { ${execution.join(', ')} }`]),
      );
      if (story.approvers) await at.write('approvers.yaml', approversFile(story.approvers));
      const env = struckBy({ strikes: [], clock: ahead });
      const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'], { env });
      expect(planned.code, planned.stdout + planned.stderr).toBe(0);
      return await at.text('saved.json');
    } finally {
      await at.close();
      await simulator.stop();
    }
  };
  if (!PLANS.has(name)) PLANS.set(name, make());
  return PLANS.get(name)!;
}

/** Puts the approvals of the plan (null) and of these waves next to the saved plan. */
async function approve(
  at: Desk,
  saved: SavedPlan,
  approvers: readonly string[],
  waves: readonly (string | null)[],
): Promise<void> {
  for (const by of approvers)
    for (const wave of waves)
      await at.write(`saved.json.approval-${by}.${wave}.json`, approvalFile(by, { wave }, saved, Date.now()));
}

async function open(test: Pick<TestContext, 'onTestFinished'>, name: StoryName): Promise<Opened> {
  const story: Story = STORIES[name];
  const saved = await savedPlanOf(name);
  const simulator = await simulatorHere(story.met ?? story.fleet, {
    faults: story.faults,
    ahead: aheadOf(story),
    showAfter: story.showAfter,
  });
  test.onTestFinished(() => simulator.stop());
  const at = await desk(test, { simulator });
  await at.write('saved.json', saved);
  const plan = readSavedPlan(saved);
  const asking = plan.waves.flatMap(({ name, approval }) => (approval ? [name] : []));
  await approve(at, plan, story.approvers ?? [], [null, ...(story.signsLate ? [] : asking)]);
  // Across all processes: the signers do not know which process waits.
  let signing = story.signsLate === true;
  const signLate = async (): Promise<void> => {
    const awaited = async () => (await at.journal()).some(({ kind }) => kind === 'approval-awaited');
    await until('it to wait for its approval', async () => !signing || (await awaited()));
    if (signing) await approve(at, plan, story.approvers ?? [], asking);
  };
  const signed = signing ? signLate() : Promise.resolve();
  test.onTestFinished(async () => {
    signing = false;
    await signed;
  });
  let lives = 0;
  const disturbance = story.disturbance;
  return {
    at,
    story,
    start(strike) {
      const first = lives++ === 0;
      const strikes = [...(strike ? [strike] : []), ...(first && disturbance ? [disturbance] : [])];
      const run = at.start(APPLY, { env: struckBy({ strikes, clock: simulator.ahead }) });
      if (first && story.commands) {
        const ordered = until('an order', async () =>
          (await at.journal()).some((entry) => entry.kind === 'accepted'),
        );
        const sent = ordered.then(async () => {
          // The process may die of the command, without an answer.
          for (const command of story.commands ?? [])
            await controlRun(`${at.folder}/run`, command, {
              stateDirectory: `${at.folder}/state/refit`,
            }).catch(() => undefined);
        });
        const ended = run.ended.then(async (end) => {
          await sent;
          return end;
        });
        return { ...run, ended };
      }
      // The clock of the provider changes with the clock of the machine.
      if (first && disturbance?.effect === 'set clock') {
        let over = false;
        const isDue = async () => over || (await at.journal()).some(({ kind }) => kind === disturbance.kind);
        const set = until('the clock to be set', isDue).then(() => {
          simulator.ahead += disturbance.ms ?? 0;
        });
        const ended = run.ended.then(async (end) => {
          over = true;
          await set;
          return end;
        });
        return { ...run, ended };
      }
      return run;
    },
  };
}

/** Repeats the same command until nothing is left to do. */
async function carriedOut({ at, start }: Opened): Promise<End> {
  let exitCode: number | null = null;
  for (let lives = 0, left = 1; left > 0; lives++) {
    const ended = await start().ended;
    exitCode = ended.code;
    expect(exitCode, ended.stderr).not.toBe(null);
    const { totals } = await at.report();
    // The next process asks again after a refusal that halted the run.
    left = totals['not-run'] + totals.unknown + (exitCode === 4 ? totals.refused : 0);
    expect(lives, `it goes on, and comes to no end:\n${ended.stderr}`).toBeLessThan(5);
  }
  const { totals, steps } = await at.report();
  const { instances } = await at.simulator.state();
  return {
    sizes: instances.map(({ id, status, memoryPerShard, shards, replicas }) => ({
      ...{ id, status, memoryPerShard, shards, replicas },
    })),
    orders: (await at.simulator.counts()).orders,
    outcomes: steps.map(({ id, outcome }) => ({ id, outcome })),
    totals,
    exitCode,
  };
}

const UNDISTURBED = new Map<StoryName, Promise<End>>();

/** How the story ends without a kill, computed once. */
function undisturbed(test: Pick<TestContext, 'onTestFinished'>, name: StoryName): Promise<End> {
  if (!UNDISTURBED.has(name)) UNDISTURBED.set(name, open(test, name).then(carriedOut));
  return UNDISTURBED.get(name)!;
}

const matches = ({ kind, having = {} }: Pick<Strike, 'kind' | 'having'>) => {
  return (entry: JournalEntry): boolean => {
    const members: Readonly<Record<string, unknown>> = { ...entry };
    return entry.kind === kind && Object.entries(having).every(([name, value]) => members[name] === value);
  };
};

/** Starts the command and kills it at the boundary, with the given part of the entry on disk. */
async function dies({ at, start }: Opened, strike: Omit<Strike, 'effect'>): Promise<void> {
  const before = (await at.journal()).filter(matches(strike)).length;
  const ended = await start({ ...strike, effect: 'die' }).ended;
  expect(ended.code, `it was to be killed at ${JSON.stringify(strike)}:\n${ended.stderr}`).toBe(null);
  const { entries, fault, tornBytes } = await readJournalFile(`${at.folder}/run/journal.jsonl`);
  expect(fault).toBe(null);
  expect(tornBytes > 0, `${tornBytes} bytes of a torn entry`).toBe(strike.at === 'half there');
  // A group of entries becomes durable as a whole.
  const there = entries.filter(matches(strike)).length - before;
  if (strike.at === 'durable' || strike.at === 'before its mark')
    expect(there, 'entries there').toBeGreaterThan(0);
  else expect(there, 'entries there').toBe(0);
}

function mustBeWithin(saved: SavedPlan, orders: Readonly<Record<string, number>>): void {
  for (const [instance, count] of Object.entries(orders))
    expect(count, `orders for ${instance}`).toBeLessThanOrEqual(
      saved.steps.filter((step) => step.instance === instance).length,
    );
}

const ROWS = Object.entries(BOUNDARIES).flatMap(([kind, boundaries], place) =>
  (boundaries as readonly Boundary[]).flatMap((boundary, nth) =>
    momentsOf(place, nth, kind).map((moment) => ({
      ...boundary,
      kind: kind as JournalEntry['kind'],
      moment,
      which: [kind, ...Object.values(boundary.having ?? {}), boundary.after ? 'of a second life' : []]
        .flat()
        .join(' '),
    })),
  ),
);

describe.concurrent('apply ends like an undisturbed run after SIGKILL and a restart', () => {
  it.for(ROWS)('$which: $moment (in the story of $story)', async (row, test) => {
    const opened = await open(test, row.story);
    if (row.after) await dies(opened, { ...row.after, at: 'not there' });
    const { kind, having, moment } = row;
    await dies(opened, { kind, at: moment, ...(having ? { having } : {}) });
    const end = await carriedOut(opened);
    expect(end).toEqual(await undisturbed(test, row.story));
    const { at } = opened;
    const saved = readSavedPlan(await at.text('saved.json'));
    mustBeWithin(saved, (await at.simulator.counts()).orders);
    const { steps, head } = await at.report();
    expect(steps.map(({ id }) => id)).toEqual(saved.steps.map(({ id }) => id));
    // The check of `audit verify`, which audit.test.ts runs as a process.
    const name = `${at.folder}/run/journal.jsonl`;
    const audit = examineJournal(await readJournalFile(name), {
      name,
      saved,
      heads: [{ hash: head, from: 'report.json' }],
    });
    expect(audit).toMatchObject({ sound: true, ended: true, faults: [], warnings: [] });
  });
});
