/**
 * Runs each test without a mutant first, and then again with each mutant that it reaches, until the mutant is killed. The
 * modules load once. Vitest loads this file as its runner, see vitest.mutants.ts.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type RunnerTestCase, type RunnerTestFile, TestRunner, type TestTryOptions } from 'vitest';
import type { Job, Line } from './job.ts';
import { theSwitch } from './switch.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Work of a mutant that counts as endless: this many times the work without it, and this much more. */
const ENDLESS = { times: 20, more: 300_000 };
/** A test hangs if it does no work for this long, or for this many times its usual duration. */
const QUIET = { ms: 5_000, times: 5 };

const job = JSON.parse(readFileSync(process.env.REFIT_MUTANTS_JOB!, 'utf8')) as Job;
const wanted = new Map(job.mutants.map(({ number, key }) => [number, key]));
const it = theSwitch();
const killed = new Set<number>();

function write(line: Line): void {
  appendFileSync(job.out, `${JSON.stringify(line)}\n`);
}

export default class MutantRunner extends TestRunner {
  /** What the load of the present file reached. Later files find the modules loaded. */
  override onBeforeRunSuite(suite: Parameters<TestRunner['onBeforeRunSuite']>[0]): Promise<void> {
    if ('filepath' in suite && job.kind === 'reach') {
      const test = relative(ROOT, (suite as RunnerTestFile).filepath);
      write({ kind: 'load', file: test, reached: [...it.reached] });
      it.reached.clear();
    }
    return super.onBeforeRunSuite(suite);
  }

  override async onAfterRunSuite(suite: Parameters<TestRunner['onAfterRunSuite']>[0]): Promise<void> {
    await super.onAfterRunSuite(suite);
    if ('filepath' in suite && job.kind === 'reach')
      write({ kind: 'done', file: relative(ROOT, (suite as RunnerTestFile).filepath) });
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const file = relative(ROOT, test.file.filepath);
    const title = titleOf(test);
    const todo = job.tests?.[file]?.[title];
    if (job.kind === 'reach' || job.kind === 'fresh') {
      const { error, ms } = await this.attempt(test, 0, null);
      const reached = [...it.reached];
      if (job.kind === 'reach')
        write({ kind: 'reach', file, test: title, ms, reached, passed: error === null });
      if (error !== null) throw error;
      return;
    }
    const mutants = (todo ?? []).filter((mutant) => !killed.has(mutant));
    if (mutants.length === 0) return;
    await this.tryMutants(test, file, mutants);
  }

  private async tryMutants(test: RunnerTestCase, file: string, mutants: readonly number[]): Promise<void> {
    const name = titleOf(test);
    const usual = await this.attempt(test, 0, null);
    if (usual.error !== null) return write({ kind: 'unusable', file, test: name, why: String(usual.error) });
    const kills: number[] = [];
    for (const mutant of mutants) {
      write({ kind: 'try', mutant: wanted.get(mutant)!, file, test: name });
      const { error } = await this.attempt(test, mutant, usual);
      if (error !== null) kills.push(mutant);
    }
    if (kills.length === 0) return;
    // A test that a mutant spoiled for good would fail for every other mutant too.
    const after = await this.attempt(test, 0, null);
    if (after.error !== null) return write({ kind: 'unusable', file, test: name, why: String(after.error) });
    for (const mutant of kills) {
      killed.add(mutant);
      write({ kind: 'killed', mutant: wanted.get(mutant)!, file, test: name });
    }
  }

  /** Calls the function of a test once. @param usual the same without a mutant, which limits work and silence */
  private async attempt(
    test: RunnerTestCase,
    mutant: number,
    usual: { readonly ms: number; readonly work: number } | null,
  ): Promise<{ readonly error: unknown; readonly ms: number; readonly work: number }> {
    this.onBeforeTryTask(test, { retry: 0, repeats: 0 } satisfies TestTryOptions);
    it.reached.clear();
    it.work = 0;
    it.limit = usual ? usual.work * ENDLESS.times + ENDLESS.more : Number.POSITIVE_INFINITY;
    it.active = mutant;
    const start = performance.now();
    let error: unknown = null;
    try {
      await orSilence(Promise.resolve(TestRunner.getTestFn(test)()), usual);
      this.onAfterTryTask(test);
      if (it.work > it.limit) error = new Error('endless');
    } catch (thrown) {
      error = thrown ?? new Error('nothing was thrown');
    } finally {
      it.active = job.kind === 'fresh' ? job.mutants[0]!.number : 0;
      it.limit = Number.POSITIVE_INFINITY;
    }
    const result = { error, ms: performance.now() - start, work: it.work };
    await finish(test);
    return result;
  }
}

/** Ends a wait for an answer that never comes: nothing works any more, for many ticks of this process. */
async function orSilence(done: Promise<unknown>, usual: { readonly ms: number } | null): Promise<void> {
  if (usual === null) return void (await done);
  let quiet = 0;
  let before = -1;
  const silence = Promise.withResolvers<never>();
  const most = Math.max(QUIET.ms, QUIET.times * usual.ms) / 250;
  const ticks = setInterval(() => {
    quiet = it.work === before ? quiet + 1 : 0;
    before = it.work;
    if (quiet > most) silence.reject(new Error('the test waits for ever'));
  }, 250);
  try {
    await Promise.race([done, silence.promise]);
  } finally {
    clearInterval(ticks);
  }
}

/** What a test asked for with onTestFinished. */
async function finish(test: RunnerTestCase): Promise<void> {
  const asked = test as { onFinished?: ((context: object) => unknown)[]; onFailed?: unknown };
  const hooks = asked.onFinished ?? [];
  delete asked.onFinished;
  delete asked.onFailed;
  for (const hook of hooks.toReversed()) {
    try {
      await hook(test.context);
    } catch {
      // The test has been judged.
    }
  }
}

function titleOf(test: RunnerTestCase): string {
  let { name } = test;
  for (let { suite } = test; suite; suite = suite.suite) name = `${suite.name} > ${name}`;
  return name;
}
