/** What a gate's evidence says: success, failure, or that it cannot be told. Pure; the asking is done in `gate.ts`. */
import type { UrlAnswer } from '../../cloud/network/transport.ts';
import type { Gate, GateJudge, GateOutcome, Outcome, Threshold } from '../../model.ts';
import { compare, formatThreshold, reached } from '../../plan/parse/quantity.ts';

/** What was judged, how, and one sentence with the numbers in it. */
export interface Judgement {
  readonly judge: GateJudge;
  readonly outcome: GateOutcome;
  readonly message: string;
}

/** How a command ended: with its exit code, or without one. `said`: the last line of its output. */
export type CommandEnd =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly lastLine: string }
  | { readonly kind: 'no-end'; readonly reason: string };

/** A program's way of saying that it cannot tell: EX_TEMPFAIL of sysexits.h. */
const CANNOT_TELL = 75;

/** Statuses that a gateway or a limit answers with, not the service that was asked. */
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
  const what = `${counted} of ${length} steps ${judge === 'unknown' ? 'unknown' : 'failed or refused'}, fails at "${formatThreshold(threshold)}"`;
  return { judge, outcome: fails ? 'failure' : 'success', message: what };
}

/**
 * @param own milliseconds that each verified resize of the wave took.
 * @param before the same of the waves before.
 */
export function judgeDuration(
  { operator, value, unit }: NonNullable<Gate['duration']>,
  own: readonly number[],
  before: readonly number[],
): Judgement {
  const judge = 'duration';
  const took = median(own);
  if (took === null) return inconclusive(judge, 'no resize of the wave was verified');
  const forecast = unit === 'ms' ? 1 : median(before);
  if (forecast === null)
    return inconclusive(judge, 'no resize of the waves before was verified: no forecast');
  const limit = unit === 'ms' ? seconds(value) : `${value}x the forecast of ${seconds(forecast)}`;
  const what = `a resize took ${seconds(took)} by the median of ${own.length}, fails at ${operator} ${limit}`;
  return { judge, outcome: compare(took, operator, value * forecast) ? 'failure' : 'success', message: what };
}

/** @param figures of the instances that were resized; those that could not be read are missing. */
export function judgeMetric(
  { name, fails }: NonNullable<Gate['metric']>,
  instances: readonly string[],
  figures: ReadonlyMap<string, number>,
): Judgement {
  const judge = 'metric';
  if (instances.length === 0)
    return inconclusive(judge, 'no resize of the wave was verified: nothing to read');
  const limit = `fails at ${fails.operator} ${fails.value}`;
  const failing = instances.filter(
    (id) => figures.has(id) && compare(figures.get(id)!, fails.operator, fails.value),
  );
  if (failing.length > 0) {
    const what = `${name} of ${named(failing.map((id) => `${id} is ${figure(figures.get(id)!)}`))}, ${limit}`;
    return { judge, outcome: 'failure', message: what };
  }
  const count = instances.length;
  const unread = instances.filter((id) => !figures.has(id));
  if (unread.length > 0)
    return inconclusive(
      judge,
      `${name} of ${unread.length} of ${count} instances has no figure: ${named(unread)}`,
    );
  const worst = [...figures.values()].reduce((a, b) =>
    fails.operator === '>' || fails.operator === '>=' ? Math.max(a, b) : Math.min(a, b),
  );
  const what = `${name} of ${count} instances is ${figure(worst)} at the worst, ${limit}`;
  return { judge, outcome: 'success', message: what };
}

/** Takes how the command ended. */
export function judgeCommand(end: CommandEnd): Judgement {
  if (end.kind === 'no-end') return inconclusive('command', end.reason);
  const { exitCode, lastLine: said } = end;
  const outcome = exitCode === 0 ? 'success' : exitCode === CANNOT_TELL ? 'inconclusive' : 'failure';
  return { judge: 'command', outcome, message: `exit ${exitCode}${said === '' ? '' : `: ${said}`}` };
}

/** Takes what the address answered. */
export function judgeUrl(answer: UrlAnswer): Judgement {
  if (answer.kind === 'silent') return inconclusive('url', answer.why);
  const { status } = answer;
  const cannotTell = status < 200 || (status >= 300 && status < 400) || NOT_THE_SERVICE.includes(status);
  const outcome = cannotTell ? 'inconclusive' : status < 300 ? 'success' : 'failure';
  return { judge: 'url', outcome, message: `answered ${status}` };
}

function inconclusive(judge: GateJudge, what: string): Judgement {
  return { judge, outcome: 'inconclusive', message: what };
}

/** The middle one; of an even number the mean of the two in the middle. null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  if (length === 0) return null;
  return (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}

/** The first three, and how many more. */
function named(list: readonly string[]): string {
  const more = list.length - 3;
  return `${list.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
