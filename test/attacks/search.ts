/** A search for input that breaks Refit. Each input is made from a seed, and the same bounds hold for each. */

/** Milliseconds that one input may take. */
const MOST_TIME = 5_000;
/** Megabytes that the process may hold. */
const MOST_MEMORY = 300;
/** Megabytes that a search may add to a process that already holds much, such as one with other tests. */
const MOST_GROWTH = 200;
/** Measuring the peak takes longer than many inputs, and a peak stays visible. */
const MEASURED_EVERY = 100;
/** A search that finds this many faults ends. */
const MOST_FAULTS = 20;

/** A line of a stack trace, or a place in code. */
const TRACE = /\n\s+at \S|\bat \S+ \(\S+:\d+:\d+\)|\bfile:\/\/\/|\bnode:internal\b/;

/** What became of one input. */
export interface Met {
  /** What is wrong; null if nothing is. */
  readonly fault: string | null;
  /** Everything that a person would read about it. */
  readonly texts: readonly string[];
}

/**
 * Meets `count` inputs, made from `seed` on. An input is at fault if `meet` says so or throws, or if it takes too long. It
 * is also at fault if it lifts the memory of the process above the bound, or if a text about it has a stack trace.
 * @returns one line for each fault, with the seed that repeats it.
 */
export async function search(
  count: number,
  seed: number,
  meet: (seed: number) => Met | Promise<Met>,
): Promise<string[]> {
  const faults: string[] = [];
  let mostMemory = Math.max(MOST_MEMORY, peakMemory() + MOST_GROWTH);
  for (let at = seed; at < seed + count && faults.length < MOST_FAULTS; at++) {
    const started = performance.now();
    const found = await faultsOf(() => meet(at));
    const ms = Math.round(performance.now() - started);
    if (ms > MOST_TIME) found.push(`takes ${ms} ms`);
    faults.push(...found.map((fault) => `seed ${at}: ${fault}`));
    const done = at - seed + 1;
    if (done % MEASURED_EVERY !== 0 && done !== count) continue;
    const memory = peakMemory();
    if (memory <= mostMemory) continue;
    faults.push(`one of the last ${MEASURED_EVERY} seeds up to ${at}: lifts the memory to ${memory} MB`);
    mostMemory = memory;
  }
  return faults;
}

/** The most megabytes that this process has held. */
export function peakMemory(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function faultsOf(meet: () => Met | Promise<Met>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const met = meet();
    const limit = (resolve: (met: Met) => void) => {
      timer = setTimeout(() => resolve({ fault: 'does not end', texts: [] }), MOST_TIME);
    };
    const { fault, texts } = met instanceof Promise ? await Promise.race([met, new Promise(limit)]) : met;
    const traced = texts.find((text) => TRACE.test(text));
    return [
      ...(fault === null ? [] : [fault]),
      ...(traced === undefined ? [] : [`shows a stack trace: ${traced.slice(0, 500)}`]),
    ];
  } catch (error) {
    return [`crashes: ${(error as Error)?.stack ?? String(error)}`];
  } finally {
    clearTimeout(timer);
  }
}
