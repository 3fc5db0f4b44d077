/** Runs one command and returns its exit code. Errors are printed with their fix. */
import { exitCodeOf, RefitError } from '../errors.ts';
import { describeSystemError } from '../files/file-refused.ts';
import { escapeControls } from '../report/document/escape.ts';
import { runProgram } from './program/run-program.ts';

/** Runs a command. Never throws: it prints every error on stderr. */
export async function runToExitCode(args: readonly string[]): Promise<number> {
  try {
    return await runProgram(args);
  } catch (error) {
    return reportError(error);
  }
}

/** Prints an error on stderr. @returns its exit code. */
export function reportError(error: unknown): number {
  if (error instanceof RefitError) {
    process.stderr.write(`refit: ${lines(error.message, '  ')}\n`);
    if (error.fix !== '') process.stderr.write(`  fix: ${lines(error.fix, '        ')}\n`);
    return error.exitCode;
  }
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code === 'string' && typeof syscall === 'string') {
    process.stderr.write(
      `refit: ${escapeControls(path ?? syscall)}: ${escapeControls(describeSystemError(error))}\n  fix: free disk space, correct the permissions, or use another folder\n`,
    );
    return exitCodeOf('disk-failed');
  }
  process.stderr.write(`refit: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Escapes control characters in each line of a text. */
function lines(text: string, indent: string): string {
  return text.split('\n').map(escapeControls).join(`\n${indent}`);
}
