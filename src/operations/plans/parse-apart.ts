/**
 * Parses plans for a process that serves many people. A large text can take seconds, and one that somebody wrote for that
 * takes longer: it has a thread of its own, which ends after a deadline. Everybody else goes on meanwhile.
 */
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { SECOND } from '../../units.ts';
import { installed } from '../installed-files.ts';

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

/** The last thread: only one runs at a time. */
let last: Promise<unknown> = Promise.resolve();

/** @throws RefitError `usage` if the text takes too long. */
export const parseApart = (async (text, file) => {
  if (text.length <= SMALL_TEXT) return parsePlan(text, file);
  const done = last.then(() => parseInThread(text, file));
  last = done.catch(() => undefined);
  return await done;
}) satisfies ParsePlan;

async function parseInThread(text: string, file: string): Promise<ReturnType<typeof parsePlan>> {
  const worker = new Worker(await threadFile(), {
    workerData: { text, file },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
  });
  const over = new AbortController();
  try {
    return await Promise.race([
      new Promise<ReturnType<typeof parsePlan>>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', () => reject(tooSlow(file)));
      }),
      systemClock.sleep(LONGEST_PARSE, over.signal).then(() => Promise.reject(tooSlow(file))),
    ]);
  } finally {
    over.abort();
    await worker.terminate();
  }
}

/** The file of the thread: beside this one, or in the compiled library if this one is in a bundle. */
async function threadFile(): Promise<string | URL> {
  if (import.meta.url.endsWith('.ts')) return new URL('./parse-worker.ts', import.meta.url);
  return await installed('dist/operations/plans/parse-worker.js');
}

const tooSlow = (file: string): RefitError =>
  new RefitError(
    'usage',
    `${file}: the text takes longer to parse than the console allows`,
    'make it smaller, or check it in a terminal with refit validate',
  );
