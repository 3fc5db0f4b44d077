/** Computes the report from saved plan and journal. Pure; works before, during and after a run, and after a crash. */
import { given, pick } from '../../given.ts';
import { initialStepState } from '../../journal/fold-step.ts';
import { isFinished, replay, totals } from '../../journal/replay.ts';
import { textOf, textWithFix } from '../../messages/messages.ts';
import {
  type JournalEntry,
  REPORT_FORMAT,
  type Report,
  type ReportAdoption,
  type ReportStep,
  type RunState,
  type RunWait,
  type SavedPlan,
  totalMemory,
} from '../../model.ts';
import { unchangedTargets } from '../unchanged.ts';
import { adoptionsIn } from './adoptions.ts';
import { attemptsIn } from './attempts.ts';
import { billOf, moneyOf } from './bills.ts';
import { factsIn, type JournalFacts } from './journal-facts.ts';
import { runWaits, stepWaits } from './waits.ts';

/**
 * Builds the audit report of a run.
 * @param entries the whole entries of the journal; empty before the run.
 * @returns every step of the plan with exactly one outcome, such as `not-run`. The totals add up to the steps.
 */
export function buildReport(saved: SavedPlan, entries: readonly JournalEntry[]): Report {
  const state = replay(saved, entries);
  const facts = factsIn(saved, entries);
  const steps = stepsOf(saved, entries, state, facts);
  return {
    format: REPORT_FORMAT,
    plan: pick(saved, 'name', 'digest', 'change', 'owner', 'file', 'sealedAt', 'findings'),
    run: runOf(saved, state, facts, { adoptions: adoptionsIn(entries), waits: runWaits(saved, entries) }),
    totals: totals(steps),
    calls: Object.fromEntries([...state.calls].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...pick(state, 'callsBySecond', 'head', 'entries'),
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
    unchanged: unchangedTargets(saved),
    blocked: saved.blocked,
  };
}

function runOf(
  { execution }: SavedPlan,
  state: RunState,
  { started, confirmed, identities, signatures, processes, controlCommands, notifications }: JournalFacts,
  { adoptions, waits }: { readonly adoptions: readonly ReportAdoption[]; readonly waits: readonly RunWait[] },
): Report['run'] {
  return {
    ...pick(state, 'startedAt', 'endedAt', 'endedBecause'),
    message: state.stopping && textWithFix(state.stopping.message),
    ...given({ resting: restOf(state) }),
    ...pick(state, 'exitCode', 'starts'),
    user: started?.by.user ?? null,
    host: started?.by.host ?? null,
    endpoint: started?.endpoint ?? null,
    confirmed,
    ...unlessEmpty({ adoptions, identities, waits, signatures }),
    ...pick(execution, 'requestsPerSecond', 'inFlight'),
    processes,
    ...unlessEmpty({ controlCommands, notifications }),
    ...(execution.switch === 'now' ? {} : { switch: execution.switch }),
  };
}

function restOf(state: RunState) {
  const { resting } = state;
  return resting === null || isFinished(state) ? null : { ...resting, reason: textOf(resting.reason) };
}

/** The lists that are not empty. */
function unlessEmpty<Lists extends Record<string, readonly unknown[]>>(lists: Lists): Partial<Lists> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<Lists>;
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
    const own = state.steps.get(step.id) ?? initialStepState(step.id);
    const { name = '', reason, window, billing, terraform } = known.get(step.instance) ?? {};
    return {
      ...pick(step, 'id', 'instance', 'region', 'profile', 'edition'),
      ...pick(step.change, 'dimension', 'from', 'to'),
      ...pick(step, 'nodes', 'before', 'after'),
      ...pick(own, 'outcome', 'orders', 'requestIds', 'attempts', 'startedAt', 'acceptedAt', 'endedAt'),
      code: own.code,
      message: textOf(own.message),
      ...given({ beganAt: own.beganAt, warning: own.warning && textOf(own.warning) }),
      quote: step.quote,
      billed: own.billed,
      ...billOf(step, own, billing === 'postpaid'),
      name,
      wave: saved.waves[step.wave]?.name ?? '',
      ...given({ reason: reason ? textOf(reason) : null }),
      readBefore: facts.readBefore.get(step.id) ?? null,
      readBack: facts.readBack.get(step.id) ?? null,
      attemptDetails: attempts.get(step.id) ?? [],
      waits: waits.get(step.id) ?? [],
      ...given({ window, terraform }),
    };
  });
}
