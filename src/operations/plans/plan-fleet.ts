import { dirname, isAbsolute, join } from 'node:path';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { type InventoryReading, readInventory, readWindows } from '../../cloud/read-inventory.ts';
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { isFinished } from '../../journal/replay.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type {
  Durations,
  FileText,
  Finding,
  FleetUse,
  Inventory,
  Money,
  Plan,
  PlanReview,
  PlanSource,
  Policy,
  Quote,
  SavedPlan,
  Scope,
  SealedCalendar,
} from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { type Draft, draftPlan, finishPlan, pricesToRequest } from '../../plan/make-plan.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { readApprovers } from '../../plan/parse/read-approvers.ts';
import { readAddresses } from '../../plan/parse/terraform-state.ts';
import { planFromRun as planFrom } from '../../plan/plan-from-run.ts';
import { driftedSince } from '../../plan/resolve/drifted-since.ts';
import { scopesOf, withDefaults } from '../../plan/resolve/scopes.ts';
import { useQuestionsOf } from '../../plan/resolve/use-questions.ts';
import type { PolicySubject } from '../../policy/judge-policy.ts';
import { withPolicy } from '../../policy/review-policy.ts';
import { NO_POLICY } from '../../policy/tighten.ts';
import { createFinding } from '../../rules/check.ts';
import { mustBeTrusted, whyNotTrusted } from '../../run/judge-adoption.ts';
import type { RunReader } from '../../store/ports.ts';
import { type ReadNamed, readNamedText, userName } from '../machine.ts';
import { plannedSubject } from '../policy-subject.ts';
import { findElsewhere, type ReadOptions, readMeasured, readScopes } from '../read-fleet.ts';
import { readerAt } from '../runs/open-runs.ts';
import { type PlanHistory, readUse } from './read-use.ts';

/** What the planner needs besides the plan. */
export interface PlanOptions extends ReadOptions {
  /** The live fleet, or an inventory. */
  readonly from: CloudReader | { readonly inventory: Inventory; readonly source: string };
  /** For plans without their own. */
  readonly region?: string | null;
  readonly profile?: string | null;
  /** Ask the provider for the price of every step. Refit always prices a plan with a cost guard. */
  readonly price?: boolean;
  /** Also read the memory in use of instances that grow, so that the review knows whether a rollback is possible. */
  readonly used?: boolean;
  /** The file for the saved plan, used in the next command. */
  readonly saveAs?: string | null;
  /** Reads the files beside the plan that it names; default: wherever they are. */
  readonly readNamed?: ReadNamed;
  /** Reads the file of `approvals.from`, null if it is missing; default: as `readNamed` does. */
  readonly approversFrom?: (path: string) => Promise<FileText>;
  /** The author, who may not approve; default: the user of the operating system. */
  readonly user?: string;
  /** Measured durations of past changes (`durationsOfRuns`); absent: an assumption, which the forecast names. */
  readonly durations?: Durations;
  /** The history of use, for plans that select or size by it; absent: use is not known. */
  readonly history?: PlanHistory;
  /** What the person who applies demands; absent: nothing. */
  readonly policy?: Policy;
  /** Receives what a policy judges, also if the plan is blocked. */
  readonly onJudge?: (subject: PolicySubject) => void;
  /** Called with the instances that the plan was made from. */
  readonly onFleet?: (inventory: Pick<Inventory, 'instances'>) => void;
}

/**
 * The dry run: parses, reads, resolves, checks, prices and seals. It changes nothing.
 * @returns the review, or only findings if the text is not a valid plan.
 * @throws RefitError if the provider cannot be read.
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

/** What a plan from a run needs besides the run. */
export interface PlanFromRunOptions extends PlanOptions {
  /** Drop windows, freezes and maintenance windows of the run's plan, so that it can start immediately. */
  readonly ignoreWindows?: boolean;
  /** Plans also from a run that this user's state does not vouch for. The review names that. */
  readonly adopt?: boolean;
  /** The state that must know a run directory; default: from the environment. */
  readonly stateDirectory?: string;
}

/**
 * Plans the inverse of the verified steps of a run (`rollback`), or its unfinished steps (`retry`). Refit resolves,
 * checks, prices and seals this plan against the live fleet like any other. It changes nothing.
 * @param target the run, or its directory. @throws RefitError `run-unknown` or `journal-broken` if the store does not vouch
 * for the run, `locked` while the run has a live process, and what
 * `RunReader.read` and `planFleet` throw.
 */
export async function planFromRun(
  kind: PlanSource['kind'],
  target: RunReader | string,
  options: PlanFromRunOptions,
): Promise<PlanReview> {
  const { adopt = false, stateDirectory } = options;
  const reader = typeof target === 'string' ? readerAt(target, given({ stateDirectory })) : target;
  const { name } = reader;
  const run = await reader.read();
  if (!adopt) mustBeTrusted(run, `refit ${kind} ${shellQuote(name)}`, true);
  const holder = await reader.holder();
  if (holder !== null) {
    throw refitError(
      'locked',
      message('error.still-running', {
        ...{ name, pid: holder.pid, host: holder.host },
        command: `refit drain ${shellQuote(name)}`,
      }),
    );
  }
  const { clock = systemClock, ignoreWindows = false } = options;
  const finished = isFinished(run.state);
  const notTrusted = whyNotTrusted(run.trust);
  const made = planFrom(
    kind,
    { ...run, directory: name, finished, notTrusted },
    { now: clock.now(), ignoreWindows },
  );
  const { review, findings } = await reviewPlan(made.plan, options, made);
  if (review !== null) return review;
  throw new Error(`internal error: a plan made from a run names no region: ${findings[0]?.message}`);
}

/** @param made findings and calendars of a plan that was made from a run. */
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
  const { calendars: own, findings: unread } = await readCalendars(plan, clock, options.readNamed);
  if (unread.length > 0) return { review: null, findings: unread };
  const { approvals, findings: unsealed } = await approvalsOf(plan, options);
  if (unsealed.length > 0) return { review: null, findings: unsealed };
  const { addresses, findings: stateless } = await addressesOf(plan, options.readNamed);
  if (stateless.length > 0) return { review: null, findings: stateless };

  const isOffline = 'inventory' in from;
  const fleet = await readFor(plan, scopes, [...made.calendars, ...own], options);
  const isPriced = !isOffline && (price || plan.guards.cost !== null);
  const prices = isPriced ? await readPrices(from, fleet, scopes, options) : { quotes: null, balances: {} };
  const source = isOffline ? from.source : 'live';
  const remarks = [
    ...(isOffline && price ? [pricesAreOffline(source)] : []),
    ...fleet.notes.map((note) => createFinding('Refit.NotReadable', note)),
  ];
  const draft = { ...fleet.draft, findings: [...made.findings, ...fleet.draft.findings, ...remarks] };
  const beforePolicy = finishPlan(draft, {
    quotes: prices.quotes,
    balances: { ...fleet.inventory.balances, ...prices.balances },
    now: clock.now(),
    saveAs,
    source,
    monitorCalls: fleet.monitorCalls,
    ...given({ approvals, durations, terraform: addresses }),
  });
  const endpoint = isOffline ? null : from.endpoint;
  const subject = plannedSubject(beforePolicy.plan, fleet.inventory, { now: clock.now(), endpoint });
  options.onJudge?.(subject);
  options.onFleet?.(fleet.inventory);
  const review = withPolicy(beforePolicy, options.policy ?? NO_POLICY, subject, saveAs);
  return { review, findings: review.findings };
}

/** The part of the fleet that a plan needs, and the draft made from it. */
interface FleetReading extends InventoryReading {
  readonly draft: Draft;
  /** How many calls of the monitor product Refit made. */
  readonly monitorCalls: number;
}

/** Reads instances; then, for instances of the plan, the memory in use and the maintenance windows. */
async function readFor(
  plan: Plan,
  scopes: readonly Scope[],
  calendars: readonly SealedCalendar[],
  options: PlanOptions,
): Promise<FleetReading> {
  const { from, clock = systemClock, onProgress } = options;
  let use: FleetUse | undefined;
  const draftOf = (inventory: Inventory) => draftPlan(plan, inventory, clock.now(), calendars, use);
  const withUse = async (first: Draft): Promise<Draft> => {
    if (first.toLookUp.length === 0 || options.history === undefined) return first;
    use = await readUse(first.toLookUp, useQuestionsOf(plan), options.history, { clock });
    return draftOf(first.inventory);
  };
  if ('inventory' in from) {
    const { inventory } = from;
    return { inventory, draft: await withUse(draftOf(inventory)), notes: [], monitorCalls: 0 };
  }
  let { inventory, notes } = await readScopes(from, scopes, options);
  let draft = await withUse(draftOf(inventory));
  const elsewhere = await findElsewhere(from, draft);
  if (elsewhere.length > 0) {
    inventory = { ...inventory, elsewhere };
    draft = draftOf(inventory);
  }
  let billedCalls = 0;
  const apply = (reading: InventoryReading) => {
    inventory = reading.inventory;
    notes = [...notes, ...reading.notes];
    draft = draftOf(inventory);
  };
  const grown = options.used ? draft.routes.filter(mayNotGoBack).map(({ target }) => target.instance) : [];
  const ids = new Set([...draft.toMeasure, ...grown].map(({ id }) => id));
  if (ids.size > 0) {
    const measured = await readMeasured(from, inventory, ids, options);
    billedCalls = measured.calls;
    apply(measured);
  }
  if (draft.toSchedule.length > 0) {
    const ids = new Set(draft.toSchedule.map(({ id }) => id));
    const done = (read: number) => onProgress?.('maintenance windows read', read, ids.size);
    apply(await readWindows(from, inventory, ids, done));
  }
  return { inventory, draft, notes, monitorCalls: billedCalls };
}

/** Whether the memory in use decides if the instance could go back to its size before the run. */
function mayNotGoBack({ legs }: Draft['routes'][number]): boolean {
  return legs.some(({ change }) => change.dimension !== 'replicas' && change.to > change.from);
}

/** The price of each step, and the balance of each account. */
async function readPrices(
  reader: CloudReader,
  { draft }: FleetReading,
  scopes: readonly Scope[],
  { onProgress }: PlanOptions,
): Promise<{ readonly quotes: Quotes; readonly balances: Readonly<Record<string, Money>> }> {
  const quotes: Quotes = new Map();
  const limit = pLimit(20);
  const questions = pricesToRequest(draft);
  await Promise.all(
    questions.map((question) =>
      limit(async () => {
        const { kind: _, ...answer } = await reader.price(question);
        quotes.set(question.step, answer);
        onProgress?.('prices read', quotes.size, questions.length);
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
 * Reads the instances of a saved plan again, with one call for each thousand, and the catalogue.
 * @param file the path of the saved plan. @returns a warning for each instance that has changed since the plan.
 * @throws RefitError if the provider cannot be read.
 */
export async function findDrift(
  saved: SavedPlan,
  file: string,
  { from, clock = systemClock }: { readonly from: CloudReader; readonly clock?: Clock },
): Promise<readonly Finding[]> {
  const scopes = saved.preconditions.map(({ region, profile }) => ({ region, profile }));
  return driftedSince(saved, file, (await readInventory(from, scopes, clock)).inventory);
}

/** The approvers, from the approvers file or from the run; empty if the plan needs no approval. */
async function approvalsOf(
  { approvals, owner, file: plan }: Plan,
  {
    readNamed = readNamedText,
    approversFrom = (path) => readNamed(path, 'approvers'),
    user = userName(),
  }: PlanOptions,
): Promise<Partial<ReturnType<typeof readApprovers>> & { findings: readonly Finding[] }> {
  if (!approvals) return { findings: [] };
  const authors = [...new Set([...(owner === null ? [] : [owner]), user])];
  if ('approvers' in approvals) return { approvals: { ...approvals, authors }, findings: [] };
  const file = isAbsolute(approvals.from) ? approvals.from : join(dirname(plan), approvals.from);
  return readApprovers(approvals, { text: await approversFrom(file), file, authors });
}

/** The addresses in the Terraform state that the plan names, or in the plan of the run; null without a state. */
async function addressesOf(
  { terraform, file: plan }: Plan,
  readNamed: ReadNamed = readNamedText,
): Promise<{
  readonly addresses: ReadonlyMap<string, string> | null;
  readonly findings: readonly Finding[];
}> {
  if (terraform === undefined) return { addresses: null, findings: [] };
  if ('addresses' in terraform) return { addresses: terraform.addresses, findings: [] };
  const { from, location } = terraform;
  const file = isAbsolute(from) ? from : join(dirname(plan), from);
  const refuse = (problem: string | null) => {
    const text = message('terraform.unreadable', { from, problem });
    return { addresses: null, findings: [createFinding('Refit.BadValue', text, null, location)] };
  };
  const text = await readNamed(file, 'terraform-state');
  if (typeof text !== 'string') return refuse(text?.refused ?? null);
  try {
    return { addresses: readAddresses(text, from), findings: [] };
  } catch (error) {
    if (error instanceof RefitError) return refuse(error.message);
    throw error;
  }
}

/** Reads the calendar files of a plan for the coming year. Their paths are relative to the plan. */
export async function readCalendars(
  plan: Pick<Plan, 'file' | 'windows'>,
  clock: Pick<Clock, 'now'> = systemClock,
  readNamed: ReadNamed = readNamedText,
): Promise<{ readonly calendars: readonly SealedCalendar[]; readonly findings: readonly Finding[] }> {
  if (!plan.windows || plan.windows.calendars.length === 0) return { calendars: [], findings: [] };
  // Loaded only if there is a calendar to read.
  const { sealCalendars } = await import('../../plan/windows/calendar-file.ts');
  const textIn = async (file: string) => readNamed(join(dirname(plan.file), file), 'calendar');
  return sealCalendars(plan, clock.now(), textIn);
}

function pricesAreOffline(source: string): Finding {
  return createFinding('Refit.PriceOffline', message('saved-plan.prices-offline', { source }));
}
