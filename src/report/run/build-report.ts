/** Saved plan and journal to report. Pure, and good at any time: before, during and after a run, and after a crash. */

import { given } from '../../given.ts';
import { untouched } from '../../journal/fold-step.ts';
import { replay, totals } from '../../journal/replay.ts';
import {
  type JournalEntry,
  REPORT_FORMAT,
  type Report,
  type ReportStep,
  type RunState,
  type RunWait,
  type SavedPlan,
  type Step,
  type StepState,
  totalMemory,
} from '../../model.ts';
import { attemptsIn } from './attempts.ts';
import { billOf, moneyOf } from './bills.ts';
import { factsIn, type JournalFacts } from './journal-facts.ts';
import { runWaits, stepWaits } from './waits.ts';

/**
 * The audit report of a run.
 * @param entries the journal, as far as it is whole; empty where nothing has been done yet.
 * @returns every step of the plan with exactly one outcome, `not-run` among them; the totals add up to the steps.
 */
export function buildReport(saved: SavedPlan, entries: readonly JournalEntry[]): Report {
  const state = replay(saved, entries);
  const facts = factsIn(saved, entries);
  const steps = stepsOf(saved, entries, state, facts);
  const { name, digest, change, owner, file, sealedAt, findings } = saved;
  return {
    format: REPORT_FORMAT,
    plan: { name, digest, change, owner, file, sealedAt, findings },
    run: runOf(saved, state, facts, runWaits(saved, entries)),
    totals: totals(steps),
    calls: Object.fromEntries([...state.calls].sort(([a], [b]) => (a < b ? -1 : 1))),
    callsBySecond: state.callsBySecond,
    head: state.head,
    entries: state.entries,
    memory: memoryOf(saved, facts),
    money: moneyOf(saved, steps),
    waves: saved.waves.map((wave, index) => ({
      name: wave.name,
      startedAt: facts.waveStarts.get(index) ?? null,
      endedAt: facts.waveEnds.get(index) ?? null,
      steps: wave.steps.length,
      ...given({ gate: facts.gates.get(index) }),
    })),
    steps,
    unchanged: saved.unchanged,
    blocked: saved.blocked,
  };
}

function runOf(
  { execution }: SavedPlan,
  state: RunState,
  { started, approved, callers, signatures, processes, steered, told }: JournalFacts,
  waits: readonly RunWait[],
): Report['run'] {
  return {
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    endedBecause: state.endedBecause,
    what: state.stopping?.what ?? null,
    exitCode: state.exitCode,
    starts: state.starts,
    user: started?.by.user ?? null,
    host: started?.by.host ?? null,
    endpoint: started?.endpoint ?? null,
    approved,
    ...given({
      callers: unlessEmpty(callers),
      waits: unlessEmpty(waits),
      signatures: unlessEmpty(signatures),
    }),
    requestsPerSecond: execution.requestsPerSecond,
    inFlight: execution.inFlight,
    processes,
    ...given({ steered: unlessEmpty(steered), told: unlessEmpty(told) }),
    ...(execution.switch === 'now' ? {} : { switch: execution.switch }),
  };
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

function memoryOf({ preconditions }: SavedPlan, { lastRead }: JournalFacts): Report['memory'] {
  const memory = { before: 0, planned: 0, now: 0 };
  for (const { instance, size, target } of preconditions) {
    memory.before += totalMemory(size);
    memory.planned += totalMemory(target);
    memory.now += totalMemory(lastRead.get(instance) ?? size);
  }
  return memory;
}

function stepsOf(
  saved: SavedPlan,
  entries: readonly JournalEntry[],
  state: RunState,
  facts: JournalFacts,
): ReportStep[] {
  const known = new Map(saved.preconditions.map((precondition) => [precondition.instance, precondition]));
  const attempts = attemptsIn(entries);
  const waits = stepWaits(entries);
  return saved.steps.map((step) => {
    const precondition = known.get(step.instance);
    const isPostpaid = precondition?.billing === 'postpaid';
    return {
      ...reportStep(step, state.steps.get(step.id) ?? untouched(step.id), isPostpaid),
      name: precondition?.name ?? '',
      wave: saved.waves[step.wave]?.name ?? '',
      ...(precondition?.because ? { because: precondition.because } : {}),
      seen: facts.seen.get(step.id) ?? null,
      found: facts.found.get(step.id) ?? null,
      asked: attempts.get(step.id) ?? [],
      waits: waits.get(step.id) ?? [],
      ...(precondition?.window ? { window: precondition.window } : {}),
    };
  });
}

function reportStep(
  step: Step,
  state: StepState,
  isPostpaid: boolean,
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
    ...billOf(step, state, isPostpaid),
  };
}
