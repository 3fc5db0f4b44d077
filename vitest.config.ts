import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that run the built command as a process. */
const PROCESSES = ['test/cli/**/*.test.ts', 'test/library/**/*.test.ts'];

const CORES = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    // Generous: a machine may be busy, and no test fails for being slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
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
