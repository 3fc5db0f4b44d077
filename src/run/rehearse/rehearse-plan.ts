/** Rehearses a saved plan over several seeds, with all faults, with each by itself and with none, and tells what they do. */
import type { Clock } from '../../clock.ts';
import type { ApiClient } from '../../cloud/calls/call.ts';
import {
  BILLS,
  type Durations,
  type JournalEntry,
  type RehearsedEffect,
  type Report,
  type SavedPlan,
} from '../../model.ts';
import { buildReport } from '../../report/run/build-report.ts';
import { effectOf, figuresOf, type RunFigures } from '../../report/run/rehearsed.ts';
import { type RehearsedRun, rehearseRun, startOf } from './rehearse-run.ts';

export interface RehearsePlanInput {
  readonly saved: SavedPlan;
  /** As they were typed; each is known to the provider that stands in. */
  readonly faults: readonly string[];
  readonly seeds: { readonly first: number; readonly count: number };
  readonly durations: Durations;
  /** What else is assumed of the provider, in sentences. */
  readonly assumed: readonly string[];
  /** The provider for one run, in the time that is handed in. */
  readonly providerFor: (run: RunOfRehearsal) => (clock: Clock) => ApiClient;
  /** Numbers from 0 to below 1 for a seed. */
  readonly chanceFor: (seed: number) => () => number;
  readonly version: string;
  /** Told after each run; what it returns is waited for. */
  readonly onRun?: (done: number, of: number) => void;
}

export interface RunOfRehearsal {
  readonly seed: number;
  readonly faults: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly startsAt: number;
}

export interface Rehearsal {
  /** Of the first seed, with all faults; with what all runs came to. */
  readonly report: Report;
  /** Of the run that went worst, by the precedence of exit codes. */
  readonly exitCode: number;
}

/** Where several runs end differently, the code of the first of these counts. */
const PRECEDENCE: readonly number[] = [1, 12, 130, 143, 10, 4, 8, 11, 3, 0];

export async function rehearsePlan(input: RehearsePlanInput): Promise<Rehearsal> {
  const { saved, faults, seeds, durations, onRun } = input;
  const startsAt = startOf(saved);
  // One fault by itself is all faults.
  const alone = faults.length > 1 ? faults.map((fault) => [fault]) : [];
  const settings = faults.length === 0 ? [faults] : [[], faults, ...alone];
  const exitCodes = new Set<number>();
  let told: readonly JournalEntry[] | null = null;
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
        told ??= run.entries;
      }
      done += 1;
      onRun?.(done, settings.length * seeds.count);
    }
    effects.push(effectOf(saved, given, figures, undisturbed));
    undisturbed ??= figures;
  }
  const calm = faults.length === 0 ? undefined : effects.shift();
  const [all, ...each] = effects;
  const { format, ...report } = withoutBilling(buildReport(saved, withoutBills(told!)));
  return {
    report: {
      // Before everything else, for whoever reads the JSON.
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

/** What a simulated provider bills says nothing of the real one. */
function withoutBills(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'billed') return [];
    return [entry.kind === 'step-ended' ? { ...entry, billed: null } : entry];
  });
}

/** Nor does it say how the bills of the real one will stand to the quotes. */
function withoutBilling(report: Report): Report {
  return {
    ...report,
    money: { ...report.money, bills: NO_BILLS },
    steps: report.steps.map((step) => ({ ...step, bill: null, difference: null })),
  };
}

const NO_BILLS = Object.fromEntries(BILLS.map((bill) => [bill, 0])) as Report['money']['bills'];

/** What is taken for granted of this plan, in sentences. */
function assumedOf(saved: SavedPlan): string[] {
  const asking = saved.waves.filter(({ approval }) => approval !== undefined).length;
  const gates = saved.waves.flatMap(({ gate }) => gate ?? []);
  const outside = gates.filter(({ command, url }) => command !== undefined || url !== undefined).length;
  const measured = gates.filter(({ metric }) => metric !== undefined).length;
  const profiles = new Set(saved.steps.map(({ profile }) => profile)).size;
  return [
    saved.approvals === undefined && asking === 0
      ? 'the plan is approved'
      : 'every approval and signature that the plan asks for is there in time',
    ...(outside > 0 ? ['commands and addresses of gates succeed: nothing was run or asked'] : []),
    ...(measured > 0
      ? [
          'metrics of gates are those of the simulated monitor, of instances that hold what was measured when planning, or 40 % of their memory where nothing was',
        ]
      : []),
    ...(saved.windows ? ['the same apply is typed when the next window opens'] : []),
    ...(saved.hooks || saved.notify ? ['nobody is told: hooks and webhooks stay silent'] : []),
    ...(profiles > 1 ? ['each profile is an account of its own, with limits of its own'] : []),
    'every instance is as it was planned, in good order and with nothing else under way on it',
    'nothing is billed: prices are not rehearsed',
  ];
}
