// Builds the shipped command into dist/ if a source is newer. Its output goes to stderr.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBuildFacts } from './build-facts.mjs';
import { changedAt, install, root } from './install.mjs';

const STAMP = 'dist/.built';
const NEXT = 'dist.next';

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('generated')) continue;
    latest = Math.max(latest, changedAt(join(entry.parentPath, entry.name).slice(root.length + 1)));
  }
  return latest;
}

function run(args) {
  const node = join(root, 'node_modules/.bin/node');
  const { status } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

export function build() {
  install();
  const sources = Math.max(
    newest('src'),
    newest('schemas'),
    newest('scripts'),
    changedAt('package.json'),
    changedAt('tsconfig.build.json'),
  );
  if (changedAt(STAMP) > sources) {
    // A new commit may leave the sources as they are.
    writeBuildFacts(root, 'dist');
    return;
  }
  const startedAt = new Date();
  run(['scripts/compile-schemas.mjs']);
  // Builds into another folder and renames it, so that dist/ is always a complete build.
  const next = join(root, NEXT);
  rmSync(next, { recursive: true, force: true });
  run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', NEXT]);
  cpSync(join(root, 'src/generated'), join(next, 'generated'), { recursive: true });
  run(['scripts/bundle.mjs', NEXT]);
  run(['scripts/build-console.mjs', NEXT]);
  writeBuildFacts(root, NEXT);
  run(['scripts/package/write-documents.mjs', NEXT]);
  chmodSync(join(next, 'cli/main.js'), 0o755);
  writeFileSync(join(next, '.built'), '');
  // A source that changes during the build is newer than the build.
  utimesSync(join(next, '.built'), startedAt, startedAt);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(next, join(root, 'dist'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
