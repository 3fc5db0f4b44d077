/** Soaks after a wave, then judges its gate. Both count from the end of the wave, also on a host with another clock. */
import { iso } from '../../clock.ts';
import { RefitError, unreachable } from '../../errors.ts';
import { formatGate } from '../../journal/fold-run.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { Gate, GateEffect, GateMetricEffect, JournalEvent, Outcome, Step } from '../../model.ts';
import { effectsOfKind, gateEffects } from '../../plan/effects.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import {
  type Judgement,
  judgeCommand,
  judgeCount,
  judgeDuration,
  judgeMetric,
  judgeUrl,
} from '../decide/judge-gate.ts';
import { readFaultMessage } from '../decide/read-fault.ts';
import { waveDoneAt } from '../decide/wave-done.ts';
import { awaitTurn, mayContinue, stopRun, waitUntil } from './may-start.ts';
import { type FollowingRun, type Run, scopeKey, scopeOf } from './run.ts';

/** Judges the gate of this wave, unless an operator released it, and acts on the result. */
export async function judgeGate(run: Run, wave: number): Promise<void> {
  const { saved, journal, clock, waits, control } = run;
  const { gate, name } = saved.waves[wave]!;
  if (gate === undefined || !mayContinue(run)) return;
  const { gatesReleased, gatesJudged, gatesAcknowledged } = journal.replay.state();
  if (gatesReleased.has(wave)) return;
  const isLast = wave === saved.waves.length - 1;
  const decisions: Extract<JournalEvent, { kind: 'gate' }>['next'][] = [];
  let failure: Judgement | null = null;
  const { judged = [], open = [] } = Object.groupBy(asksOf(run, wave, gate), ({ judge }) =>
    gatesJudged.has(`${wave} ${judge}`) ? 'judged' : 'open',
  );
  const asks = open.filter(({ judge, isPast }) => !(isPast && gatesAcknowledged.has(`${wave} ${judge}`)));
  const periods = effectsOfKind(gateEffects(run.effects, wave), 'gate-metric').map(
    ({ metric }) => metric.over,
  );
  const limit = gate.timeout * asks.length + Math.max(0, ...periods);
  waits.setRunWait({ name: 'gate', since: clock.now(), limit });
  for (const { ask } of asks) {
    const judgement = await ask();
    // If the run stopped meanwhile, the process that resumes it judges the wave.
    if (!mayContinue(run)) break;
    const { outcome } = judgement;
    const stops = outcome === 'failure' || (outcome === 'inconclusive' && gate.onInconclusive === 'halt');
    // After the last wave, a pause would hold nothing back.
    const next =
      gate.shadow || outcome === 'success' || (!stops && isLast) ? 'go-on' : stops ? 'halt' : 'pause';
    decisions.push(next);
    await journal.appendDurably({ kind: 'gate', wave, name, ...judgement, shadow: gate.shadow, next });
    if (next !== 'halt') continue;
    failure = judgement;
    break;
  }
  waits.setRunWait(null);
  if (failure !== null) {
    const { judge, outcome, message: reason } = failure;
    stopRun(run, 'halted', message('halt.gate', { wave: name, judge, outcome, judged: reason }));
    return;
  }
  if (decisions.includes('pause')) control.hold(formatGate(name));
  // An earlier process may have judged a part of the gate, and paused the run.
  else if (judged.length === 0) return;
  await awaitTurn(run);
}

interface Ask {
  readonly judge: Judgement['judge'];
  /** Judges the past: judging it again gives the same result. */
  readonly isPast: boolean;
  readonly ask: () => Promise<Judgement>;
}

function asksOf(run: Run, wave: number, gate: Gate): Ask[] {
  const { journal, saved } = run;
  const own = saved.steps.filter((step) => step.wave === wave);
  const outcomes = (): Outcome[] => own.map(({ id }) => journal.replay.step(id).outcome);
  const asks: Ask[] = [];
  const past = (judge: Ask['judge'], ask: () => Judgement) =>
    void asks.push({ judge, isPast: true, ask: async () => ask() });
  const { failed, unknown, duration } = gate;
  if (failed) past('failed', () => judgeCount('failed', failed, outcomes()));
  if (unknown) past('unknown', () => judgeCount('unknown', unknown, outcomes()));
  if (duration) {
    const before = saved.steps.filter((step) => step.wave < wave);
    past('duration', () => judgeDuration(duration, tookOf(run, own), tookOf(run, before)));
  }
  for (const effect of gateEffects(run.effects, wave))
    asks.push({ judge: JUDGES[effect.kind], isPast: false, ask: () => askAbout(run, effect, own) });
  return asks;
}

const JUDGES = { 'gate-metric': 'metric', 'gate-url': 'url', 'gate-command': 'command' } as const;

/** Reads a metric, contacts an address or runs a program, and judges the answer. @param own the steps of the wave. */
async function askAbout(run: Run, effect: GateEffect, own: readonly Step[]): Promise<Judgement> {
  const { saved, clock, ports, stop } = run;
  const { wave, timeout } = effect;
  switch (effect.kind) {
    case 'gate-metric': {
      const { metric } = effect;
      // Figures from before the resizes prove nothing, so the period starts after the wave.
      const since = waveDoneHere(run, wave) ?? clock.now();
      const reason = message('rest.metric', { wave: saved.waves[wave]!.name, metric: metric.name });
      const idle = { wakesOn: 'time', reason } as const;
      await waitUntil(run, since + metric.over, metric.over, { isMonotonic: true, idle });
      return readMetric(run, own, metric, timeout);
    }
    case 'gate-url':
      return judgeUrl(await within(run, timeout, ports.gates?.askUrl?.(effect.url, timeout)));
    case 'gate-command': {
      const signal = AbortSignal.any([stop.noNewOrders, stop.left]);
      const options = { input: factsOf(run, wave), timeout, signal };
      const end = await ports.gates?.runCommand?.(effect.command, options);
      if (end) return judgeCommand(end);
      return { judge: 'command', outcome: 'inconclusive', message: message('gate.command-not-allowed') };
    }
    default:
      return unreachable(effect);
  }
}

/** The awaited value; null: it takes longer, or no new order may start. */
async function within<Value>(
  { clock, stop }: Run,
  ms: number,
  asked: Promise<Value> | undefined,
): Promise<Value | null> {
  if (asked === undefined) return null;
  const over = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([over.signal, stop.noNewOrders, stop.left])).then(() => null);
  asked.catch(() => undefined);
  try {
    return await Promise.race([asked, late]);
  } finally {
    over.abort();
  }
}

async function readMetric(
  run: Run,
  own: readonly Step[],
  metric: GateMetricEffect['metric'],
  timeout: number,
): Promise<Judgement> {
  const resized = own.filter(({ id }) => run.journal.replay.step(id).outcome === 'verified');
  const instances = [...new Set(resized.map(({ instance }) => instance))];
  const reading = Promise.all(
    [...Map.groupBy(resized, scopeKey).values()].map((steps) => {
      const scope = scopeOf(steps[0]!);
      const ids = new Set(steps.map(({ instance }) => instance));
      return run.cloudFor(scope.profile).describeMetric(scope, [...ids], metric.name, metric.over);
    }),
  );
  try {
    const read = await within(run, timeout, reading);
    if (read === null)
      return {
        judge: 'metric',
        outcome: 'inconclusive',
        message: message('gate.metric-late', { metric: metric.name }),
      };
    return judgeMetric(metric, instances, new Map(read.flatMap((figures) => [...figures])));
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const unreadable = message('gate.metric-unreadable', {
      metric: metric.name,
      fault: readFaultMessage(error),
    });
    return { judge: 'metric', outcome: 'inconclusive', message: unreadable };
  }
}

/** Milliseconds of each verified resize, from its acceptance or its start in its window to its end. */
function tookOf({ journal }: Run, steps: readonly Step[]): number[] {
  return steps.flatMap(({ id }) => {
    const { outcome, beganAt, acceptedAt, endedAt } = journal.replay.step(id);
    const from = beganAt ?? acceptedAt;
    return outcome === 'verified' && from !== null && endedAt !== null
      ? [Date.parse(endedAt) - Date.parse(from)]
      : [];
  });
}

/** The input of a gate's command: one JSON object and a line feed. */
function factsOf({ saved, journal }: Run, wave: number): string {
  const { name, digest } = saved;
  const steps = saved.steps
    .filter((step) => step.wave === wave)
    .map(({ id, instance, region, profile }) => {
      const { outcome, code, message: text } = journal.replay.step(id);
      return { id, instance, region, profile, outcome, code, message: textOf(text) };
    });
  return `${JSON.stringify({ phase: 'gate', plan: { name, digest }, wave: { index: wave, name: saved.waves[wave]!.name }, steps })}\n`;
}

/** Waits until the soak after this wave is over, or no new order may start. A pause does not lengthen it. */
export async function soakAfter(run: Run, wave: number): Promise<void> {
  const { saved, waits } = run;
  const soak = soakOf(saved.waves, wave);
  const since = soak === 0 ? null : waveDoneHere(run, wave);
  if (since === null) return;
  waits.setRunWait({ name: 'soak', since, limit: soak });
  const reason = message('rest.soak', { wave: saved.waves[wave]!.name });
  await waitUntil(run, since + soak, soak, { idle: { wakesOn: 'time', reason } });
  waits.setRunWait(null);
}

type TimedRun = Pick<FollowingRun, 'saved' | 'journal' | 'clock'> & {
  readonly cloudFor: (profile: string) => { readonly providerNow: () => number };
};

/** The provider's time of an entry about a wave; empty if the wave has no step. */
export function providerTimeOf(run: TimedRun, wave: number): { readonly providerAt?: string } {
  const now = providerNow(run, wave);
  return now === null ? {} : { providerAt: iso(now) };
}

/** When a wave was done, by the wall clock of this machine, ms since 1970 UTC; null: nothing of it is done. */
export function waveDoneHere(run: TimedRun, wave: number): number | null {
  const { saved, journal, clock } = run;
  const wall = clock.now();
  const now = { wall, provider: providerNow(run, wave) ?? wall };
  return waveDoneAt(journal.replay.state(), wave, saved.waves[wave]!.steps, now);
}

function providerNow({ saved, cloudFor }: TimedRun, wave: number): number | null {
  const step = saved.steps.find((one) => one.wave === wave);
  return step === undefined ? null : cloudFor(step.profile).providerNow();
}
