#!/usr/bin/env node
/** The command `refit`. It loads little at the start, because most calls are short. */
import './prepare-process.ts';
import { VERSION } from '../version.ts';

// If the reader has gone (refit … | head), Refit stops writing. The command continues and keeps its exit code.
let unwritten: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unwritten = error;
});
process.stderr.on('error', () => undefined);
// A command that waits for something that cannot come any more has not succeeded.
process.once('beforeExit', () => process.exit(13));

void main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === '--version') {
    await new Promise((resolve) => process.stdout.write(`${VERSION}\n`, resolve));
  } else {
    const { runToExitCode } = await import('./run-to-exit-code.ts');
    process.exitCode = await runToExitCode(args);
  }
  if (unwritten !== null && !process.exitCode) {
    const { reportError } = await import('./run-to-exit-code.ts');
    process.exitCode = reportError(unwritten);
  }
  // Refit does not wait for open answers: every event is on disk by now.
  process.exit();
}
