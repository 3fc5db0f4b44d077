/** Settings of Vitest for `npm run mutants`: the switches in the code, the runner, one process, the fastest files first. */
import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { instrument } from './instrument.ts';
import { ROOT, readTargets, TESTS, TESTS_WITHOUT } from './targets.ts';

const targets = new Map(readTargets().map((target) => [target.file, target]));
const files = (process.env.REFIT_MUTANTS_FILES ?? '').split('\n').filter(Boolean);

/** The order in which the command names the files. */
class AsNamed extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const at = ({ moduleId }: TestSpecification) => files.indexOf(relative(ROOT, moduleId));
    return [...specifications].sort((a, b) => at(a) - at(b));
  }
}

export default defineConfig({
  root: ROOT,
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      transform(code, id) {
        const target = targets.get(relative(ROOT, id.replace(/\?.*$/, '')));
        // The text on disk may have changed since the numbers were given.
        if (!target || target.text !== code) return null;
        return { code: instrument(code, target.mutants, target.first), map: null };
      },
    },
  ],
  test: {
    env: { TZ: 'UTC' },
    include: files.length > 0 ? files : [...TESTS, 'test/mutants/short-simulation.ts'],
    exclude: [...TESTS_WITHOUT],
    runner: './test/mutants/runner.ts',
    sequence: { sequencer: AsNamed },
    isolate: false,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    silent: true,
    bail: process.env.REFIT_MUTANT ? 1 : 0,
    testTimeout: 3_600_000,
    hookTimeout: 3_600_000,
    dangerouslyIgnoreUnhandledErrors: true,
    reporters: [['default', { summary: false }]],
  },
});
