/**
 * Parses plans for a process that serves many people. A large text can take seconds, and one that somebody wrote for that
 * takes longer: it has a thread of its own, which ends after a deadline. Everybody else goes on meanwhile.
 */
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { SECOND } from '../../units.ts';
import { inThread } from '../in-thread.ts';

/** Parses a text, as `parsePlan` does. */
export type ParsePlan = (
  text: string,
  file: string,
) => ReturnType<typeof parsePlan> | Promise<ReturnType<typeof parsePlan>>;

/** Characters that are parsed here: the worst text of this length takes less than half a second. */
export const SMALL_TEXT = 32_000;

/** Milliseconds. A plan of 10,000 targets takes half a second. */
const LONGEST_PARSE = 20 * SECOND;

/** Megabytes of a thread. */
const MOST_MEMORY = 512;

/** @throws RefitError `usage` if the text takes too long. */
export const parseApart = (async (text, file) => {
  if (text.length <= SMALL_TEXT) return parsePlan(text, file);
  return await inThread<ReturnType<typeof parsePlan>>({
    ...{ file: 'plans/parse-worker', data: { text, file } },
    ...{ longest: LONGEST_PARSE, memory: MOST_MEMORY, tooMuch: () => tooSlow(file) },
  });
}) satisfies ParsePlan;

const tooSlow = (file: string): RefitError => refitError('usage', message('error.parse-slow', { file }));
