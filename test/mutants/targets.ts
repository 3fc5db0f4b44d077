/** The code that is mutated, and the tests that may kill: pure folders, approvals, journal, permits and decisions of runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findMutants, type Mutant } from './find-mutants.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Folders with their parts. Files that only hold data or words are left out. */
export const TARGETS: readonly string[] = [
  'src/model',
  'src/plan',
  'src/rules',
  'src/usage',
  'src/recommend',
  'src/policy',
  'src/approval',
  'src/journal',
  'src/cloud/limit',
  'src/run/decide',
  'src/run/engine',
  'src/run/control',
  'src/run',
];

const WITHOUT = ['src/approval/confusables.ts', 'src/run/notify/', 'src/run/rehearse/'];

/** The folders of tests that can tell something about these folders without a process, a browser or a database. */
export const TESTS: readonly string[] = [
  'test/{agreement,approval,journal,plan,policy,recommend,rules,run,usage}/**/*.test.ts',
  'test/cloud/{limit,wire}/**/*.test.ts',
  'test/cloud/order.test.ts',
  'test/attacks/{declines,effects,evidence,own-findings,planners,policy,signatures}.test.ts',
  'test/{what-if,local-time}.test.ts',
];
export const TESTS_WITHOUT: readonly string[] = [
  'test/**/*-in-browser.test.ts',
  'test/recommend/{accuracy,recommend-and-plan}.test.ts',
];

export interface Target {
  readonly file: string;
  readonly text: string;
  readonly mutants: readonly Mutant[];
  /** Number of its first mutant. Numbers start at 1 and go through all files. */
  readonly first: number;
}

/** The target to which a file belongs: the longest that fits. */
export function folderOf(file: string): string {
  const fitting = TARGETS.filter((folder) => file.startsWith(`${folder}/`));
  return fitting.sort((a, b) => b.length - a.length)[0]!;
}

/** Reads all targets. The order is that of their paths, so numbers agree between processes. */
export function readTargets(): Target[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && folderOf(file) && !WITHOUT.some((one) => file.startsWith(one)))
    .sort();
  let first = 1;
  return files.map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const mutants = findMutants(file, text);
    const target = { file, text, mutants, first };
    first += mutants.length;
    return target;
  });
}
