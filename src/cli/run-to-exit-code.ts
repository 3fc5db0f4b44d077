/** Runs one command and returns its exit code. Errors are printed with their fix. */
import { exitCodeOf, RefitError } from '../errors.ts';
import { describeSystemError, fixForWriting } from '../files/system-error.ts';
import { escapeControls, escapeLines } from '../text.ts';
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
    const fix = path === undefined ? 'use another folder' : fixForWriting(error, path);
    process.stderr.write(
      `refit: ${escapeControls(path ?? syscall)}: ${escapeControls(describeSystemError(error))}
  fix: ${escapeControls(fix)}
`,
    );
    return exitCodeOf('disk-failed');
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`refit: internal error: ${escapeLines(text)}\n`);
  return 1;
}

/** The lines of a text with an indent, without control characters. */
function lines(text: string, indent: string): string {
  return escapeLines(text).replaceAll('\n', `\n${indent}`);
}
