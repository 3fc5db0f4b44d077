/** Prepares the process. Imported first, so that it comes before all code that needs a new Node. */
import { problemOfNode } from '../node-version.ts';
import { problemOfPlatform } from '../platform.ts';
import { OLDEST_NODE } from '../version.ts';

const problem = problemOfPlatform(process.platform) ?? problemOfNode(process.versions.node, OLDEST_NODE);
if (problem !== null) {
  process.stderr.write(`refit: ${problem}\n`);
  process.exit(1);
}

// Stops Node from opening its debugger at SIGUSR1: a debugger could read the keys of this process. Users send this signal
// at any time to ask a run for its state.
process.on('SIGUSR1', () => undefined);
