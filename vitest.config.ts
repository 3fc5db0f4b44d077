import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that mostly wait: for the built command, for a browser, or for time itself. */
const PROCESSES = [
  'test/cli/**/*.test.ts',
  'test/library/**/*.test.ts',
  'test/documents/{command-lines,followed-pages}.test.ts',
  'test/formats/released.test.ts',
  'test/report/*-in-browser.test.ts',
  'test/console/*-in-browser.test.ts',
];

/** The longest files, the longest first, so that none of them begins when the others are through. */
const LONGEST = [
  ...[
    'console-story',
    'cli/storm',
    'control',
    'crash-matrix',
    'postgres/storm',
    'postgres/worker',
    'slot-faults',
    'postgres/commands',
    'command-lines',
    'followed-pages',
    'apply',
    'long-page-in-browser',
    'usage',
    'story',
  ],
  ...[
    'locks',
    'cli/crash',
    'console/console-in-browser',
    'approvals',
    'secrets',
    'frozen',
    'schedule-killed',
    'older-signature',
    'disk',
    'library',
  ],
  ...[
    'site',
    'simulation/search',
    'workers/search',
    'bench',
    'spelling',
    'engine/crash',
    'control-run',
    'fuzz',
    'three-nights',
  ],
  ...['every-code', 'chance', 'slot-faults', 'postgres/fence', 'postgres/migrate', 'hostile-rows'],
];

/** Tests that fill or measure the memory of their process, and so need one of their own. */
const ALONE = [
  'test/simulation/search.test.ts',
  'test/simulation/workers/search.test.ts',
  'test/bench*.test.ts',
];

/** Tests that wait for a real PostgreSQL. They share one server. */
const POSTGRES = ['test/postgres/**/*.test.ts'];

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
/** Workers for files that mostly wait: for processes, leases and time. With two for each core, the cores were often idle. */
const WAITING = 3 * CORES;

export default defineConfig({
  test: {
    // Texts for the user's own zone are compared with golden files.
    env: { TZ: 'UTC' },
    // Generous: a machine may be busy, and no test fails for being slow. A test has no limit of its own below this one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'modules',
          include: ['test/**/*.test.ts'],
          exclude: [...PROCESSES, ...ALONE, ...POSTGRES],
          // Tests leave nothing behind, so the files of a worker share the modules that they import.
          isolate: false,
          maxWorkers: CORES,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, maxWorkers: CORES, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          isolate: false,
          maxWorkers: WAITING,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/cli/build-once.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: POSTGRES,
          isolate: false,
          maxWorkers: WAITING,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/cli/build-once.ts', 'test/postgres/start-once.ts'],
        },
      },
    ],
  },
});
