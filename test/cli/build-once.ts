/**
 * Builds the command before the tests that run it as a process, if its sources are newer. The tests get a copy, so that
 * a later build does not change the files of a running test.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** The folders of the package. */
const FOLDERS = ['dist', 'schemas', 'plans', 'docs', 'deploy'];

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built package. */
    readonly built: string;
  }
}

export default function buildOnce(project: TestProject): () => void {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  execFileSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const built = mkdtempSync(join(tmpdir(), 'refit-built-'));
  for (const name of [...readdirSync(root).filter((one) => /\.(json|md)$|^LICENSE$/.test(one)), ...FOLDERS])
    cpSync(join(root, name), join(built, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(built, 'node_modules'));
  project.provide('built', built);
  return () => rmSync(built, { recursive: true, force: true });
}
