/**
 * Long work of a process that serves many people, in a thread of its own: everybody else goes on meanwhile. A thread does one
 * work, and ends; at most one thread runs at a time, because each has memory of its own.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { systemClock } from '../clock.ts';
import { type ErrorCode, RefitError } from '../errors.ts';
import { threadProgram } from './installed-files.ts';

/** A work, and its bounds. */
export interface ThreadWork {
  /** The compiled file below `operations/`, without its extension: `plans/parse-worker`. */
  readonly file: string;
  /** What the work gets: anything that can be cloned. */
  readonly data: unknown;
  /** Milliseconds from the start of the thread. */
  readonly longest: number;
  /** MB of its heap. */
  readonly memory: number;
  /** The error if it takes longer, or more memory. */
  readonly tooMuch: () => RefitError;
  readonly signal?: AbortSignal;
}

/** An error that the work threw for the user, as data. */
interface Thrown {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
  readonly about: RefitError['about'];
}

type Answer = { readonly result: unknown } | { readonly thrown: Thrown };

/** The last thread: only one runs at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Does work in a thread when earlier work has ended.
 * @returns what `answerFrom` of the thread returned. @throws the RefitError that it threw, `tooMuch`, or the reason of the signal.
 */
export async function inThread<Result>(work: ThreadWork): Promise<Result> {
  const done = last.then(() => start<Result>(work));
  last = done.catch(() => undefined);
  return await done;
}

async function start<Result>({ file, data, signal, ...bounds }: ThreadWork): Promise<Result> {
  signal?.throwIfAborted();
  const { program, isText } = await programOf(file);
  const worker = new Worker(program, {
    workerData: data,
    eval: isText,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: bounds.memory },
  });
  const over = new AbortController();
  try {
    const answer = await Promise.race([
      new Promise<Answer>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', (error) => reject(needsTooMuch(error) ? bounds.tooMuch() : error));
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: over.signal });
      }),
      systemClock.sleep(bounds.longest, over.signal).then(() => Promise.reject(bounds.tooMuch())),
    ]);
    if ('result' in answer) return answer.result as Result;
    const { code, message, fix, about } = answer.thrown;
    throw new RefitError(code, message, fix, { about });
  } finally {
    over.abort();
    await worker.terminate();
  }
}

/** Whether a thread ended because it got no more memory, or no more stack. */
function needsTooMuch(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ERR_WORKER_OUT_OF_MEMORY' || error instanceof RangeError;
}

/** Called by the file of a thread: does the work, and answers. @param work gets the data of `inThread`. */
export async function answerFrom<Data>(work: (data: Data) => unknown): Promise<void> {
  parentPort?.postMessage(await answerOf(work as (data: unknown) => unknown));
}

async function answerOf(work: (data: unknown) => unknown): Promise<Answer> {
  try {
    return { result: await work(workerData) };
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const { code, message, fix, about } = error;
    return { thrown: { code, message, fix, about } };
  }
}

/** What the thread runs: the file beside this one, or what is installed if this one is in a bundle. */
async function programOf(file: string) {
  if (import.meta.url.endsWith('.ts'))
    return { program: new URL(`./${file}.ts`, import.meta.url), isText: false };
  return await threadProgram(file);
}
