import { defineConfig } from 'vitest/config';

/** Tests that run the built command as a process. */
const PROCESSES = ['test/cli/**/*.test.ts', 'test/library/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'modules', include: ['test/**/*.test.ts'], exclude: PROCESSES } },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          globalSetup: ['test/cli/build-once.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
