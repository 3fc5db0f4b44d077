#!/usr/bin/env node
/** The command `refit`: runs one command and exits with its code. A refusal says what, why, and what to type next. */
import { RefitError } from '../errors.ts';
import { visible } from '../report/escape.ts';
import { reason } from './files.ts';
import { runProgram } from './program.ts';

const args = process.argv.slice(2);
// A reader that went away (refit … | head) is no fault of ours, and nothing more can be told to it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

try {
  process.exitCode = await runProgram(args);
} catch (error) {
  process.exitCode = tell(error);
}
// Whatever still waits for an answer is not waited for: every deed is on disk by now.
process.exit();

function tell(error: unknown): number {
  if (error instanceof RefitError) {
    process.stderr.write(`refit: ${visible(error.message)}\n`);
    if (error.mend !== '') process.stderr.write(`  mend: ${visible(error.mend)}\n`);
    return error.exitCode;
  }
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code === 'string' && typeof syscall === 'string') {
    process.stderr.write(
      `refit: ${visible(path ?? syscall)}: ${visible(reason(error))}\n  mend: free the disk, mend the rights, or name another folder\n`,
    );
    return new RefitError('disk-failed', '', '').exitCode;
  }
  process.stderr.write(`refit: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
