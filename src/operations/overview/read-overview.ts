/**
 * What a store does now, in a few facts: what runs, what waits for whom, what failed lately, and what was ordered this month.
 * It looks at a bounded number of runs, reads a journal again only after it changed, and reads live ones only where they grew.
 */
import { judgeApprovals } from '../../approval/judge-approvals.ts';
import { judgeDeclines } from '../../approval/judge-declines.ts';
import { type Clock, iso } from '../../clock.ts';
import type { RunHolder, RunReader, RunsOfStore, StoreState } from '../../store/ports.ts';
import { followReader } from '../../store/run-reading.ts';
import { DAY, SECOND } from '../../units.ts';
import { gatherFacts } from '../picture/run-facts.ts';
import type { RunPicture } from '../picture/run-picture.ts';
import type { PlanFolder } from '../plans/plan-folder.ts';
import { createRunCache } from '../runs/run-cache.ts';
import type { FailedRun, Overview, RunName, RunningRun, WaitingWindows } from './overview.ts';
import { addMonths, monthOf, type RunSummary, summarizeRun } from './summarize-run.ts';
import { createWaitingPlans } from './waiting-plans.ts';
import { awaitedWave, whatWaits } from './what-waits.ts';

/** How many of the newest runs an overview looks at. */
const MOST_RUNS = 200;
/** How long a failure is shown. */
const FAILED_WITHIN = 7 * DAY;
const MOST_FAILED = 20;
const MOST_WAITING = 60;
/** A list of many runs takes long, so the next one waits for so many times as long. */
const REST = 20;
const LIST_EVERY = SECOND;

interface Seen {
  readonly summary: RunSummary;
  /** null: no process has the run. */
  readonly follow: { read(): Promise<RunSummary>; picture(): RunPicture } | null;
}

/** A run at this moment. */
interface Now {
  readonly run: RunReader;
  readonly seen: Seen;
  readonly holder: RunHolder | null;
  readonly stored: StoreState | null;
}

/** @param plans the folder of plans; null: there is none. */
export function createOverview(options: {
  readonly runs: RunsOfStore;
  readonly plans: PlanFolder | null;
  readonly clock: Clock;
}): {
  read(): Promise<Overview>;
  /** What waits, as it was read last. */
  waiting(): readonly WaitingWindows[];
} {
  const { runs, plans, clock } = options;
  const cache = createRunCache(
    (run, before: Seen | null) => readSeen(run, before, clock),
    ({ follow }) => follow !== null,
  );
  const waitingPlans = plans === null ? null : createWaitingPlans(plans, runs);
  let listed: Awaited<ReturnType<RunsOfStore['list']>> = { runs: [], more: 0 };
  let listAgainAt = Number.NEGATIVE_INFINITY;
  let waiting: readonly WaitingWindows[] = [];
  const list = async (): Promise<typeof listed> => {
    const began = clock.monotonic();
    if (began < listAgainAt) return listed;
    listed = await runs.list(MOST_RUNS);
    const took = clock.monotonic() - began;
    listAgainAt = took * REST > LIST_EVERY ? began + took * REST : began;
    return listed;
  };
  return {
    waiting: () => waiting,
    async read() {
      const { runs: found, more } = await list();
      const cached = await cache.update(found);
      const read: Now[] = [];
      for (const { run, value: seen } of cached)
        if (run !== null && seen !== null) read.push(await nowOf(run, seen));
      const now = clock.now();
      const known = new Set(read.map(({ seen }) => seen.summary.plan.digest));
      const month = monthOf(iso(now));
      const ordered = read.flatMap(({ seen }) => seen.summary.months.get(month) ?? []);
      const all = [...(await waitingOf(read, runs, now)), ...((await waitingPlans?.read(now, known)) ?? [])];
      waiting = all.slice(0, MOST_WAITING);
      return {
        at: iso(now),
        running: read.flatMap(runningOf),
        waiting: waiting.map(({ item }) => item),
        failed: read
          .flatMap((one) => failedOf(one, now))
          .sort((a, b) => (a.at < b.at ? 1 : -1))
          .slice(0, MOST_FAILED),
        money: { month, runs: ordered.length, ...addMonths(ordered) },
        runs: { seen: found.length, more, unreadable: cached.filter(({ value }) => value === null).length },
      };
    },
  };
}

/** Reads what is new of a run. Only a live run is followed: that keeps its plan in memory. */
async function readSeen(run: RunReader, before: Seen | null, clock: Clock): Promise<Seen> {
  const follow = before?.follow ?? (await startFollowing(run, clock));
  if ('summary' in follow) return { summary: follow.summary, follow: null };
  const summary = await follow.read();
  const isLive = !summary.isFinished && (await run.holder()) !== null;
  return { summary, follow: isLive ? follow : null };
}

/** @returns the summary alone if no process has the run. */
async function startFollowing(
  run: RunReader,
  clock: Clock,
): Promise<NonNullable<Seen['follow']> | { readonly summary: RunSummary }> {
  if ((await run.holder()) === null) {
    const { saved, state } = await run.read();
    return { summary: summarizeRun(saved, state) };
  }
  const follower = followReader(run);
  const saved = await run.readPlan();
  let facts = gatherFacts(saved, () => clock.now());
  return {
    picture: () => facts.picture(null),
    async read() {
      const { state } = await follower.read(
        (entry) => facts.add(entry),
        () => {
          facts = gatherFacts(saved, () => clock.now());
        },
      );
      return summarizeRun(saved, state);
    },
  };
}

async function nowOf(run: RunReader, seen: Seen): Promise<Now> {
  if (seen.summary.isFinished) return { run, seen, holder: null, stored: null };
  const [holder, stored] = await Promise.all([run.holder(), run.storeState()]);
  return { run, seen, holder, stored };
}

function nameOf({ run, seen }: Now): RunName {
  const { name: plan, change } = seen.summary.plan;
  return { id: run.id, plan, change };
}

function runningOf(one: Now): RunningRun[] {
  const { summary, follow } = one.seen;
  if (one.holder === null || follow === null) return [];
  const { steps, outcomes, rate, timeLeft, condition, waves } = follow.picture();
  const at = summary.state.wavesStarted.at(-1);
  const wave = at === undefined ? null : { name: waves[at]?.name ?? '', at: at + 1, of: waves.length };
  const { startedAt } = summary.state;
  return [{ ...nameOf(one), steps, outcomes, rate, timeLeft, condition, startedAt, wave }];
}

async function waitingOf(read: readonly Now[], runs: RunsOfStore, now: number): Promise<WaitingWindows[]> {
  const items: WaitingWindows[] = [];
  for (const one of read) {
    const { run, seen, holder, stored } = one;
    const { summary } = seen;
    if (summary.isFinished || items.length >= MOST_WAITING) continue;
    const waits = whatWaits({ summary, holder, stored, ...(await signedFor(run, summary, runs, now)) }, now);
    if (waits === null) continue;
    const item = { run: nameOf(one), file: null, plan: summary.plan.name, waits };
    items.push({ item, windows: summary.plan.windows ?? null, startsBy: null });
  }
  return items;
}

/** The approvals and declines of a run, judged as they are now. */
async function signedFor(run: RunReader, summary: RunSummary, runs: RunsOfStore, now: number) {
  const { plan } = summary;
  const stored = runs.signaturesOf(plan.digest);
  const offered = async (kind: 'approvals' | 'declines') => [
    ...(await run.kept(kind)),
    ...((await stored?.offered(kind)) ?? []),
  ];
  const wave = awaitedWave(summary);
  return {
    declines: judgeDeclines(plan, await offered('declines')),
    approvals: wave === undefined ? null : judgeApprovals(plan, wave, await offered('approvals'), now),
  };
}

function failedOf(one: Now, now: number): FailedRun[] {
  const { state, failures, outcomes, isFinished } = one.seen.summary;
  const since = iso(now - FAILED_WITHIN);
  const groups = failures.filter(({ at }) => at >= since);
  const hasStopped =
    state.endedAt !== null && state.endedAt >= since && state.endedBecause === 'halted' && !isFinished;
  const at = groups[0]?.at ?? (hasStopped ? state.endedAt : null);
  if (at === null) return [];
  const stopped = state.endedBecause === 'halted' ? (state.stopping?.message ?? null) : null;
  return [{ ...nameOf(one), at, stopped, outcomes, groups }];
}
