import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { HANDING_OVER } from '../../src/operations/runs/work-on-run.ts';
import type { RunJob } from '../../src/store/postgres/queue.ts';
import type { Work } from '../../src/store/postgres/work.ts';
import { HAND_OVER_GRACE, Worker, type WorkSignals } from '../../src/worker/worker.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A store of runs that are due now, for one worker. */
class FakeWork implements Work {
  readonly due: string[];
  readonly events: string[] = [];
  away = false;
  fatal = false;
  /** What is due again after its end. */
  again: string | null = null;
  leads = true;
  /** How far the clock of the worker is ahead of the database's, milliseconds. */
  ahead = 0;
  #ring: () => void = () => undefined;
  #attempts = 0;

  constructor(...due: string[]) {
    this.due = due;
  }

  put(run: string): void {
    this.due.push(run);
    this.#ring();
  }

  async beat() {
    this.#answer();
    return { lost: [], leads: this.leads, ahead: this.ahead };
  }

  async lead() {
    this.#answer();
    this.events.push('leads');
  }

  async take(most: number) {
    this.#answer();
    return this.due.splice(0, most).map((run): RunJob => {
      this.events.push(`takes ${run}`);
      return { run, queue: 'q', attempt: { id: run, retryCount: ++this.#attempts } };
    });
  }

  async finish({ run }: RunJob) {
    this.#answer();
    this.events.push(`finishes ${run}`);
    if (this.again === run) this.due.push(run);
  }

  onWork(call: () => void) {
    this.#ring = call;
    return { close: () => undefined };
  }

  async leave() {
    this.#answer();
    this.events.push('goes');
  }

  #answer(): void {
    if (this.fatal) throw new RefitError('store-restored', 'the store is another one', 'start again');
    if (this.away) throw new RefitError('store-unreachable', 'the store is away', 'wait');
  }
}

function stage(
  work: FakeWork,
  carryOut: (run: string, signals: WorkSignals, clock: VirtualClock) => Promise<void>,
) {
  const clock = new VirtualClock();
  const [drain, leave] = [new AbortController(), new AbortController()];
  const lines: string[] = [];
  const worker = new Worker({
    ...{ work, clock, concurrency: 2, drain: drain.signal, leave: leave.signal },
    carryOut: (run, signals) => carryOut(run, signals, clock),
    log: (run, text) => lines.push(`${run ?? '-'}: ${text}`),
  });
  const start = clock.monotonic();
  return {
    ...{ clock, worker, drain, leave, lines },
    seconds: () => (clock.monotonic() - start) / SECOND,
    /** Runs the worker, and does something meanwhile. */
    run: (meanwhile: () => Promise<void>) =>
      clock.run(async () => {
        const ended = worker.run();
        ended.catch(() => undefined);
        await meanwhile();
        return ended;
      }),
  };
}

const ofRun = (events: readonly string[]) => events.filter((one) => one !== 'leads');

describe('a worker', () => {
  it.each([
    [6 * 60, '360 s ahead of'],
    [-6 * 60, '360 s behind'],
  ])('takes no runs while its clock is %i s off, and says so once', async (ahead, how) => {
    const work = new FakeWork('a');
    work.ahead = ahead * SECOND;
    const at = stage(work, async () => undefined);
    await at.run(async () => {
      await at.clock.sleep(60 * SECOND);
      expect(work.due).toEqual(['a']);
      const problem = `the clock of this host is ${how} that of the database`;
      expect(at.worker.whyIdle).toBe(problem);
      const fix = 'set the clock of the host that is wrong';
      expect(at.lines).toEqual([`-: ${problem}: this worker takes no runs; fix: ${fix}`]);
      work.ahead = 4 * 60 * SECOND;
      await at.clock.sleep(3 * SECOND);
      expect(work.due).toEqual([]);
      expect(at.worker.whyIdle).toBe(null);
      at.drain.abort(143);
    });
    expect(at.lines.slice(1)).toEqual(['-: the clock of this host is right again']);
  });

  it('works on as many runs as it may, and takes the next one when one ends', async () => {
    const work = new FakeWork('a', 'b', 'c');
    let most = 0;
    const at = stage(work, async (_, __, clock) => {
      await clock.sleep(60 * SECOND);
      most = Math.max(most, at.worker.running.length);
    });
    const code = await at.run(async () => {
      await at.clock.sleep(61 * SECOND);
      expect(at.worker.running).toEqual(['c']);
      await at.clock.sleep(60 * SECOND);
      at.drain.abort(143);
    });
    expect(code).toBe(143);
    expect(most).toBe(2);
    expect(ofRun(work.events)).toEqual([
      ...['takes a', 'takes b', 'finishes a', 'takes c', 'finishes b', 'finishes c', 'goes'],
    ]);
  });

  it('starts a run that comes in immediately, without waiting for its next look', async () => {
    const work = new FakeWork();
    let startedAt = 0;
    const at = stage(work, async () => {
      startedAt = at.seconds();
    });
    await at.run(async () => {
      await at.clock.sleep(10.3 * SECOND);
      work.put('a');
      await at.clock.sleep(10);
      at.drain.abort(0);
    });
    expect(startedAt).toBeCloseTo(10.3, 2);
  });

  it('hands its runs over at a signal, and leaves what takes longer than the grace', async () => {
    const work = new FakeWork('quick', 'slow');
    const seen: string[] = [];
    const at = stage(work, async (run, { drain, leave }, clock) => {
      await clock.sleep(HOUR, drain);
      expect(drain.reason).toBe(HANDING_OVER);
      if (run === 'slow') await clock.sleep(HOUR, leave);
      seen.push(`${run} after ${Math.round(at.seconds())} s`);
    });
    await at.run(async () => {
      await at.clock.sleep(20 * SECOND);
      at.drain.abort(143);
    });
    expect(seen).toEqual(['quick after 20 s', `slow after ${20 + HAND_OVER_GRACE / SECOND} s`]);
    expect(ofRun(work.events).slice(-3)).toEqual(['finishes quick', 'finishes slow', 'goes']);
  });

  it('leaves immediately at a second signal, whatever its runs do', async () => {
    const work = new FakeWork('deaf');
    const at = stage(work, async (_, __, clock) => clock.sleep(HOUR));
    await at.run(async () => {
      await at.clock.sleep(20 * SECOND);
      at.drain.abort(143);
      await at.clock.sleep(2 * SECOND);
      at.leave.abort(143);
    });
    expect(at.seconds()).toBeLessThan(40);
    expect(work.events).not.toContain('finishes deaf');
  });

  it('continues other runs after one that fails, and says why', async () => {
    const work = new FakeWork('a', 'b');
    const at = stage(work, async (run) => {
      if (run === 'a') throw new RefitError('fenced', 'another process has it', 'refit status a');
    });
    await at.run(async () => {
      await at.clock.sleep(SECOND);
      at.drain.abort(0);
    });
    expect(at.lines).toEqual(['a: another process has it; fix: refit status a']);
    expect(ofRun(work.events)).toContain('finishes b');
  });

  it('waits for a store that is away, says it once, and declares nobody dead directly after', async () => {
    const work = new FakeWork();
    const at = stage(work, async () => undefined);
    await at.run(async () => {
      await at.clock.sleep(20 * SECOND);
      work.away = true;
      await at.clock.sleep(HOUR);
      expect(at.worker.whyIdle).toBe('the store is away');
      work.away = false;
      work.due.push('a');
      work.events.length = 0;
      while (work.events.length < 2) await at.clock.sleep(100);
      await at.clock.sleep(3 * SECOND);
      expect(work.events).toEqual(['takes a', 'finishes a']);
      await at.clock.sleep(10 * SECOND);
      expect(work.events).toContain('leads');
      at.drain.abort(0);
    });
    expect(at.lines).toEqual([
      '-: the store is away; fix: wait; this worker tries again',
      '-: the store answers again',
    ]);
  });

  it('does the work for all only if it leads', async () => {
    const work = new FakeWork();
    work.leads = false;
    const at = stage(work, async () => undefined);
    await at.run(async () => {
      await at.clock.sleep(60 * SECOND);
      at.drain.abort(0);
    });
    expect(work.events).toEqual(['goes']);
  });

  it('leaves its runs and ends when the store is another one', async () => {
    const work = new FakeWork('a');
    let leftAt = 0;
    const at = stage(work, async (_, { leave }, clock) => {
      await clock.sleep(HOUR, leave);
      leftAt = at.seconds();
    });
    const ended = at.run(async () => {
      await at.clock.sleep(20 * SECOND);
      work.fatal = true;
    });
    await expect(ended).rejects.toMatchObject({ code: 'store-restored', exitCode: 6 });
    expect(leftAt).toBeLessThan(25);
  });

  it('gives a run back before its job gets too old', async () => {
    const work = new FakeWork('a');
    work.again = 'a';
    const at = stage(work, async (_, { drain }, clock) => clock.sleep(100 * HOUR, drain));
    await at.run(async () => {
      await at.clock.sleep(24 * HOUR);
      expect(ofRun(work.events)).toEqual(['takes a', 'finishes a', 'takes a']);
      at.drain.abort(0);
    });
  });
});
