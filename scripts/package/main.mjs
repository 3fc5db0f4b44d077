/**
 * Builds every artifact into artifacts/: `npm run package`.
 *
 *     --only NAME    one of npm, executable, debian, image, homebrew; may be repeated
 *     --url URL      where the Homebrew formula says that the artifacts are
 *     --verify       builds twice, compares the bytes, and then uses each artifact
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../build.mjs';
import { root } from '../install.mjs';
import { buildArtifacts, KINDS } from './build-artifacts.mjs';
import { EXAMPLE_URL } from './homebrew.mjs';
import { verifyArtifacts } from './verify.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: KINDS },
    url: { type: 'string', default: EXAMPLE_URL },
    verify: { type: 'boolean', default: false },
  },
});
const unknown = values.only.find((kind) => !KINDS.includes(kind));
if (unknown !== undefined) {
  process.stderr.write(`--only ${unknown}: no such artifact\n  fix: one of ${KINDS.join(', ')}\n`);
  process.exit(64);
}

const artifacts = join(root, 'artifacts');
mkdirSync(artifacts, { recursive: true });
try {
  await packageAll();
} catch (error) {
  process.stderr.write(`package: ${error.message}\n`);
  process.exit(1);
}

async function packageAll() {
  const first = await buildInto('.first');
  if (values.verify) {
    process.stderr.write('building a second time, to compare\n');
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    const second = await buildInto('.second');
    compare(checksumsIn(first), checksumsIn(second));
    rmSync(second, { recursive: true });
  }
  for (const name of readdirSync(artifacts))
    if (!name.startsWith('.')) rmSync(join(artifacts, name), { recursive: true });
  for (const name of readdirSync(first)) renameSync(join(first, name), join(artifacts, name));
  rmSync(first, { recursive: true });
  const sums = [...checksumsIn(artifacts)].map(([name, sum]) => `${sum}  ${name}\n`).join('');
  writeFileSync(join(artifacts, 'SHA256SUMS'), sums);
  process.stdout.write(sums);
  if (values.verify) await verifyArtifacts(artifacts, values.only);
}

async function buildInto(name) {
  build();
  const folder = join(artifacts, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const work = mkdtempSync(join(artifacts, '.work-'));
  try {
    await buildArtifacts(folder, { work, kinds: values.only, url: values.url });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function checksumsIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== 'SHA256SUMS',
  );
  return new Map(
    files
      .map(({ name }) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function compare(first, second) {
  const different = [...first].filter(([name, sum]) => second.get(name) !== sum).map(([name]) => name);
  if (different.length > 0 || first.size !== second.size)
    throw new Error(`two builds differ: ${different.join(', ') || 'one has other files'}`);
  process.stderr.write(`two builds are the same bytes: ${first.size} files\n`);
}
