/** Computes the report from saved plan and journal. Pure; works before, during and after a run, and after a crash. */
import { given, pick } from '../../given.ts';
import { initialStepState } from '../../journal/fold-step.ts';
import { createReplay, isFinished, totals } from '../../journal/replay.ts';
import { textOf, textWithFix } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import {
  type JournalEntry,
  REPORT_FORMAT,
  type Report,
  type ReportAdoption,
  type ReportAttempt,
  type ReportStep,
  type RunState,
  type RunWait,
  type SavedPlan,
  type StepWait,
  totalMemory,
} from '../../model.ts';
import { inWords } from '../finding-words.ts';
import { unchangedTargets } from '../unchanged.ts';
import { createAdoptions } from './adoptions.ts';
import { createAttempts } from './attempts.ts';
import { billOf, moneyOf } from './bills.ts';
import { createFacts, type JournalFacts } from './journal-facts.ts';
import { createRunWaits, createStepWaits } from './waits.ts';

/**
 * Builds the audit report of a run.
 * @param entries the whole entries of the journal; empty before the run.
 * @param words the language of its sentences, for a page in that language. The JSON report is always in English.
 * @returns every step of the plan with exactly one outcome, such as `not-run`. The totals add up to the steps.
 */
export function buildReport(
  saved: SavedPlan,
  entries: Iterable<JournalEntry>,
  words: Words = english,
): Report {
  const building = createReport(saved, words);
  for (const entry of entries) building.add(entry);
  return building.end();
}

/** A report that is built entry by entry, so that nobody has to keep them. */
export interface ReportBuilding {
  /** Takes the entries in order. */
  add(entry: JournalEntry): void;
  /** The report, as `buildReport` returns it. Call it once. */
  end(): Report;
}

/** Starts to build the report of a run. @param words as for `buildReport`. */
export function createReport(saved: SavedPlan, words: Words = english): ReportBuilding {
  const replay = createReplay(saved);
  const { facts, ...gathering } = createFacts(saved, words);
  const adoptions = createAdoptions(words);
  const runWaits = createRunWaits(saved, words);
  const attempts = createAttempts(words);
  const stepWaits = createStepWaits();
  const parts = [replay, gathering, adoptions, runWaits, attempts, stepWaits];
  return {
    add(entry) {
      for (const part of parts) part.add(entry);
    },
    end() {
      const state = replay.state();
      const steps = stepsOf(saved, state, facts, { attempts: attempts.all, waits: stepWaits.end(), words });
      return reportOf(saved, {
        state,
        facts,
        steps,
        adoptions: adoptions.all,
        waits: runWaits.end(),
        words,
      });
    },
  };
}

/** What a report consists of besides the plan. */
interface Gathered {
  readonly state: RunState;
  readonly facts: JournalFacts;
  readonly steps: readonly ReportStep[];
  readonly adoptions: readonly ReportAdoption[];
  readonly waits: readonly RunWait[];
  readonly words: Words;
}

function reportOf(saved: SavedPlan, gathered: Gathered): Report {
  const { state, facts, steps, words } = gathered;
  return {
    format: REPORT_FORMAT,
    plan: {
      ...pick(saved, 'name', 'digest', 'change', 'owner', 'file', 'sealedAt'),
      findings: saved.findings.map((finding) => inWords(finding, words)),
    },
    run: runOf(saved, gathered),
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
    unchanged: unchangedTargets(saved, words),
    blocked: saved.blocked.map((target) => ({
      ...target,
      findings: target.findings.map((finding) => inWords(finding, words)),
    })),
  };
}

function runOf({ execution }: SavedPlan, { state, facts, adoptions, waits, words }: Gathered): Report['run'] {
  const { started, confirmed, identities, signatures, processes, controlCommands, notifications } = facts;
  return {
    ...pick(state, 'startedAt', 'endedAt', 'endedBecause'),
    message: state.stopping && textWithFix(state.stopping.message, words.sentences),
    ...given({ resting: restOf(state, words) }),
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

function restOf(state: RunState, { sentences }: Words) {
  const { resting } = state;
  return resting === null || isFinished(state)
    ? null
    : { ...resting, reason: textOf(resting.reason, sentences) };
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

/** By step. */
interface StepHistories {
  readonly attempts: ReadonlyMap<string, readonly ReportAttempt[]>;
  readonly waits: ReadonlyMap<string, readonly StepWait[]>;
  readonly words: Words;
}

function stepsOf(
  saved: SavedPlan,
  state: RunState,
  facts: JournalFacts,
  { attempts, waits, words: { sentences } }: StepHistories,
): ReportStep[] {
  const known = new Map(saved.preconditions.map((precondition) => [precondition.instance, precondition]));
  return saved.steps.map((step) => {
    const own = state.steps.get(step.id) ?? initialStepState(step.id);
    const { name = '', reason, window, billing, terraform } = known.get(step.instance) ?? {};
    return {
      ...pick(step, 'id', 'instance', 'region', 'profile', 'edition'),
      ...pick(step.change, 'dimension', 'from', 'to'),
      ...pick(step, 'nodes', 'before', 'after'),
      ...pick(own, 'outcome', 'orders', 'requestIds', 'attempts', 'startedAt', 'acceptedAt', 'endedAt'),
      code: own.code,
      message: textOf(own.message, sentences),
      ...given({ beganAt: own.beganAt, warning: own.warning && textOf(own.warning, sentences) }),
      quote: step.quote,
      billed: own.billed,
      ...billOf(step, own, billing === 'postpaid'),
      name,
      wave: saved.waves[step.wave]?.name ?? '',
      ...given({ reason: reason ? textOf(reason, sentences) : null }),
      readBefore: facts.readBefore.get(step.id) ?? null,
      readBack: facts.readBack.get(step.id) ?? null,
      attemptDetails: attempts.get(step.id) ?? [],
      waits: waits.get(step.id) ?? [],
      ...given({ window, terraform }),
    };
  });
}
