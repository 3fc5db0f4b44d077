/** How this program starts itself again, as another process. */
import { isExecutable } from './installed-files.ts';

/** The program and its first arguments: Node with its options and the command, or the single executable. */
export function thisProgram(): readonly [program: string, ...first: string[]] {
  if (isExecutable) return [process.execPath];
  return [process.execPath, ...process.execArgv, process.argv[1]!];
}
