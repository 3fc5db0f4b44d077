/** Saved plan and journal to report. Pure, and good at any time: before, during and after a run, and after a crash. */

import { untouched } from '../../journal/fold-step.ts';
import { replay, totals } from '../../journal/replay.ts';
import {
  type JournalEntry,
  type MaintenanceWindow,
  REPORT_FORMAT,
  type Report,
  type ReportCaller,
  type ReportGate,
  type ReportSignature,
  type ReportSteered,
  type ReportStep,
  type ReportTold,
  type RunProcess,
  type SavedPlan,
  type Size,
  type Step,
  type StepState,
  totalMemory,
} from '../../model.ts';
import { attemptsIn } from './attempts.ts';
import { billOf, moneyOf } from './bills.ts';
import { runWaits, stepWaits } from './waits.ts';

/**
 * The audit report of a run.
 * @param entries the journal, as far as it is whole; empty where nothing has been done yet.
 * @returns every step of the plan with exactly one outcome, `not-run` among them; the totals add up to the steps.
 */
export function buildReport(saved: SavedPlan, entries: readonly JournalEntry[]): Report {
  const state = replay(saved, entries);
  const facts = gather(saved, entries);
  const known = new Map(saved.preconditions.map((precondition) => [precondition.instance, precondition]));
  const attempts = attemptsIn(entries);
  const stepsWaited = stepWaits(entries);
  const runWaited = runWaits(saved, entries);
  const steps = saved.steps.map((step) => ({
    ...reportStep(
      step,
      state.steps.get(step.id) ?? untouched(step.id),
      known.get(step.instance)?.billing === 'postpaid',
    ),
    name: known.get(step.instance)?.name ?? '',
    wave: saved.waves[step.wave]?.name ?? '',
    ...becauseOf(known.get(step.instance)?.because),
    seen: facts.seen.get(step.id) ?? null,
    found: facts.found.get(step.id) ?? null,
    asked: attempts.get(step.id) ?? [],
    waits: stepsWaited.get(step.id) ?? [],
    ...windowOf(known.get(step.instance)?.window),
  }));
  return {
    format: REPORT_FORMAT,
    plan: {
      name: saved.name,
      digest: saved.digest,
      change: saved.change,
      owner: saved.owner,
      file: saved.file,
      sealedAt: saved.sealedAt,
      findings: saved.findings,
    },
    run: {
      startedAt: state.startedAt,
      endedAt: state.endedAt,
      endedBecause: state.endedBecause,
      what: state.stopping?.what ?? null,
      exitCode: state.exitCode,
      starts: state.starts,
      user: facts.started?.by.user ?? null,
      host: facts.started?.by.host ?? null,
      endpoint: facts.started?.endpoint ?? null,
      approved: facts.approved && { how: facts.approved.how, by: facts.approved.by, at: facts.approved.at },
      ...(facts.callers.length === 0 ? {} : { callers: facts.callers }),
      ...(runWaited.length === 0 ? {} : { waits: runWaited }),
      ...(facts.signatures.length === 0 ? {} : { signatures: facts.signatures }),
      requestsPerSecond: saved.execution.requestsPerSecond,
      inFlight: saved.execution.inFlight,
      processes: facts.processes,
      ...(facts.steered.length === 0 ? {} : { steered: facts.steered }),
      ...(facts.told.length === 0 ? {} : { told: facts.told }),
      ...(saved.execution.switch === 'now' ? {} : { switch: saved.execution.switch }),
    },
    totals: totals(steps),
    calls: Object.fromEntries([...state.calls].sort(([a], [b]) => (a < b ? -1 : 1))),
    callsBySecond: state.callsBySecond,
    head: state.head,
    entries: state.entries,
    memory: {
      before: sum(saved.preconditions.map(({ size }) => totalMemory(size))),
      planned: sum(saved.preconditions.map(({ target }) => totalMemory(target))),
      now: sum(
        saved.preconditions.map(({ instance, size }) => totalMemory(facts.lastRead.get(instance) ?? size)),
      ),
    },
    money: moneyOf(saved, steps),
    waves: saved.waves.map((wave, index) => ({
      name: wave.name,
      startedAt: facts.waveStarts.get(index) ?? null,
      endedAt: facts.waveEnds.get(index) ?? null,
      steps: wave.steps.length,
      ...(facts.gates.has(index) ? { gate: facts.gates.get(index)! } : {}),
    })),
    steps,
    unchanged: saved.unchanged,
    blocked: saved.blocked,
  };
}

function windowOf(window: MaintenanceWindow | undefined): Pick<ReportStep, 'window'> {
  return window ? { window } : {};
}

function becauseOf(because: string | null | undefined): Pick<ReportStep, 'because'> {
  return because ? { because } : {};
}

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

/** What the report tells beyond the state of the steps. */
interface Facts {
  /** The first process and the first approval: the run is theirs, those who took it up again are counted. */
  readonly started: Entry<'run-started'> | null;
  readonly approved: Entry<'approved'> | null;
  readonly callers: readonly ReportCaller[];
  readonly signatures: readonly ReportSignature[];
  readonly waveStarts: ReadonlyMap<number, string>;
  readonly waveEnds: ReadonlyMap<number, string>;
  /** By wave. */
  readonly gates: ReadonlyMap<number, readonly ReportGate[]>;
  readonly processes: readonly RunProcess[];
  readonly steered: readonly ReportSteered[];
  readonly told: readonly ReportTold[];
  /** What was read just before a step's last order. */
  readonly seen: ReadonlyMap<string, NonNullable<ReportStep['seen']>>;
  /** What was read back at the end of a step. */
  readonly found: ReadonlyMap<string, Size>;
  /** The size last read of an instance, in the order of the journal. */
  readonly lastRead: ReadonlyMap<string, Size>;
}

function gather(saved: SavedPlan, entries: readonly JournalEntry[]): Facts {
  const plan = new Map(saved.steps.map((step) => [step.id, step]));
  const waveStarts = new Map<number, string>();
  const waveEnds = new Map<number, string>();
  const gates = new Map<number, ReportGate[]>();
  const seen = new Map<string, NonNullable<ReportStep['seen']>>();
  const found = new Map<string, Size>();
  const lastRead = new Map<string, Size>();
  const read = (id: string, size: Size | null) => {
    const step = plan.get(id);
    if (step && size) lastRead.set(step.instance, size);
  };
  for (const entry of entries) {
    if (entry.kind === 'wave-started' && !waveStarts.has(entry.wave)) waveStarts.set(entry.wave, entry.at);
    if (entry.kind === 'wave-ended') waveEnds.set(entry.wave, entry.at);
    if (entry.kind === 'gate') gates.set(entry.wave, [...(gates.get(entry.wave) ?? []), gateOf(entry)]);
    if (entry.kind === 'looked') {
      seen.set(entry.step, { at: entry.at, status: entry.status, size: entry.size });
      read(entry.step, entry.size);
    }
    if (entry.kind === 'step-ended') {
      // Verified means: read back at `to`, whether or not the entry repeats the size.
      const size =
        entry.size ?? (entry.outcome === 'verified' ? (plan.get(entry.step)?.after ?? null) : null);
      if (size) found.set(entry.step, size);
      read(entry.step, size);
    }
  }
  return {
    started: entries.find((entry): entry is Entry<'run-started'> => entry.kind === 'run-started') ?? null,
    approved:
      entries.find(
        (entry): entry is Entry<'approved'> => entry.kind === 'approved' && entry.how !== 'signatures',
      ) ?? null,
    callers: entries.flatMap((entry) => (entry.kind === 'caller' ? [callerOf(entry)] : [])),
    signatures: entries.flatMap((entry) =>
      entry.kind === 'approved' && entry.how === 'signatures'
        ? entry.signed.map((one) => ({
            at: entry.at,
            wave: entry.wave === null ? null : (saved.waves[entry.wave]?.name ?? null),
            ...one,
          }))
        : [],
    ),
    processes: processesIn(entries),
    steered: entries.flatMap((entry) => (entry.kind === 'steered' ? [steeredOf(entry)] : [])),
    told: entries.flatMap((entry) => (entry.kind === 'told' ? [toldOf(entry)] : [])),
    waveStarts,
    waveEnds,
    gates,
    seen,
    found,
    lastRead,
  };
}

function reportStep(
  step: Step,
  state: StepState,
  postpaid: boolean,
): Omit<ReportStep, 'name' | 'wave' | 'seen' | 'found' | 'asked' | 'waits'> {
  return {
    id: step.id,
    instance: step.instance,
    region: step.region,
    profile: step.profile,
    edition: step.edition,
    dimension: step.change.dimension,
    from: step.change.from,
    to: step.change.to,
    ...(step.nodes ? { nodes: step.nodes } : {}),
    before: step.before,
    after: step.after,
    outcome: state.outcome,
    orders: state.orders,
    requestIds: state.requestIds,
    attempts: state.attempts,
    startedAt: state.startedAt,
    acceptedAt: state.acceptedAt,
    endedAt: state.endedAt,
    code: state.code,
    what: state.what,
    ...(state.beganAt === null ? {} : { beganAt: state.beganAt }),
    ...(state.warning === null ? {} : { warning: state.warning }),
    quote: step.quote,
    billed: state.billed,
    ...billOf(step, state, postpaid),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function callerOf({ at, profile, caller, why }: Entry<'caller'>): ReportCaller {
  return { at, profile, caller, why };
}

function toldOf({ at, by, event, about, to, ok, what }: Entry<'told'>): ReportTold {
  return { at, by, event, about, to, ok, what };
}

function steeredOf({ at, command, value, by, accepted, what }: Entry<'steered'>): ReportSteered {
  return { at, command, value, by, accepted, what };
}

/**
 * What was taken over is told after the start of the process that did. Why a process stopped is told of those that others
 * followed: of the last the run itself tells it.
 */
function processesIn(entries: readonly JournalEntry[]): RunProcess[] {
  const processes: RunProcess[] = [];
  let stopped: RunProcess['stopped'];
  for (const entry of entries) {
    if (entry.kind === 'stopping') stopped = { at: entry.at, because: entry.because, what: entry.what };
    if (entry.kind === 'run-started') {
      const before = processes.at(-1);
      if (before && stopped) processes[processes.length - 1] = { ...before, stopped };
      stopped = undefined;
      const { user, host, pid } = entry.by;
      const purpose = entry.purpose === undefined ? {} : { purpose: entry.purpose };
      processes.push({
        at: entry.at,
        user,
        host,
        pid,
        cutOff: entry.cutOff,
        version: entry.version,
        ...purpose,
      });
    }
    const last = processes.at(-1);
    if (entry.kind === 'lock-taken-over' && last)
      processes[processes.length - 1] = {
        ...last,
        tookOverFrom: [...(last.tookOverFrom ?? []), entry.from],
      };
  }
  return processes;
}

function gateOf({ at, judge, outcome, what, shadow }: Entry<'gate'>): ReportGate {
  return { at, judge, outcome, what, shadow };
}
