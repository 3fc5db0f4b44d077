/** Rehearses a saved plan over several seeds: with no fault, with all faults, and with each fault alone. */
import type { Clock } from '../../clock.ts';
import type { ApiClient } from '../../cloud/calls/call.ts';
import {
  BILLS,
  type Durations,
  type Effect,
  type JournalEntry,
  type RehearsedEffect,
  type Report,
  type SavedPlan,
} from '../../model.ts';
import { effectsOf, effectsOfKind } from '../../plan/effects.ts';
import { buildReport } from '../../report/run/build-report.ts';
import { effectOf, figuresOf, type RunFigures } from '../../report/run/rehearsed.ts';
import { type RehearsedRun, rehearseRun, startTimeOf } from './rehearse-run.ts';

export interface RehearsePlanInput {
  readonly saved: SavedPlan;
  /** As the user typed them. The simulated provider knows each. */
  readonly faults: readonly string[];
  readonly seeds: { readonly first: number; readonly count: number };
  readonly durations: Durations;
  /** Further assumptions about the provider, as sentences. */
  readonly assumed: readonly string[];
  /** Creates the provider of one run, on the given clock. */
  readonly providerFor: (run: RunOfRehearsal) => (clock: Clock) => ApiClient;
  /** Random numbers from 0 to below 1 for a seed. */
  readonly chanceFor: (seed: number) => () => number;
  readonly version: string;
  /** Called after each run. */
  readonly onRun?: (done: number, of: number) => void;
}

export interface RunOfRehearsal {
  readonly seed: number;
  readonly faults: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly startsAt: number;
}

/** The result of a rehearsal. */
export interface Rehearsal {
  /** The report of the first seed with all faults, with the effects of all runs. */
  readonly report: Report;
  /** The exit code of the worst run, by precedence. */
  readonly exitCode: number;
}

/** The precedence of exit codes if runs end differently: the first one counts. */
const PRECEDENCE: readonly number[] = [1, 12, 130, 143, 10, 4, 8, 11, 3, 0];

export async function rehearsePlan(input: RehearsePlanInput): Promise<Rehearsal> {
  const { saved, faults, seeds, durations, onRun } = input;
  const startsAt = startTimeOf(saved);
  // A single fault alone is the same as all faults.
  const alone = faults.length > 1 ? faults.map((fault) => [fault]) : [];
  const settings = faults.length === 0 ? [faults] : [[], faults, ...alone];
  const exitCodes = new Set<number>();
  let firstEntries: readonly JournalEntry[] | null = null;
  let done = 0;
  const effects: RehearsedEffect[] = [];
  let undisturbed: readonly RunFigures[] | null = null;
  for (const given of settings) {
    const figures: RunFigures[] = [];
    for (let seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
      const run: RehearsedRun = await rehearseRun({
        saved,
        startsAt,
        providerIn: input.providerFor({ seed, faults: given, startsAt }),
        chance: input.chanceFor(seed),
        version: input.version,
      });
      figures.push(figuresOf(saved, run.entries));
      if (given === faults) {
        exitCodes.add(run.end.exitCode);
        firstEntries ??= run.entries;
      }
      done += 1;
      onRun?.(done, settings.length * seeds.count);
    }
    effects.push(effectOf(saved, given, figures, undisturbed));
    undisturbed ??= figures;
  }
  const calm = faults.length === 0 ? undefined : effects.shift();
  const [all, ...each] = effects;
  const { format, ...report } = withoutBilling(buildReport(saved, withoutBills(firstEntries!)));
  return {
    report: {
      // The format comes first in the JSON.
      format,
      rehearsal: true,
      rehearsed: {
        seeds,
        faults,
        durations,
        assumptions: [...assumedOf(saved), ...input.assumed],
        all: all!,
        ...(calm ? { baseline: calm } : {}),
        each,
      },
      ...report,
    },
    exitCode: PRECEDENCE.find((code) => exitCodes.has(code)) ?? 1,
  };
}

/** Removes bills, because simulated bills say nothing about real ones. */
function withoutBills(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'billed') return [];
    return [entry.kind === 'step-ended' ? { ...entry, billed: null } : entry];
  });
}

/** Removes the comparison of bills with quotes, for the same reason. */
function withoutBilling(report: Report): Report {
  return {
    ...report,
    money: { ...report.money, bills: NO_BILLS },
    steps: report.steps.map((step) => ({ ...step, bill: null, difference: null })),
  };
}

const NO_BILLS = Object.fromEntries(BILLS.map((bill) => [bill, 0])) as Report['money']['bills'];

/** The assumptions about this plan, as sentences. */
function assumedOf(saved: SavedPlan): string[] {
  const approvals = saved.waves.filter(({ approval }) => approval !== undefined).length;
  const effects = effectsOf(saved);
  const has = (...kinds: readonly Effect['kind'][]) => effectsOfKind(effects, ...kinds).length > 0;
  const profiles = new Set(saved.steps.map(({ profile }) => profile)).size;
  return [
    saved.approvals === undefined && approvals === 0
      ? 'the plan is approved'
      : 'every approval and signature that the plan demands arrives in time',
    ...(has('gate-command', 'gate-url')
      ? ['gate commands and gate URLs succeed; Refit ran no command and sent no request']
      : []),
    ...(has('gate-metric')
      ? [
          'gate metrics come from the simulated monitor; an instance uses the memory measured when planning, or 40 % of its size if nothing was measured',
        ]
      : []),
    ...(saved.windows && saved.forecast.window?.closes !== null
      ? ['somebody repeats apply when the next window opens']
      : []),
    ...(has('hook', 'webhook') ? ['hooks and webhooks send nothing'] : []),
    ...(profiles > 1 ? ['each profile is a separate account with separate limits'] : []),
    'every instance is as it was when planning, healthy, and without another task in progress',
    'nothing is billed; the rehearsal does not cover prices',
  ];
}
