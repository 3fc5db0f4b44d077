#!/usr/bin/env node
/** The command `refit`: starts with little, because most calls are short. Who only asks for the version waits for nothing else. */
import './disable-debugger.ts';
import { VERSION } from '../version.ts';
import { useCompileCache } from './compile-cache.ts';

const args = process.argv.slice(2);
// A reader that went away (refit … | head) is told nothing more; what was asked for goes on, and its exit code stands.
let unwritten: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unwritten = error;
});
process.stderr.on('error', () => undefined);

if (args.length === 1 && args[0] === '--version') {
  await new Promise((resolve) => process.stdout.write(`${VERSION}\n`, resolve));
} else {
  useCompileCache(process.env);
  const { runToExitCode } = await import('./run-to-exit-code.ts');
  process.exitCode = await runToExitCode(args);
}
if (unwritten !== null && !process.exitCode) {
  const { reportError } = await import('./run-to-exit-code.ts');
  process.exitCode = reportError(unwritten);
}
// Whatever still waits for an answer is not waited for: every deed is on disk by now.
process.exit();
