// The command line of a checkout: builds it first if need be and runs it in this process, under the pinned Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './install.mjs';

// It asks how a run goes on; while nobody listens, Node would open its debugger instead.
process.on('SIGUSR1', () => undefined);
build();
const main = join(root, 'dist/cli/main.js');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 19)) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  // The first time, before the pinned Node was installed, an older one may have started this.
  const child = spawn(join(root, 'node_modules/.bin/node'), [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
