#!/usr/bin/env node
/** The command `refit`: runs one command and exits with its code. A refusal says what, why, and what to type next. */
import './keep-debugger-shut.ts';
import { RefitError } from '../errors.ts';
import { visible } from '../report/escape.ts';
import { reason } from './files.ts';
import { runProgram } from './program.ts';

const args = process.argv.slice(2);
// A reader that went away (refit … | head) is told nothing more; what was asked for goes on, and its exit code stands.
let unwritten: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unwritten = error;
});
process.stderr.on('error', () => undefined);

try {
  process.exitCode = await runProgram(args);
  if (unwritten !== null && process.exitCode === 0) process.exitCode = tell(unwritten);
} catch (error) {
  process.exitCode = tell(error);
}
// Whatever still waits for an answer is not waited for: every deed is on disk by now.
process.exit();

function tell(error: unknown): number {
  if (error instanceof RefitError) {
    process.stderr.write(`refit: ${lines(error.message, '  ')}\n`);
    if (error.mend !== '') process.stderr.write(`  mend: ${lines(error.mend, '        ')}\n`);
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

/** Text of several lines made harmless line by line. */
function lines(text: string, indent: string): string {
  return text.split('\n').map(visible).join(`\n${indent}`);
}
