/**
 * The library's front door, and the place where the parts are joined: the provider to the planner, the saved plan to
 * the executor. The command line goes through here too.
 */
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import pLimit from 'p-limit';
import { type Clock, systemClock } from './clock.ts';
import { askUrl, type UrlAnswer } from './cloud/ask-url.ts';
import { openCloud, openReader } from './cloud/client.ts';
import type { Cloud, CloudReader } from './cloud/cloud.ts';
import { findCredentials } from './cloud/credentials.ts';
import { type Examination, examine as examineCloud } from './cloud/examine.ts';
import type { CredentialsOf } from './cloud/fresh-keys.ts';
import { endpointFromEnvironment } from './cloud/hosts.ts';
import { openHttp } from './cloud/http.ts';
import { openPermits, type Permits } from './cloud/permits.ts';
import { proxyFromEnvironment } from './cloud/proxy.ts';
import { monitorCalls, readInventory, readUsed } from './cloud/read-inventory.ts';
import { readWindows } from './cloud/read-windows.ts';
import { nonces } from './cloud/sign-v1.ts';
import { signatureFrom } from './cloud/signature.ts';
import type { Transport } from './cloud/transport.ts';
import { RefitError } from './errors.ts';
import { isFinished } from './journal.ts';
import type {
  Durations,
  Finding,
  Inventory,
  JournalEntry,
  Money,
  Plan,
  PlanSource,
  Quote,
  Report,
  Review,
  SavedPlan,
  Scope,
  SealedCalendar,
  SteerCommand,
  Steerer,
} from './model.ts';
import { driftedSince } from './plan/drifted-since.ts';
import { ASSUMED_DURATIONS, evenDurations } from './plan/durations.ts';
import { PRICES_NEED_THE_PROVIDER } from './plan/guards.ts';
import { draftPlan, finishPlan } from './plan/make-plan.ts';
import { word } from './plan/next-command.ts';
import { parsePlan } from './plan/parse-plan.ts';
import { planFromRun as planFrom } from './plan/plan-from-run.ts';
import { readApprovers } from './plan/read-approvers.ts';
import { scopesOf, withDefaults } from './plan/scopes.ts';
import {
  type ReportFormat,
  type ReportOptions,
  renderReport as renderReportAs,
} from './report/render-report.ts';
import {
  type ReviewFormat,
  type ReviewOptions,
  renderReview as renderReviewAs,
} from './report/render-review.ts';
import { say } from './rules/check.ts';
import { count } from './rules/say-size.ts';
import { type ApplyEnd, type Approval, applyPlan as applyInDirectory } from './run/apply.ts';
import { applyAgain } from './run/apply-again.ts';
import { askToSteer } from './run/ask-run.ts';
import { beginCallCounter, type CallCounter } from './run/call-counter.ts';
import { isAlive, readHolder } from './run/lock.ts';
import { type ReconcileEnd, reconcileInDirectory } from './run/reconcile-run.ts';
import type { Rehearsal } from './run/rehearse-plan.ts';
import { commandRunner } from './run/run-command.ts';
import { RUN_FILES, readRun } from './run/run-directory.ts';
import type { Standing } from './run/standing.ts';
import type { SteerAnswer } from './run/steering.ts';
import { VERSION } from './version.ts';

export type { Clock } from './clock.ts';
export type { Cloud, CloudReader } from './cloud/cloud.ts';
export type { Examination, Right } from './cloud/examine.ts';
export { discoverRegions, readInventory } from './cloud/read-inventory.ts';
export { type ErrorCode, RefitError } from './errors.ts';

export { replay, totals } from './journal.ts';
export type * from './model.ts';
export { decodePlan } from './plan/decode-plan.ts';
export { explainCode, explainInstance } from './plan/explain.ts';
export { parsePlan } from './plan/parse-plan.ts';
export { encodeSavedPlan, readSavedPlan } from './plan/seal.ts';
export { buildReport } from './report/build-report.ts';
export { type CloudEvent, cloudEvents } from './report/cloud-events.ts';
export { diffPlans, type PlanDiff } from './report/plan-diff.ts';
export { PLAN_DIFF_FORMATS, type PlanDiffFormat, renderPlanDiff } from './report/render-plan-diff.ts';
export { REPORT_FORMATS, type ReportFormat } from './report/render-report.ts';
export { REVIEW_FORMATS, type ReviewFormat } from './report/render-review.ts';
export type { ApplyEnd, Approval } from './run/apply.ts';
export { durationsOfRuns } from './run/past-durations.ts';
export type { ReconciledStep, ReconcileEnd } from './run/reconcile-run.ts';
export type { Rehearsal } from './run/rehearse-plan.ts';
export { readRun } from './run/run-directory.ts';
export type { Standing } from './run/standing.ts';
export type { SteerAnswer } from './run/steering.ts';
export { VERSION } from './version.ts';

/** Where the provider is, and who asks. */
export interface ConnectOptions {
  /** One base URL for every product of the provider; null = the provider's own hosts. Plain http only to loopback. */
  readonly endpoint?: string | null;
  /**
   * `HmacSHA256` or `HmacSHA1` for the older signature, where a gateway lets no other through; null = what
   * `REFIT_SIGNATURE` names, else `TC3-HMAC-SHA256`.
   */
  readonly signature?: string | null;
  /** The environment in which credentials, a proxy and a root domain are looked for, `process.env` as a rule. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls a second for each action and identity, up to the provider's 20. */
  readonly requestsPerSecond?: number;
  readonly clock?: Clock;
  /** Another way to the network, for tests. */
  readonly transport?: Transport;
}

/** The provider for a run: it can order. What reads and orders through one connection is counted together. */
export interface Connection {
  readonly cloud: Cloud;
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Asks an address by GET, unsigned, by the same network. */
  readonly askUrl: (url: string, timeout: number) => Promise<UrlAnswer>;
  /** Where locks and the register of plans carried out live, by the environment that was given. */
  readonly stateDirectory: string;
  /** The way to the network, and the environment that was given: what those who are told of a run are reached by. */
  readonly transport: Transport;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Releases the network: a program that forgets it stays alive for some seconds. */
  close(): Promise<void>;
}

function joinParts(options: ConnectOptions) {
  const clock = options.clock ?? systemClock;
  const permits = openPermits(clock, options.requestsPerSecond ?? 18);
  const calls = beginCallCounter();
  const env = options.env;
  const transport = options.transport ?? openHttp({ proxy: proxyFromEnvironment(env) });
  const endpoint = options.endpoint ?? endpointFromEnvironment(env);
  const signature = { name: signatureFrom(options.signature ?? null, env), nonce: nonces(Math.random) };
  const home = env.HOME || homedir();
  const cloudOptions = {
    transport,
    clock,
    credentials: ((profile, before) =>
      findCredentials(
        { env, readFile: textOf, home, profile, transport, clock, endpoint, signature },
        before,
      )) satisfies CredentialsOf,
    endpoint,
    signature,
    permits,
    onCall: calls.add,
    jitter: Math.random,
  };
  return {
    cloudOptions,
    joint: { permits, calls, clock, stateDirectory: stateDirectoryOf(env), transport, env },
  };
}

/** Reaches the provider for planning: the client that comes back has no way to order. */
export function connectReader(options: ConnectOptions): CloudReader {
  return openReader(joinParts(options).cloudOptions);
}

/** Reaches the provider for a run. */
export function connect(options: ConnectOptions): Connection {
  const { cloudOptions, joint } = joinParts(options);
  const cloud = openCloud(cloudOptions);
  return {
    ...joint,
    cloud,
    askUrl: (url, timeout) => askUrl(cloudOptions.transport, url, timeout),
    close: () => cloud.close(),
  };
}

/** Who one is at the provider, and what one may: reads alone, each once. @throws RefitError where no keys are found. */
export async function examine(options: ConnectOptions, scope: Scope): Promise<Examination> {
  const { cloudOptions } = joinParts(options);
  try {
    return await examineCloud({ ...cloudOptions, scope, proxy: proxyFromEnvironment(options.env) });
  } finally {
    await cloudOptions.transport.close();
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null;
    throw error;
  }
}

/** What the planner is told beside the plan. */
export interface PlanOptions {
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
  readonly clock?: Clock;
  /** Told what is being read, as numbers grow. */
  readonly onProgress?: (what: string, done: number, of: number) => void;
  /** Told before calls are made that may be billed: how many, and what for. */
  readonly onNotice?: (what: string) => void;
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
): Promise<{ readonly review: Review | null; readonly findings: readonly Finding[] }> {
  const { plan, findings } = parsePlan(text, file);
  if (!plan) return { review: null, findings };
  const reviewed = await reviewPlan(plan, options);
  return 'review' in reviewed
    ? { ...reviewed, findings: reviewed.review.findings }
    : { review: null, ...reviewed };
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
): Promise<Review> {
  const run = await readRun(directory);
  const holder = await readHolder(join(run.directory, RUN_FILES.lock));
  if (holder !== null && (await isAlive(holder, hostname()))) {
    throw new RefitError(
      'locked',
      `${directory}: process ${holder.pid} on ${holder.host} carries the run out: what it will verify is not known yet`,
      `refit drain ${word(directory)}, or wait for its end`,
    );
  }
  const { saved, state } = run;
  const { clock = systemClock, ignoreWindows = false } = options;
  const made = planFrom(
    kind,
    { directory, saved, state, finished: isFinished(state) },
    { now: clock.now(), ignoreWindows },
  );
  const reviewed = await reviewPlan(made.plan, options, made);
  if ('review' in reviewed) return reviewed.review;
  throw new Error(`internal error: a plan made from a run names no region: ${reviewed.findings[0]?.what}`);
}

async function reviewPlan(
  written: Plan,
  options: PlanOptions,
  made: {
    readonly findings: readonly Finding[];
    readonly calendars: readonly SealedCalendar[];
  } | null = null,
): Promise<{ review: Review } | { findings: readonly Finding[] }> {
  const { from, saveAs = null, clock = systemClock, onProgress, onNotice } = options;
  const defaults = { region: options.region ?? null, profile: options.profile ?? null };
  const { scopes, findings } = scopesOf(written, defaults);
  if (findings.length > 0) return { findings };
  const plan = withDefaults(written, defaults);
  const { calendars: read, findings: unread } = await readCalendars(plan, clock);
  if (unread.length > 0) return { findings: unread };
  const calendars = [...(made?.calendars ?? []), ...read];
  const sealed = await approvalsOf(plan, options);
  if (sealed.findings.length > 0) return { findings: sealed.findings };
  const reader = 'inventory' in from ? null : from;
  const priced = options.price === true || plan.guards.cost !== null;

  let notes: readonly string[] = [];
  let inventory: Inventory;
  if ('inventory' in from) inventory = from.inventory;
  else {
    const reading = await readInventory(from, scopes, clock, {
      onProgress: ({ scopes: done, of }) => onProgress?.('regions read', done, of),
    });
    inventory = reading.inventory;
    notes = reading.notes;
  }
  let draft = draftPlan(plan, inventory, clock.now(), calendars);
  let billedCalls = 0;
  if (reader && draft.toMeasure.length > 0) {
    const ids = new Set(draft.toMeasure.map(({ id }) => id));
    billedCalls = monitorCalls(inventory, ids);
    onNotice?.(sayMonitorCalls(billedCalls, ids.size));
    onProgress?.('instances measured', 0, ids.size);
    const reading = await readUsed(reader, inventory, ids);
    onProgress?.('instances measured', ids.size, ids.size);
    inventory = reading.inventory;
    notes = [...notes, ...reading.notes];
    draft = draftPlan(plan, inventory, clock.now(), calendars);
  }
  if (reader && draft.toSchedule.length > 0) {
    const ids = new Set(draft.toSchedule.map(({ id }) => id));
    const reading = await readWindows(reader, inventory, ids, (read) =>
      onProgress?.('maintenance windows read', read, ids.size),
    );
    inventory = reading.inventory;
    notes = [...notes, ...reading.notes];
    draft = draftPlan(plan, inventory, clock.now(), calendars);
  }
  let quotes: Map<string, Quote | { code: string; message: string; requestId: string | null }> | null = null;
  const balances: Record<string, Money> = { ...inventory.balances };
  if (reader && priced) {
    const asked = new Map<string, Quote | { code: string; message: string; requestId: string | null }>();
    const limit = pLimit(20);
    await Promise.all(
      draft.toPrice.map((question) =>
        limit(async () => {
          const { kind: _, ...answer } = await reader.price(question);
          asked.set(question.step, answer);
          onProgress?.('prices read', asked.size, draft.toPrice.length);
        }),
      ),
    );
    quotes = asked;
    for (const scope of new Map(scopes.map((one) => [one.profile, one])).values()) {
      const balance = await reader.describeBalance(scope);
      if (balance) balances[scope.profile] = balance;
    }
  }
  const source = 'inventory' in from ? from.source : 'live';
  const remarks = notes.map((what) => ({
    code: 'Refit.NotReadable',
    severity: 'note' as const,
    what,
    mend: 'grant the right to read it, or go on without',
    place: null,
    excerpt: null,
    instance: null,
  }));
  const offline = reader === null && options.price === true ? [pricesAreOffline(source)] : [];
  const noted = {
    ...draft,
    findings: [...(made?.findings ?? []), ...draft.findings, ...offline, ...remarks],
  };
  const { approvals } = sealed;
  const finish = { quotes, balances, now: clock.now(), saveAs, source, monitorCalls: billedCalls };
  return {
    review: finishPlan(noted, {
      ...finish,
      ...(approvals ? { approvals } : {}),
      ...(options.durations ? { durations: options.durations } : {}),
    }),
  };
}

/**
 * Reads the instances of a saved plan again, by one call a thousand of them, and what is sold for them.
 * @param file where the saved plan lies. @returns a warning for each that is no longer as the plan wants it.
 * @throws RefitError where the provider cannot be read.
 */
export async function lookAgain(
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
  { approversFrom = textOf, user = userName() }: PlanOptions,
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
  const { sealCalendars } = await import('./plan/calendar-file.ts');
  const textIn = async (file: string) => textOf(join(dirname(plan.file), file)).catch(() => null);
  return sealCalendars(plan, clock.now(), textIn);
}

function pricesAreOffline(source: string): Finding {
  const what = `prices were asked for, and this plan is made offline from ${source}: prices come from the provider alone`;
  return say('Refit.PriceOffline', { what, mend: PRICES_NEED_THE_PROVIDER }, null, null);
}

/** What the calls of the monitor product are for: they are told before they are made. Source: facts §2.7, read 2026-11. */
export function sayMonitorCalls(calls: number, instances: number): string {
  return `reading the memory in use of ${count(instances, 'instance')}: ${count(calls, 'call')} of the monitor product (GetMonitorData), which bills calls beyond 1,000,000 a month`;
}

/** What carrying a plan out needs beside the plan. */
export interface ApplyOptions {
  readonly connection: Connection;
  /** Who approved it, and how. Asked once, before anything is ordered; null = not approved. */
  readonly approve: (saved: SavedPlan) => Promise<Approval | null>;
  /** The saved plan's path: where it wants approvals, they are looked for beside it, and in the run directory. */
  readonly savedFile?: string;
  /** The run directory; without it the newest unfinished run of this plan below `runsRoot`, or a new one. */
  readonly runDirectory?: string | null;
  /** Refused where the run's journal has another number of entries: somebody else has gone on with it. */
  readonly atEntry?: number;
  /** `runs` */
  readonly runsRoot?: string;
  /** Where locks and the register of plans carried out live, if not where the connection says. */
  readonly stateDirectory?: string;
  /** Aborted to drain: nothing new starts, what is under way is followed to its end. */
  readonly drain?: AbortSignal;
  /** Aborted to leave at once; the same call goes on later. */
  readonly leave?: AbortSignal;
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Told once how to ask the run how it stands beside its journal: what it waits for, and how fast it may go now. */
  readonly onLive?: (standing: () => Standing) => void;
  /** Told once where something is missing that the run goes on without, such as its control socket. */
  readonly onNotice?: (what: string) => void;
  /** Run the commands of the plan's hooks and gates, as this user. Without it a plan that has some is refused. */
  readonly allowHooks?: boolean;
}

/**
 * Carries a saved plan out, or goes on where an earlier call stopped; leaves journal and reports in the run directory.
 * @throws RefitError, see `run/apply.ts`.
 */
export function applySavedPlan(saved: SavedPlan, options: ApplyOptions): Promise<ApplyEnd> {
  const { connection, approve } = options;
  const never = new AbortController().signal;
  const allowHooks = options.allowHooks ?? false;
  const runCommand = commandRunner(connection.clock, connection.env);
  return applyInDirectory({
    saved,
    runsRoot: options.runsRoot ?? 'runs',
    runDirectory: options.runDirectory ?? null,
    ...(options.atEntry === undefined ? {} : { atEntry: options.atEntry }),
    stateDirectory: options.stateDirectory ?? connection.stateDirectory,
    cloudFor: () => connection.cloud,
    permits: connection.permits,
    calls: connection.calls,
    clock: connection.clock,
    drain: options.drain ?? never,
    leave: options.leave ?? never,
    by: { user: userName(), host: hostname(), pid: process.pid },
    endpoint: connection.cloud.endpoint,
    version: VERSION,
    gates: { askUrl: connection.askUrl, ...(allowHooks ? { runCommand } : {}) },
    async approve() {
      await mustAnswer(connection.cloud, saved);
      return approve(saved);
    },
    ...(options.savedFile === undefined ? {} : { savedFile: options.savedFile }),
    outside: { allowHooks, runCommand, env: connection.env, transport: connection.transport },
    ...(options.onStart ? { onStart: options.onStart } : {}),
    ...(options.onEntry ? { onEntry: options.onEntry } : {}),
    ...(options.onLive ? { onLive: options.onLive } : {}),
    ...(options.onNotice ? { onNotice: options.onNotice } : {}),
  });
}

/** What a reconcile needs beside the run directory. */
export interface ReconcileOptions extends ConnectOptions {
  /** Where locks live, if not where the environment says. */
  readonly stateDirectory?: string;
  /** Aborted to leave at once; its reason is the exit code. */
  readonly leave?: AbortSignal;
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
}

/**
 * Settles by reading what is unknown of a run, and follows what had landed to its end. The client that it makes for
 * itself has no way to order; no step is started.
 * @throws RefitError, see `run/reconcile-run.ts`.
 */
export async function reconcileRun(directory: string, options: ReconcileOptions): Promise<ReconcileEnd> {
  const { requestsPerSecond } = (await readRun(directory)).saved.execution;
  const { cloudOptions, joint } = joinParts({ requestsPerSecond, ...options });
  const reader = openReader(cloudOptions);
  try {
    return await reconcileInDirectory({
      directory,
      stateDirectory: options.stateDirectory ?? joint.stateDirectory,
      cloudFor: () => reader,
      calls: joint.calls,
      clock: joint.clock,
      leave: options.leave ?? new AbortController().signal,
      by: { user: userName(), host: hostname(), pid: process.pid },
      endpoint: reader.endpoint,
      version: VERSION,
      ...(options.onStart ? { onStart: options.onStart } : {}),
      ...(options.onEntry ? { onEntry: options.onEntry } : {}),
    });
  } finally {
    // Left at once, nobody waits for answers that may never come.
    if (!options.leave?.aborted) await reader.close();
  }
}

/** How a saved plan is rehearsed. */
export interface RehearseOptions {
  /** What goes wrong, as `refit simulate --fault` takes it. */
  readonly faults?: readonly string[];
  /** How many runs, each from a seed of its own: 5. */
  readonly seeds?: number;
  /** The first of them: 1. */
  readonly seed?: number;
  /** How long changes take, milliseconds; left out: as the plan's forecast has it. */
  readonly duration?: readonly [number, number];
  /** From an accepted order to its begin, and how long after its end an instance refuses orders, milliseconds. */
  readonly startLag?: readonly [number, number];
  readonly lockTail?: readonly [number, number];
  /** Told after each run. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * The same saved plan by the same executor against the simulated provider in virtual time: when it is likely to end, and
 * what faults do to it. From the saved plan alone: no network, no keys, no files. The same seeds give the same report.
 * @throws RefitError `usage` for a fault that nobody knows, or of which a rehearsal has nothing to strike.
 */
export async function rehearseSavedPlan(saved: SavedPlan, options: RehearseOptions = {}): Promise<Rehearsal> {
  // Loaded only where somebody rehearses.
  const [{ openRehearsal }, { callerOver }, { rehearsePlan }] = await Promise.all([
    import('./simulator/rehearsal.ts'),
    import('./cloud/gateway-caller.ts'),
    import('./run/rehearse-plan.ts'),
  ]);
  const { duration, faults = [], seeds = 5, seed = 1, onProgress } = options;
  const durations = duration
    ? evenDurations(duration, 'as it was asked for')
    : (saved.forecast.time?.durations ?? ASSUMED_DURATIONS);
  const rehearsal = openRehearsal(saved, {
    ...options,
    faults,
    durations,
    measured: duration === undefined,
  });
  return rehearsePlan({
    saved,
    faults,
    seeds: { first: seed, count: seeds },
    durations,
    assumed: rehearsal.assumed,
    providerFor: (run) => (clock) => callerOver(rehearsal.gatewayFor(run, clock), clock),
    chanceFor: rehearsal.chanceFor,
    version: VERSION,
    ...(onProgress ? { onRun: onProgress } : {}),
  });
}

/**
 * Tells the live process of a run something: to pause, to go on, to drain, to leave, to go slower.
 * @returns whether it was done, and what happens now or why not. Either way it is on record in the run's journal.
 * @throws RefitError `usage` where no process carries the run out, `run-silent` where it does not answer.
 */
export async function steerRun(
  directory: string,
  command: SteerCommand,
  by: Steerer = { user: userName(), host: hostname(), pid: process.pid },
): Promise<SteerAnswer> {
  const answer = await askToSteer(directory, command, by, systemClock);
  if (answer !== null) return answer;
  const run = await readRun(directory);
  if (isFinished(run.state)) {
    throw new RefitError('usage', `${directory}: the run has ended`, `refit report ${word(run.directory)}`);
  }
  const holder = await readHolder(join(run.directory, RUN_FILES.lock));
  if (holder !== null && (await isAlive(holder, hostname()))) {
    const { pid, host } = holder;
    throw new RefitError(
      'usage',
      `${directory}: process ${pid} on ${host} carries the run out, and listens at no control socket here`,
      host === hostname() ? `drain it by a signal: kill ${pid}` : `type the same on ${host}`,
    );
  }
  throw new RefitError(
    'usage',
    `${directory}: no process is carrying the run out`,
    `${applyAgain(run)}   takes it up again`,
  );
}

/**
 * A plan under review in a format, ending with a line end. Pure. Without options as a file is written: no colour,
 * 100 cells wide, every row that fits a screen.
 */
export function renderReview(
  review: Review,
  format: ReviewFormat,
  options: Partial<ReviewOptions> = {},
): string {
  return renderReviewAs(review, format, { color: false, width: 100, all: false, ...options });
}

/** The report of a run in a format, ending with a line end. Pure. Without options: no colour, 100 cells wide. */
export function renderReport(
  report: Report,
  format: ReportFormat,
  options: Partial<ReportOptions> = {},
): string {
  return renderReportAs(report, format, { color: false, width: 100, ...options });
}

/**
 * One read of each region and profile before a run begins: nobody is asked about, and no run begins of, what has no
 * keys, refused keys or nobody at the other end. A run under way waits for a provider that is away; this does not.
 */
async function mustAnswer(cloud: Cloud, saved: SavedPlan): Promise<void> {
  const scopes = new Map(saved.steps.map((step) => [`${step.region} ${step.profile}`, step]));
  await Promise.all([...scopes.values()].map((step) => cloud.describeInstances(step, [step.instance])));
}

/** The folder for locks and the register, by the XDG rule. */
export function stateDirectoryOf(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  return join(base, 'refit');
}

/** Who runs this, by the operating system; containers may have no name for the user. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
