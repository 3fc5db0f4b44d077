/** Judges a gate's evidence: success, failure or inconclusive. Pure; `gate.ts` collects the evidence. */
import type { UrlAnswer } from '../../cloud/network/transport.ts';
import { message } from '../../messages/messages.ts';
import type { Gate, GateJudge, GateOutcome, Message, Outcome, Threshold } from '../../model.ts';
import { compare, reached } from '../../plan/parse/quantity.ts';

/** One judgement, with a message that has the numbers. */
export interface Judgement {
  readonly judge: GateJudge;
  readonly outcome: GateOutcome;
  readonly message: Message;
}

/** How a command ended: with an exit code, or without one. `lastLine` is the last line of its output. */
export type CommandEnd =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly lastLine: string }
  | { readonly kind: 'no-end'; readonly reason: Message };

/** The exit code for "inconclusive": EX_TEMPFAIL of sysexits.h. */
const CANNOT_TELL = 75;

/** Statuses that come from a gateway or a limit, not from the service. */
const NOT_THE_SERVICE: readonly number[] = [408, 425, 429, 502, 504];

/** @param outcomes of the wave's steps. */
export function judgeCount(
  judge: 'failed' | 'unknown',
  threshold: Threshold,
  outcomes: readonly Outcome[],
): Judgement {
  const counted = outcomes.filter((outcome) =>
    judge === 'unknown' ? outcome === 'unknown' : outcome === 'failed' || outcome === 'refused',
  ).length;
  const { length } = outcomes;
  const fails = reached(threshold, counted, { inventory: length, wave: length, run: length });
  const judged = message('gate.count', { judge, counted, of: length, threshold });
  return { judge, outcome: fails ? 'failure' : 'success', message: judged };
}

/**
 * @param own milliseconds of each verified resize of the wave.
 * @param before the same for the previous waves.
 */
export function judgeDuration(
  { operator, value, unit }: NonNullable<Gate['duration']>,
  own: readonly number[],
  before: readonly number[],
): Judgement {
  const judge = 'duration';
  const took = median(own);
  if (took === null) return inconclusive(judge, message('gate.none-verified'));
  const forecast = unit === 'ms' ? 1 : median(before);
  if (forecast === null) return inconclusive(judge, message('gate.no-forecast'));
  const judged = message('gate.duration', {
    took,
    of: own.length,
    fails: { operator, value },
    forecast: unit === 'ms' ? null : forecast,
  });
  return {
    judge,
    outcome: compare(took, operator, value * forecast) ? 'failure' : 'success',
    message: judged,
  };
}

/** @param figures of the resized instances; unreadable ones are missing. */
export function judgeMetric(
  { name, fails }: NonNullable<Gate['metric']>,
  instances: readonly string[],
  figures: ReadonlyMap<string, number>,
): Judgement {
  const judge = 'metric';
  if (instances.length === 0) return inconclusive(judge, message('gate.nothing-to-read'));
  const failing = instances.flatMap((instance) => {
    const figure = figures.get(instance);
    return figure !== undefined && compare(figure, fails.operator, fails.value) ? [{ instance, figure }] : [];
  });
  if (failing.length > 0)
    return {
      judge,
      outcome: 'failure',
      message: message('gate.metric-fails', { metric: name, fails, failing }),
    };
  const of = instances.length;
  const missing = instances.filter((id) => !figures.has(id));
  if (missing.length > 0)
    return inconclusive(judge, message('gate.metric-missing', { metric: name, missing, of }));
  const worst = [...figures.values()].reduce((a, b) =>
    fails.operator === '>' || fails.operator === '>=' ? Math.max(a, b) : Math.min(a, b),
  );
  return {
    judge,
    outcome: 'success',
    message: message('gate.metric-passes', { metric: name, of, worst, fails }),
  };
}

export function judgeCommand(end: CommandEnd): Judgement {
  if (end.kind === 'no-end') return inconclusive('command', end.reason);
  const { exitCode, lastLine } = end;
  const outcome = exitCode === 0 ? 'success' : exitCode === CANNOT_TELL ? 'inconclusive' : 'failure';
  return { judge: 'command', outcome, message: message('gate.command-ended', { exitCode, lastLine }) };
}

/** @param answer null: the address did not answer in time. */
export function judgeUrl(answer: UrlAnswer | null): Judgement {
  if (answer === null) return inconclusive('url', message('gate.url-late'));
  if (answer.kind === 'silent')
    return inconclusive('url', message('gate.not-judged', { error: answer.reason }));
  const { status } = answer;
  const cannotTell = status < 200 || (status >= 300 && status < 400) || NOT_THE_SERVICE.includes(status);
  const outcome = cannotTell ? 'inconclusive' : status < 300 ? 'success' : 'failure';
  return { judge: 'url', outcome, message: message('gate.url-answered', { status }) };
}

function inconclusive(judge: GateJudge, reason: Message): Judgement {
  return { judge, outcome: 'inconclusive', message: reason };
}

/** The median; of an even number the mean of the two in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  if (length === 0) return null;
  return (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}
