/**
 * Runs whose process dies at every start: it has too little memory, or crashes. The row of a run counts the claims since the
 * run last got further. From `MOST_STARTS` on, workers wait before each further claim. They never give up, so no run is lost:
 *
 *     claims 1 to 5 ─ 1 min ─ claim 6 ─ 2 min ─ claim 7 ─ 4 min ─ … ─ 30 min ─ claim 11 ─ 30 min ─ …
 *
 * A claim gets the run further if it appends one of `FURTHER`, says in the row how the run goes on, or lives for `LIVED`.
 */
import { message, textOf } from '../../../messages/messages.ts';
import { endpointOption, shellQuote } from '../../../next-command.ts';
import { MINUTE, SECOND } from '../../../units.ts';
import { LEASE } from './owner.ts';

/** Claims without a pause. */
export const MOST_STARTS = 5;
/** The longest pause, minutes. */
const LONGEST_PAUSE = 30;
/** A process that lived for so long did not die at its start, milliseconds. */
export const LIVED: number = 5 * MINUTE;

/** SQL: the pause before the next claim, for rows with at least `MOST_STARTS`. */
export const PAUSE = `LEAST(${LONGEST_PAUSE}, 2 ^ LEAST(starts - ${MOST_STARTS}, 10)) * interval '1 minute'`;

/** SQL: true for the row of a run whose processes die at their start. The process of the last claim may still work. */
export const DIES_AT_START = `(starts > ${MOST_STARTS} OR starts = ${MOST_STARTS} AND (owner IS NULL
  OR owner_seen_at < clock_timestamp() - ${LEASE / SECOND} * interval '1 s'))`;

/** Entries that a process does not write again at each start. */
const FURTHER =
  /"kind":"(?:accepted|refused|no-answer|resolved|deferred|began|step-ended|billed|wave-ended|gate|rested|run-ended)"/;

/** Whether a group of lines gets the run further than a start. @param text whole journal lines. */
export function getsFurther(text: string): boolean {
  return FURTHER.test(text);
}

/** What people read of such a run. @param option the store, for the command. */
export function describeDeaths(
  {
    id,
    starts,
    endpoint,
  }: { readonly id: string; readonly starts: number; readonly endpoint: string | null },
  option: string,
): { readonly reason: string; readonly fix: string } {
  return {
    reason: textOf(message('wake.dies', { starts })),
    fix: `refit apply ${shellQuote(id)} --here${option}${endpointOption(endpoint)}   carries it out in your terminal, where you see the error`,
  };
}
