// The command line of a checkout: builds it if necessary, and runs it in this process with the pinned Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './install.mjs';

// Users send SIGUSR1 to ask for the state of a run. Without a listener Node would open its debugger.
process.on('SIGUSR1', () => undefined);
build();
const main = join(root, 'dist/cli/main.js');
const { problemOfNode } = await import('../dist/node-version.js');
const { OLDEST_NODE } = await import('../dist/version.js');
if (problemOfNode(process.versions.node, OLDEST_NODE) === null) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  // On the first call, before the pinned Node is installed, an older Node may run this script.
  const child = spawn(join(root, 'node_modules/.bin/node'), [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
