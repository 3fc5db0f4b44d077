import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that mostly wait: for the built command, for a browser, or for time itself. */
const PROCESSES = [
  'test/cli/**/*.test.ts',
  'test/library/**/*.test.ts',
  'test/documents/command-lines.test.ts',
  'test/report/*-in-browser.test.ts',
];

/** Those that take a minute or more, so that none of them begins when the others are through. */
const LONGEST = [
  ...['storm', 'steering', 'crash-matrix', 'command-lines', 'long-page-in-browser', 'frozen'],
  ...['simulation/search', 'apply', 'approvals'],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const CORES = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    // Generous: a machine may be busy, and no test fails for being slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'modules',
          include: ['test/**/*.test.ts'],
          exclude: PROCESSES,
          maxWorkers: CORES,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          // Much of their time is waiting: for other processes, and for time itself.
          maxWorkers: 2 * CORES,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/cli/build-once.ts'],
        },
      },
    ],
  },
});
