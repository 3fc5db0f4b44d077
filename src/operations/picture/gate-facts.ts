/** What a live run says of soaks, gates and approvals between its waves, as plain data. */
import { iso } from '../../clock.ts';
import { formatThreshold } from '../../messages/en/format-size.ts';
import { duration } from '../../messages/en/quantities.ts';
import type {
  Gate,
  GateEffect,
  GateJudge,
  GateOutcome,
  JournalEntry,
  Message,
  RunState,
  SavedPlan,
} from '../../model.ts';
import { effectsOf, gateEffectsOf, programEffects } from '../../plan/effects.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { pauseEnds } from '../../run/waits.ts';
import { escapeControls } from '../../text.ts';
import type { LiveRunStatus } from '../runs/read-run.ts';

/** What follows a wave. Times are ISO 8601 UTC. */
export interface WaveBoundary {
  /** The index of the wave. */
  readonly wave: number;
  /** How long it soaks, milliseconds; 0: it does not. */
  readonly soak: number;
  /** When its soak ends; null: the wave has not ended. */
  readonly soaksUntil: string | null;
  readonly gate: GateFacts | null;
  /** The approvals that it waits for before it starts; null: none. */
  readonly approval: { readonly until: string; readonly missing: Message } | null;
}

export interface GateFacts {
  readonly checks: readonly GateCheck[];
  /** It is recorded, and stops nothing. */
  readonly shadow: boolean;
  /** `held`: the run is paused until an operator continues it. `released`: one did. */
  readonly state: 'waiting' | 'judging' | 'passed' | 'failed' | 'held' | 'released';
  /** Until when it may be judged or answered; null: nobody judges it now, and it asks nobody. */
  readonly until: string | null;
}

/** One condition of a gate, and what the last judgement found. */
export interface GateCheck {
  readonly judge: GateJudge;
  /** As in plans: `failed > 2`, `cpu > 80 over 5 m`. */
  readonly condition: string;
  readonly outcome: GateOutcome | null;
  readonly found: Message | null;
  readonly at: string | null;
}

type GateEntry = Extract<JournalEntry, { kind: 'gate' }>;

/** Collects what the journal says of boundaries. */
export function gatherBoundaries(saved: SavedPlan): {
  /** How many hooks and gate commands run programs. */
  readonly programs: number;
  add(entry: JournalEntry): void;
  /** @param live the answer of the process; null if none answers. */
  boundaries(state: RunState, live: LiveRunStatus | null): WaveBoundary[];
} {
  const judged = new Map<string, GateEntry>();
  let awaited: Extract<JournalEntry, { kind: 'approval-awaited' }> | null = null;
  return {
    programs: programEffects(effectsOf(saved)).length,
    add(entry) {
      if (entry.kind === 'gate') judged.set(`${entry.wave} ${entry.judge}`, entry);
      else if (entry.kind === 'approval-awaited') awaited = entry;
      else if (entry.kind === 'wave-started' || entry.kind === 'run-ended' || entry.kind === 'run-started')
        awaited = null;
    },
    boundaries: (state, live) =>
      saved.waves.flatMap((wave, at) => {
        const soak = soakOf(saved.waves, at);
        const ended = state.waveEndedAt.get(at);
        const soaksUntil = soak === 0 || ended === undefined ? null : iso(Date.parse(ended) + soak);
        const approval = awaited?.wave === at ? { until: awaited.until, missing: awaited.message } : null;
        const gate =
          wave.gate === undefined ? null : gateFacts(wave.gate, at, { saved, judged, state, live });
        return soak === 0 && gate === null && approval === null
          ? []
          : [{ wave: at, soak, soaksUntil, gate, approval }];
      }),
  };
}

function gateFacts(
  gate: Gate,
  wave: number,
  {
    saved,
    judged,
    state,
    live,
  }: {
    readonly saved: SavedPlan;
    readonly judged: ReadonlyMap<string, GateEntry>;
    readonly state: RunState;
    readonly live: LiveRunStatus | null;
  },
): GateFacts {
  const effects = gateEffectsOf(saved.waves[wave]!, wave);
  const entries = conditionsOf(gate, effects).map(([judge, condition]) => {
    const entry = judged.get(`${wave} ${judge}`) ?? null;
    return { judge, condition: escapeControls(condition), entry };
  });
  const found = entries.flatMap(({ entry }) => entry ?? []);
  const wait = live?.waits.find(({ name }) => name === 'gate');
  const isCurrent = state.wavesEnded.at(-1) === wave && state.wavesStarted.at(-1) === wave;
  const isJudging = isCurrent && wait !== undefined;
  const { paused } = state.control;
  const isHeld = paused !== null && found.some(({ next }) => next === 'pause');
  const isReleased = state.gatesReleased.has(wave);
  const hasFailed = found.some(({ next }) => next === 'halt');
  return {
    checks: entries.map(({ judge, condition, entry }) => ({
      ...{ judge, condition, outcome: entry?.outcome ?? null, found: entry?.message ?? null },
      at: entry?.at ?? null,
    })),
    shadow: gate.shadow,
    state: isJudging
      ? 'judging'
      : isReleased
        ? 'released'
        : hasFailed
          ? 'failed'
          : isHeld
            ? 'held'
            : found.length === entries.length
              ? 'passed'
              : 'waiting',
    until: isJudging
      ? iso(Date.parse(wait.since) + wait.limit)
      : isHeld && !isReleased && !hasFailed
        ? pauseEnds(paused)
        : null,
  };
}

/** The conditions of a gate in the order in which it judges them. @param effects its checks outside of the run. */
function conditionsOf({ failed, unknown, duration: limit }: Gate, effects: readonly GateEffect[]) {
  const all: (readonly [GateJudge, string])[] = [];
  if (failed) all.push(['failed', `failed ${formatThreshold(failed)}`]);
  if (unknown) all.push(['unknown', `unknown ${formatThreshold(unknown)}`]);
  if (limit) {
    const bound = limit.unit === 'ms' ? duration(limit.value) : `${limit.value}x forecast`;
    all.push(['duration', `duration ${limit.operator} ${bound}`]);
  }
  for (const effect of effects) {
    if (effect.kind === 'gate-metric') {
      const { name, fails, over } = effect.metric;
      all.push(['metric', `${name} ${fails.operator} ${fails.value} over ${duration(over)}`]);
    } else if (effect.kind === 'gate-url') all.push(['url', effect.url]);
    else all.push(['command', effect.command.join(' ')]);
  }
  return all;
}
