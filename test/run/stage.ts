/**
 * The stage of run tests: a plan for the simulated fleet, and processes that carry it out one after the other. Each process
 * starts from the disk of the previous one. Everything is in virtual time, from one seed.
 */
import type { Offered } from '../../src/approval/judge-approvals.ts';
import { type Clock, VirtualClock } from '../../src/clock.ts';
import { createCloud, createReader } from '../../src/cloud/client.ts';
import { type Credentials, secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits, type Permits } from '../../src/cloud/limit/permits.ts';
import { RefitError } from '../../src/errors.ts';
import { decode } from '../../src/journal/chain.ts';
import { createReplay } from '../../src/journal/replay.ts';
import { message, textOf } from '../../src/messages/messages.ts';
import {
  type ControlCommand,
  type JournalEntry,
  type JournalEvent,
  type Report,
  type RunState,
  type SavedPlan,
  sameSize,
} from '../../src/model.ts';
import { planFleet } from '../../src/operations/plans/plan-fleet.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { createCallCounter } from '../../src/run/call-counter.ts';
import type { ControlAnswer, LiveRunStatus } from '../../src/run/control/control.ts';
import { boundRegions } from '../../src/run/count-in-flight.ts';
import { type ApprovalDemand, declinedBy, judgeOffered } from '../../src/run/demand-approvals.ts';
import type { GatePorts, RunEnd } from '../../src/run/engine/run.ts';
import { adoptedEvent } from '../../src/run/judge-adoption.ts';
import { type Listener, NOTIFY_GRACE } from '../../src/run/notify/notifier.ts';
import { createProcess, pastOf } from '../../src/run/process.ts';
import { HANDING_OVER } from '../../src/run/stop-state.ts';
import { createSimulatedWorld } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { OrderNumberScheme } from '../../src/simulator/world/order-numbers.ts';
import type { LimitCounting } from '../../src/simulator/world/request-limit.ts';
import { counts, type Range, type World, type WorldCounts } from '../../src/simulator/world/world.ts';
import { type WorldState, worldState } from '../../src/simulator/world/world-state.ts';
import type { InFlightCount } from '../../src/store/ports.ts';
import { type Left, type MemoryDisk, memoryDisk } from './memory-store.ts';
import { never, type SimulatedCloud, simulatedCloud } from './simulated-cloud.ts';

export interface StageOptions {
  /** Instances as a fleet file has them. */
  readonly fleet: readonly object[];
  /** The plan's `targets`, `waves` and so on, without its head. */
  readonly plan: string;
  /** Read prices. */
  readonly price?: boolean;
  readonly faults?: readonly string[];
  readonly seed?: number;
  readonly limit?: number;
  readonly limitCounting?: LimitCounting;
  readonly orderNumbers?: OrderNumberScheme;
  readonly startLag?: Range;
  readonly duration?: Range;
  readonly lockTail?: Range;
  readonly balance?: number;
  /** Finds the keys, instead of the account's own. Called again when the provider refuses them. */
  readonly keysFrom?: (world: World, now: number) => Credentials;
  /** The text of the approvers file, if the plan has `approvals`. */
  readonly approvers?: string;
  /** Requires the approvals of the plan, as `apply` does. Without it, only the approvals of waves count. */
  readonly demandsSignatures?: true;
  /** The ports of gates. */
  readonly gates?: GatePorts;
  /** Lets pending work proceed between two moments of virtual time; default: only promises are pending. */
  readonly turn?: () => Promise<void>;
  /** Changes the world after planning, before the first process. */
  readonly afterPlanning?: (world: World, now: number) => void;
}

/** The options and failures of one process. */
export interface ProcessOptions {
  /** The process only reconciles. */
  readonly reconciles?: true;
  /** The process adopts the run, because its journal may lack entries. */
  readonly adopts?: true;
  /** The process dies when this returns true at a moment. */
  readonly diesAt?: (moment: Moment) => boolean;
  /** The part of an unfinished write that its death leaves on disk. */
  readonly leaves?: Left;
  /** Milliseconds after its start of the first and of the second signal. */
  readonly drainAfter?: number;
  readonly leaveAfter?: number;
  /** Milliseconds for which the process stays after it threw. */
  readonly lingers?: number;
  /** Control commands from one operator, with milliseconds after the start. */
  readonly commands?: readonly (readonly [number, ControlCommand])[];
  /** The process rests after so many milliseconds in which the run only waits. */
  readonly rests?: number;
  /** The permits of the process. Default: those of one process. */
  readonly permits?: (clock: Clock, requestsPerSecond: number) => Permits;
  /** The bound of the policy on changes in flight in one region, and the count of a store; null: the run counts its own. */
  readonly regions?: { readonly most: number; readonly inFlight: InFlightCount | null };
  /** No person started the process. */
  readonly unattended?: true;
  /** Commands that were sent before the process started. */
  readonly asked?: readonly ControlCommand[];
  /** The first signal hands the run over. */
  readonly handsOver?: true;
  /** Milliseconds between two readings of the live run status. */
  readonly statusEvery?: number;
  /** Milliseconds by which its clock is ahead of the provider's. Called at each read of the clock. */
  readonly clockAhead?: () => number;
  /** The listeners of the run. */
  readonly listeners?: (clock: Clock) => readonly Listener[];
  /** Functions to call, with milliseconds after the start. */
  readonly meanwhile?: readonly (readonly [number, () => void])[];
}

export type Moment =
  | { readonly kind: 'writing' | 'durable'; readonly append: number; readonly text: string }
  | { readonly kind: 'sending'; readonly instance: string }
  | { readonly kind: 'arrived'; readonly instance: string; readonly accepted: boolean };

/** The result of one process. */
export interface Outcome {
  /** Null if the process exited immediately or died. */
  readonly end: RunEnd | null;
  readonly died: boolean;
  /** What it threw, if it threw. */
  readonly error: unknown;
  /** Its answers to commands, in order. */
  readonly answers: readonly ControlAnswer[];
  /** Its live run statuses, with milliseconds since its start. */
  readonly statuses: readonly (LiveRunStatus & { readonly after: number })[];
}

/** The result of one process, with the state of its journal afterwards. */
export interface Run extends Outcome {
  readonly saved: SavedPlan;
  readonly entries: readonly JournalEntry[];
  readonly state: RunState;
  readonly report: Report;
  readonly counts: WorldCounts;
  readonly world: WorldState;
  /** The entries that a failed disk did not take. */
  readonly unwritten: readonly JournalEvent[];
  /** Milliseconds of virtual time. */
  readonly took: number;
  /** The same, until the notifier is closed. */
  readonly closed: number;
  /** The text of the notification log files. */
  readonly notificationLog: string;
}

export interface Stage {
  readonly clock: VirtualClock;
  readonly cloud: SimulatedCloud;
  readonly disk: MemoryDisk;
  readonly saved: SavedPlan;
  /** Violations that only one moment could show. */
  readonly violations: readonly string[];
  /** The approvals beside the saved plan. Tests add to them. */
  readonly offered: Offered[];
  /** Declines beside the saved plan. */
  readonly declines: Offered[];
  /** The keys of its processes. */
  readonly credentials: () => Credentials;
  /** Starts a process on what is on the disk and waits for its end. */
  run(processOptions?: ProcessOptions): Promise<Run>;
  /** Lets the provider's time pass. */
  pass(ms: number): Promise<void>;
}

const HEAD = 'version: 1\nname: story\ndefaults: { region: ap-guangzhou }\n';
const SCOPED = 'default';
/** The operator of all control commands. */
export const OPERATOR = { user: 'oncall', host: 'there', pid: 7 };

/** Makes a world and a saved plan against it. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const seed = options.seed ?? 1;
  const clock = new VirtualClock(undefined, options.turn);
  const { world, secretId, secretKey } = createSimulatedWorld(
    {
      seed,
      fleet: JSON.stringify(options.fleet),
      faults: (options.faults ?? []).map(parseFault),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      ...(options.limitCounting === undefined ? {} : { limitCounting: options.limitCounting }),
      ...(options.orderNumbers === undefined ? {} : { orderNumbers: options.orderNumbers }),
      ...(options.startLag === undefined ? {} : { startLag: options.startLag }),
      ...(options.duration === undefined ? {} : { duration: options.duration }),
      ...(options.lockTail === undefined ? {} : { lockTail: options.lockTail }),
      ...(options.balance === undefined ? {} : { balance: options.balance }),
    },
    clock.now(),
  );
  const cloud = simulatedCloud(world, clock, seed);
  const disk = memoryDisk();
  const own = { secretId, secretKey: secret(secretKey), token: null, sourceName: 'the story' };
  const credentials = () => options.keysFrom?.(world, clock.now()) ?? own;
  const common = {
    credentials,
    endpoint: null,
    jitter: () => 0.5,
    gates: options.gates ?? {},
    demandsSignatures: options.demandsSignatures ?? false,
  };

  // Plan with the provider's clock, so that clock skew affects only the run.
  const skew = world.clockSkew;
  const planned = await clock.run(async () => {
    const planningClock: Clock = {
      now: () => clock.now() + skew,
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const reader = createReader({
      ...common,
      clock: planningClock,
      transport: cloud.transportFor(clock, () => true),
      permits: createPermits(clock, 18),
    });
    return planFleet(`${HEAD}${options.plan}\n`, 'story.yaml', {
      from: reader,
      clock,
      profile: SCOPED,
      price: options.price ?? false,
      approversFrom: async () => options.approvers ?? null,
      user: 'planner',
    });
  });
  const { review } = planned;
  if (review?.verdict !== 'ready')
    throw new Error(`the story's plan was refused: ${JSON.stringify(planned.findings, null, 1)}`);

  const saved = review.plan;
  options.afterPlanning?.(world, clock.now());
  const violations: string[] = [];
  const stage: Stage = {
    clock,
    cloud,
    disk,
    saved,
    violations,
    offered: [],
    declines: [],
    credentials,
    run: (processOptions = {}) => clock.run(() => live(stage, processOptions, violations, common)),
    pass: (ms) => clock.run(() => clock.sleep(ms)),
  };
  return stage;
}

/** Runs one process from start to end, as in a run directory, but without files and locks. */
async function live(
  stage: Stage,
  processOptions: ProcessOptions,
  violations: string[],
  common: Pick<Parameters<typeof createCloud>[0], 'credentials' | 'endpoint' | 'jitter'> & {
    readonly gates: GatePorts;
    readonly demandsSignatures: boolean;
  },
): Promise<Run> {
  const { clock: time, cloud: provider, disk, saved } = stage;
  const began = time.monotonic();
  let alive = true;
  let over = false;
  // A dead process never wakes: its promises stay pending.
  const clock: Clock = {
    now: () => time.now() + (processOptions.clockAhead?.() ?? 0),
    monotonic: () => time.monotonic(),
    sleep: async (ms, signal) => {
      await time.sleep(ms, signal);
      if (!alive) await never();
    },
  };
  let die: () => void = () => {};
  const death = new Promise<null>((resolve) => {
    die = () => {
      if (!alive || over) return;
      alive = false;
      disk.crash(processOptions.leaves ?? 'nothing');
      resolve(null);
    };
  });
  const moment = (what: Moment): void => {
    if (alive && !over && processOptions.diesAt?.(what)) die();
  };
  disk.onAppend = (append, text) => moment({ kind: 'writing', append, text });
  disk.onDurable = (append, text) => moment({ kind: 'durable', append, text });
  provider.network.onArrival = ({ instance, accepted }) => moment({ kind: 'arrived', instance, accepted });
  provider.network.onSend = (instance) => {
    const violation = missingIntent(disk.text, saved, instance);
    if (violation) violations.push(violation);
    if (!alive) violations.push(`a dead process sent an order for ${instance}`);
    moment({ kind: 'sending', instance });
  };

  const onDisk = decode(disk.text);
  if (onDisk.fault) throw new Error(`the journal is broken: ${JSON.stringify(onDisk.fault)}`);
  let notificationLog = '';
  const rate = saved.execution.requestsPerSecond;
  const permits = processOptions.permits?.(clock, rate) ?? createPermits(clock, rate);
  const calls = createCallCounter();
  const client = {
    ...common,
    clock,
    permits,
    onCall: calls.add,
    transport: provider.transportFor(clock, () => alive),
  };
  const cloud = createCloud(client);
  const signals = { drain: new AbortController(), leave: new AbortController() };
  const runProcess = createProcess({
    saved,
    past: { ...pastOf(saved, onDisk.entries), tornBytes: onDisk.torn?.length ?? 0 },
    store: disk.openFor(clock),
    clock,
    permits,
    calls,
    drain: signals.drain.signal,
    leave: signals.leave.signal,
    by: { user: 'dba', host: 'here', pid: 1 },
    endpoint: cloud.endpoint,
    version: '0.0.0',
    unattended: processOptions.unattended ?? false,
    onEntry: (entry) => {
      if (entry.kind === 'step-ended' && entry.outcome === 'verified')
        checkVerified(stage, entry, violations);
    },
    notifier: {
      listeners: processOptions.listeners?.(clock) ?? [],
      log: async (file, text) => {
        notificationLog += `${file} ${text}`;
      },
    },
  });
  const { journal, control } = runProcess;
  const later = (ms: number | undefined, act: () => void): void => {
    if (ms !== undefined) void time.sleep(ms).then(() => alive && !over && act());
  };
  later(processOptions.drainAfter, () => signals.drain.abort(processOptions.handsOver ? HANDING_OVER : 130));
  later(processOptions.leaveAfter, () => signals.leave.abort());
  for (const [after, act] of processOptions.meanwhile ?? []) later(after, act);
  const answers: ControlAnswer[] = [];
  for (const [after, command] of processOptions.commands ?? [])
    later(after, () => void control.handle(command, OPERATOR).then((answer) => answers.push(answer)));

  const demand = async (wave: number | null): Promise<ApprovalDemand> => {
    const { declines } = stage;
    const now = clock.now();
    if (wave === null && !common.demandsSignatures)
      return declinedBy(saved, declines, 'saved.json') ?? { event: null };
    const recorded = journal.replay.recorded.signatures(wave);
    const declined = declinedBy(saved, declines, 'saved.json');
    return declined ?? judgeOffered(saved, wave, stage.offered, { now, file: 'saved.json', recorded });
  };
  const work = async (): Promise<RunEnd | null> => {
    const signed = common.demandsSignatures && !runProcess.isResumed ? await demand(null) : null;
    if (signed !== null && !('event' in signed))
      throw new RefitError(
        'not-approved',
        signed.missing.map((one) => textOf(one)).join('\n'),
        textOf(signed.fix),
      );
    await runProcess.start(processOptions.reconciles ? 'reconcile' : 'apply');
    if (processOptions.adopts)
      await journal.appendDurably(
        adoptedEvent(saved, message('trust.unknown'), { by: 'dba', providerNow: time.now() }),
      );
    if (signed !== null && signed.event !== null) await journal.appendDurably(signed.event);
    if (!runProcess.isResumed)
      await journal.appendDurably({ kind: 'approved', how: 'auto-approve', by: 'dba' });
    if (processOptions.reconciles) return runProcess.reconcile(() => createReader(client));
    for (const command of processOptions.asked ?? []) answers.push(await control.handle(command, OPERATOR));
    const { rests, regions } = processOptions;
    const bound =
      regions &&
      (await boundRegions(saved, runProcess, {
        inFlight: regions.inFlight ?? undefined,
        most: regions.most,
      }));
    return runProcess.carryOut({
      cloudFor: () => cloud,
      approvalOf: demand,
      gates: common.gates,
      ...(rests === undefined ? {} : { rest: { afterMs: rests } }),
      ...(bound === undefined ? {} : { regions: bound }),
    });
  };
  const statuses: (LiveRunStatus & { after: number })[] = [];
  const readStatuses = async (every: number) => {
    while (alive && !over) {
      await time.sleep(every);
      if (!alive || over) return;
      statuses.push({ ...control.status(), after: time.monotonic() - began });
      violations.push(...overdue(control.status(), time.now(), every));
    }
  };
  if (processOptions.statusEvery !== undefined) void readStatuses(processOptions.statusEvery);
  let outcome: Outcome;
  try {
    const end = await Promise.race([work(), death]);
    outcome = { end, died: !alive, error: null, answers, statuses };
  } catch (error) {
    outcome = { end: null, died: false, error, answers, statuses };
    await time.sleep(processOptions.lingers ?? 0);
  }
  const took = time.monotonic() - began;
  if (alive) await runProcess.closeNotifier(outcome.end === null ? 0 : NOTIFY_GRACE);
  const closed = time.monotonic() - began;
  over = true;
  alive = false;
  const read = decode(disk.text);
  const state = createReplay(saved);
  for (const entry of read.entries) state.add(entry);
  if (read.fault) violations.push(`the journal does not decode: ${JSON.stringify(read.fault)}`);
  return {
    ...outcome,
    saved,
    entries: read.entries,
    state: state.state(),
    report: buildReport(saved, read.entries),
    counts: counts(provider.world),
    world: worldState(provider.world),
    unwritten: journal.unwritten,
    took,
    closed,
    notificationLog,
  };
}

/** Waits beyond their limit. A minute and `margin` more are allowed for the read that ends them. */
function overdue({ waits }: LiveRunStatus, now: number, margin: number): string[] {
  return waits.flatMap(({ name, step, since, limit }) => {
    const waited = now - Date.parse(since);
    return waited <= limit + 60_000 + margin ? [] : [`${name} of ${step} for ${waited} ms, at most ${limit}`];
  });
}

/** The violation by an order that is being sent now, judged by the journal on disk. Null if there is none. */
function missingIntent(text: string, saved: SavedPlan, instance: string): string | null {
  const steps = new Set(saved.steps.filter((step) => step.instance === instance).map(({ id }) => id));
  // From the end, because the entry is among the last lines of a long journal.
  let last: string | undefined;
  for (let end = text.lastIndexOf('\n'); last === undefined && end > 0; ) {
    const begin = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(begin, end);
    const at = line.indexOf('"step":"');
    if (
      at >= 0 &&
      steps.has(line.slice(at + 8, line.indexOf('"', at + 8))) &&
      !line.includes('"instance-read"')
    )
      last = line;
    end = begin - 1;
  }
  if (last === undefined) return `an order for ${instance} was sent with nothing on the disk`;
  const { kind } = JSON.parse(last) as JournalEntry;
  return kind === 'intent'
    ? null
    : `an order for ${instance} was sent after ${kind}, without an intent on the disk`;
}

function checkVerified(
  { cloud, saved }: Stage,
  entry: Extract<JournalEntry, { kind: 'step-ended' }>,
  violations: string[],
): void {
  const step = saved.steps.find(({ id }) => id === entry.step)!;
  const instance = cloud.world.instances.get(step.instance)!;
  if (instance.status !== 2 || !sameSize(instance, step.after))
    violations.push(
      `${step.id} is verified, but is at ${instance.memoryPerShard} MB x ${instance.shards}, ${instance.replicas}, status ${instance.status}`,
    );
}
