/** What starting a saved plan would do, and what keeps it from starting. It changes nothing. */
import { type Clock, iso } from '../../clock.ts';
import type { Message, Policy, PriceSum, SavedPlan } from '../../model.ts';
import { effectsOf, hostEffects, programEffects } from '../../plan/effects.ts';
import { windowsOf } from '../../policy/tighten.ts';
import { createWindowGate } from '../../run/engine/window-gate.ts';
import { escapeControls } from '../../text.ts';
import type { NamedPlan } from './open-plan.ts';
import type { RunsOfStore } from './open-runs.ts';
import { type ListedRun, listRuns } from './read-run.ts';

/** Texts have no control characters. Times are ISO 8601 UTC. */
export interface StartPreview {
  readonly plan: string;
  readonly change: string | null;
  readonly digest: string;
  readonly expiresAt: string;
  readonly steps: number;
  readonly instances: number;
  readonly waves: readonly {
    readonly name: string;
    readonly steps: number;
    readonly needsApproval: boolean;
  }[];
  readonly prices: readonly PriceSum[];
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** The programs that would run on the machine of the run, one line each. */
  readonly programs: readonly string[];
  /** The hosts that would be contacted besides the provider. */
  readonly hosts: readonly string[];
  /** When it may start; null: now. `closed` says why not now. */
  readonly opensAt: string | null;
  readonly closed: Message | null;
  /** A run of this plan that the store has. */
  readonly run: { readonly id: string; readonly status: ListedRun['status'] } | null;
}

/** How many runs Refit looks at for one of the same plan. */
const NEWEST = 100;

/** @param policy its windows hold beside those of the plan. @throws RefitError as `RunsOfStore.list` does. */
export async function previewStart(
  { saved }: Pick<NamedPlan, 'saved'>,
  { policy, clock, runs }: { readonly policy: Policy; readonly clock: Clock; readonly runs: RunsOfStore },
): Promise<StartPreview> {
  const effects = effectsOf(saved);
  const windows = createWindowGate(saved, clock, windowsOf(policy));
  const closed = windows.refusal();
  const opens = closed === null ? null : windows.nextStart(clock.now());
  return {
    plan: escapeControls(saved.name),
    change: saved.change === null ? null : escapeControls(saved.change),
    ...{ digest: saved.digest, expiresAt: saved.expiresAt, steps: saved.steps.length },
    instances: new Set(saved.steps.map(({ instance }) => instance)).size,
    waves: saved.waves.map(({ name, steps, approval }) => ({
      name: escapeControls(name),
      steps: steps.length,
      needsApproval: approval !== undefined,
    })),
    prices: saved.prices,
    inFlight: saved.execution.inFlight,
    requestsPerSecond: saved.execution.requestsPerSecond,
    programs: programEffects(effects).map(({ command }) => escapeControls(command.join(' '))),
    hosts: [...new Set(hostEffects(effects).map(({ host }) => escapeControls(host ?? '?')))],
    opensAt: opens === null ? null : iso(opens),
    closed,
    run: await runOf(saved, runs),
  };
}

async function runOf(saved: SavedPlan, runs: RunsOfStore): Promise<StartPreview['run']> {
  const listed = (await listRuns(runs, NEWEST)).runs.find(({ plan }) => plan?.digest === saved.digest);
  return listed?.run ? { id: listed.run.id, status: listed.status } : null;
}
