import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that run the built command as a process. */
const PROCESSES = ['test/cli/**/*.test.ts', 'test/library/**/*.test.ts'];

export default defineConfig({
  test: {
    // Generous: a machine may be busy, and no test fails for being slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Much of the time is waiting for processes: two at once even on two cores, where the default is one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: 'modules', include: ['test/**/*.test.ts'], exclude: PROCESSES } },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          globalSetup: ['test/cli/build-once.ts'],
        },
      },
    ],
  },
});
