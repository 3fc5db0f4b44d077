import { dirname, isAbsolute, join } from 'node:path';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import { type InventoryReading, readInventory, readWindows } from '../cloud/read-inventory.ts';
import { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { isFinished } from '../journal/replay.ts';
import type {
  Durations,
  Finding,
  Inventory,
  Money,
  Plan,
  PlanReview,
  PlanSource,
  Quote,
  SavedPlan,
  Scope,
  SealedCalendar,
} from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { type Draft, draftPlan, finishPlan } from '../plan/make-plan.ts';
import { parsePlan } from '../plan/parse/parse-plan.ts';
import { readApprovers } from '../plan/parse/read-approvers.ts';
import { PRICES_NEED_THE_PROVIDER } from '../plan/plan-findings.ts';
import { planFromRun as planFrom } from '../plan/plan-from-run.ts';
import { driftedSince } from '../plan/resolve/drifted-since.ts';
import { scopesOf, withDefaults } from '../plan/resolve/scopes.ts';
import { createFinding } from '../rules/check.ts';
import { isLoopback } from '../store/folder/claims.ts';
import { durationsOfRuns } from '../store/folder/past-durations.ts';
import { readRun } from '../store/folder/run-directory.ts';
import { readTextOrNull, userName } from './machine.ts';
import { type ReadOptions, readMeasured, readScopes } from './read-fleet.ts';
import { liveHolder } from './read-run.ts';

/** What the planner is told beside the plan. */
export interface PlanOptions extends ReadOptions {
  /** The live fleet, or a reading of it. */
  readonly from: CloudReader | { readonly inventory: Inventory; readonly source: string };
  /** For plans that name none. */
  readonly region?: string | null;
  readonly profile?: string | null;
  /** Ask the provider for the price of every step. A plan with a cost guard is always priced. */
  readonly price?: boolean;
  /** The file the saved plan will be written to, for the command to type next. */
  readonly saveAs?: string | null;
  /** Gives the text of the file that `approvals.from` names, null where there is none; else it is read from beside the plan. */
  readonly approversFrom?: (path: string) => Promise<string | null>;
  /** Who plans, and may not approve: the operating system's user, if not said otherwise. */
  readonly user?: string;
  /** How long changes take, as past runs measured it (`durationsOfRuns`); absent: an assumption, which the forecast names. */
  readonly durations?: Durations;
}

/**
 * The dry run: parses, reads, resolves, checks, prices and seals; sends nothing that changes anything.
 * @returns the findings where the text is no valid plan, else the review.
 * @throws RefitError where the provider cannot be read.
 */
export async function planFleet(
  text: string,
  file: string,
  options: PlanOptions,
): Promise<{ readonly review: PlanReview | null; readonly findings: readonly Finding[] }> {
  const { plan, findings } = parsePlan(text, file);
  if (!plan) return { review: null, findings };
  return reviewPlan(plan, options);
}

/** What a plan made from a run is told beside it. */
export interface PlanFromRunOptions extends PlanOptions {
  /** Leave out the windows and freezes of the run's plan, and the maintenance windows: it may begin at once. */
  readonly ignoreWindows?: boolean;
}

/**
 * The inverse of what a run verified (`rollback`), or what it left undone (`retry`), as a plan under review: resolved,
 * checked, priced and sealed against the live fleet like any other. It never acts by itself.
 * @param directory the run directory. @throws RefitError `locked` while a process carries the run out, and what
 * `readRun` and `planFleet` throw.
 */
export async function planFromRun(
  kind: PlanSource['kind'],
  directory: string,
  options: PlanFromRunOptions,
): Promise<PlanReview> {
  const run = await readRun(directory);
  const holder = await liveHolder(run.directory);
  if (holder !== null) {
    throw new RefitError(
      'locked',
      `${directory}: process ${holder.pid} on ${holder.host} carries the run out: what it will verify is not known yet`,
      `refit drain ${shellQuote(directory)}, or wait for its end`,
    );
  }
  const { clock = systemClock, ignoreWindows = false } = options;
  const finished = isFinished(run.state);
  const made = planFrom(kind, { ...run, directory, finished }, { now: clock.now(), ignoreWindows });
  const { review, findings } = await reviewPlan(made.plan, options, made);
  if (review !== null) return review;
  throw new Error(`internal error: a plan made from a run names no region: ${findings[0]?.message}`);
}

/** @param made what is known of a plan beside its text, where it was made from a run. */
async function reviewPlan(
  written: Plan,
  options: PlanOptions,
  made: Pick<ReturnType<typeof planFrom>, 'findings' | 'calendars'> = { findings: [], calendars: [] },
): ReturnType<typeof planFleet> {
  const { from, saveAs = null, clock = systemClock, durations, price = false } = options;
  const defaults = { region: options.region ?? null, profile: options.profile ?? null };
  const { scopes, findings } = scopesOf(written, defaults);
  if (findings.length > 0) return { review: null, findings };
  const plan = withDefaults(written, defaults);
  const { calendars: own, findings: unread } = await readCalendars(plan, clock);
  if (unread.length > 0) return { review: null, findings: unread };
  const { approvals, findings: unsealed } = await approvalsOf(plan, options);
  if (unsealed.length > 0) return { review: null, findings: unsealed };

  const isOffline = 'inventory' in from;
  const fleet = await readFor(plan, scopes, [...made.calendars, ...own], options);
  const isPriced = !isOffline && (price || plan.guards.cost !== null);
  const prices = isPriced ? await readPrices(from, fleet, scopes, options) : { quotes: null, balances: {} };
  const source = isOffline ? from.source : 'live';
  const remarks = [
    ...(isOffline && price ? [pricesAreOffline(source)] : []),
    ...fleet.notes.map((message) => createFinding('Refit.NotReadable', { message, fix: NOT_READABLE })),
  ];
  const draft = { ...fleet.draft, findings: [...made.findings, ...fleet.draft.findings, ...remarks] };
  const review = finishPlan(draft, {
    quotes: prices.quotes,
    balances: { ...fleet.inventory.balances, ...prices.balances },
    now: clock.now(),
    saveAs,
    source,
    monitorCalls: fleet.monitorCalls,
    ...given({ approvals, durations }),
  });
  return { review, findings: review.findings };
}

const NOT_READABLE = 'grant the right to read it, or go on without';

/** The fleet as far as a plan needs it, and the draft made from that. */
interface FleetReading extends InventoryReading {
  readonly draft: Draft;
  /** Calls of the monitor product that were made. */
  readonly monitorCalls: number;
}

/** Reads instances first; then, for those that the plan speaks of, the memory in use and the maintenance windows. */
async function readFor(
  plan: Plan,
  scopes: readonly Scope[],
  calendars: readonly SealedCalendar[],
  options: PlanOptions,
): Promise<FleetReading> {
  const { from, clock = systemClock, onProgress } = options;
  const draftOf = (inventory: Inventory) => draftPlan(plan, inventory, clock.now(), calendars);
  if ('inventory' in from)
    return { inventory: from.inventory, draft: draftOf(from.inventory), notes: [], monitorCalls: 0 };
  let { inventory, notes } = await readScopes(from, scopes, options);
  let draft = draftOf(inventory);
  let billedCalls = 0;
  const take = (reading: InventoryReading) => {
    inventory = reading.inventory;
    notes = [...notes, ...reading.notes];
    draft = draftOf(inventory);
  };
  if (draft.toMeasure.length > 0) {
    const ids = new Set(draft.toMeasure.map(({ id }) => id));
    const measured = await readMeasured(from, inventory, ids, options);
    billedCalls = measured.calls;
    take(measured);
  }
  if (draft.toSchedule.length > 0) {
    const ids = new Set(draft.toSchedule.map(({ id }) => id));
    const done = (read: number) => onProgress?.('maintenance windows read', read, ids.size);
    take(await readWindows(from, inventory, ids, done));
  }
  return { inventory, draft, notes, monitorCalls: billedCalls };
}

/** The price of each step, and what the accounts hold. */
async function readPrices(
  reader: CloudReader,
  { draft }: FleetReading,
  scopes: readonly Scope[],
  { onProgress }: PlanOptions,
): Promise<{ readonly quotes: Quotes; readonly balances: Readonly<Record<string, Money>> }> {
  const quotes: Quotes = new Map();
  const limit = pLimit(20);
  await Promise.all(
    draft.toPrice.map((question) =>
      limit(async () => {
        const { kind: _, ...answer } = await reader.price(question);
        quotes.set(question.step, answer);
        onProgress?.('prices read', quotes.size, draft.toPrice.length);
      }),
    ),
  );
  const balances: Record<string, Money> = {};
  for (const scope of new Map(scopes.map((one) => [one.profile, one])).values()) {
    const balance = await reader.describeBalance(scope);
    if (balance) balances[scope.profile] = balance;
  }
  return { quotes, balances };
}

type Quotes = Map<string, Quote | { code: string; message: string; requestId: string | null }>;

/**
 * Reads the instances of a saved plan again, by one call a thousand of them, and what is sold for them.
 * @param file where the saved plan lies. @returns a warning for each that is no longer as the plan wants it.
 * @throws RefitError where the provider cannot be read.
 */
export async function findDrift(
  saved: SavedPlan,
  file: string,
  { from, clock = systemClock }: { readonly from: CloudReader; readonly clock?: Clock },
): Promise<readonly Finding[]> {
  const scopes = saved.preconditions.map(({ region, profile }) => ({ region, profile }));
  return driftedSince(saved, file, (await readInventory(from, scopes, clock)).inventory);
}

/** Who may approve, read from beside the plan or as the run had it; nothing where it wants no approvals. */
async function approvalsOf(
  { approvals, owner, file: plan }: Plan,
  { approversFrom = readTextOrNull, user = userName() }: PlanOptions,
): Promise<Partial<ReturnType<typeof readApprovers>> & { findings: readonly Finding[] }> {
  if (!approvals) return { findings: [] };
  const authors = [...new Set([...(owner === null ? [] : [owner]), user])];
  if ('approvers' in approvals) return { approvals: { ...approvals, authors }, findings: [] };
  const file = isAbsolute(approvals.from) ? approvals.from : join(dirname(plan), approvals.from);
  return readApprovers(approvals, { text: await approversFrom(file), file, authors });
}

/** What a plan's calendar files, which lie beside it, say of the coming year. Without such files it reads nothing. */
export async function readCalendars(
  plan: Pick<Plan, 'file' | 'windows'>,
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<{ readonly calendars: readonly SealedCalendar[]; readonly findings: readonly Finding[] }> {
  if (!plan.windows || plan.windows.calendars.length === 0) return { calendars: [], findings: [] };
  // Loaded only where there is a calendar to read.
  const { sealCalendars } = await import('../plan/windows/calendar-file.ts');
  const textIn = async (file: string) => readTextOrNull(join(dirname(plan.file), file)).catch(() => null);
  return sealCalendars(plan, clock.now(), textIn);
}

/**
 * How long changes took in past runs against the same kind of provider: the real one, or a simulated one on this machine.
 * @param path a folder of runs, a run or a report; left out: `runs` in this folder, where there need be none.
 * @throws RefitError `usage` where the named path holds no run.
 */
export function pastDurations(path: string | undefined, endpoint: string | undefined): Promise<Durations> {
  const simulated = endpoint !== undefined && isLoopback(endpoint);
  return durationsOfRuns(path ?? 'runs', { named: path !== undefined, simulated });
}

function pricesAreOffline(source: string): Finding {
  const message = `prices were asked for, and this plan is made offline from ${source}: prices come from the provider alone`;
  return createFinding('Refit.PriceOffline', { message, fix: PRICES_NEED_THE_PROVIDER });
}
