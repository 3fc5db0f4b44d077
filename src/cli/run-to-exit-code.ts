/** One command from its arguments to its exit code. A refusal says what, why, and what to type next. */
import { exitCodeOf, RefitError } from '../errors.ts';
import { describeSystemError } from '../operations/named-files.ts';
import { escapeControls } from '../report/document/escape.ts';
import { runProgram } from './program/run-program.ts';

/** Never throws: whatever went wrong has been told on stderr. */
export async function runToExitCode(args: readonly string[]): Promise<number> {
  try {
    return await runProgram(args);
  } catch (error) {
    return reportError(error);
  }
}

/** Tells on stderr what went wrong. @returns the exit code for it. */
export function reportError(error: unknown): number {
  if (error instanceof RefitError) {
    process.stderr.write(`refit: ${lines(error.message, '  ')}\n`);
    if (error.fix !== '') process.stderr.write(`  fix: ${lines(error.fix, '        ')}\n`);
    return error.exitCode;
  }
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code === 'string' && typeof syscall === 'string') {
    process.stderr.write(
      `refit: ${escapeControls(path ?? syscall)}: ${escapeControls(describeSystemError(error))}\n  fix: free the disk, fix the rights, or name another folder\n`,
    );
    return exitCodeOf('disk-failed');
  }
  process.stderr.write(`refit: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Text of several lines made harmless line by line. */
function lines(text: string, indent: string): string {
  return text.split('\n').map(escapeControls).join(`\n${indent}`);
}
