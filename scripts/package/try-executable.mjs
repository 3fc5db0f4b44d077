/**
 * Builds the executable for this machine and uses it in a root without Node, for the gate. `--can` only prints why this
 * machine cannot, or nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBlob, makeExecutable } from './build-executable.mjs';
import { nodeFor } from './node-binary.mjs';
import { addLibraries, inRoot, noOtherRoot, prepareRoot } from './other-root.mjs';
import { smallStory } from './story.mjs';
import { packageFacts } from './trees.mjs';

const why = noOtherRoot();
if (process.argv.includes('--can')) process.stdout.write(why ?? '');
else if (why !== null) throw new Error(why);
else await tryExecutable();

async function tryExecutable() {
  const folder = mkdtempSync(join(tmpdir(), 'refit-executable-'));
  try {
    const { blob } = await makeBlob(join(folder, 'blob'));
    const inside = join(folder, 'root');
    const executable = join(inside, 'bin/refit');
    makeExecutable({ node: nodeFor(process.arch), blob, path: executable });
    addLibraries(inside, executable);
    const writable = ['work', 'tmp'];
    prepareRoot(inside, writable);
    await smallStory((args) => inRoot(inside, ['/bin/refit', ...args], { writable, cwd: '/work' }), {
      env: { HOME: '/work' },
      version: packageFacts().version,
      write: (name, text) => writeFileSync(join(inside, 'work', name), text),
    });
    process.stdout.write('planned, applied, audited and served without Node\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
