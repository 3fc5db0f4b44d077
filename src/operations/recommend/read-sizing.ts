/** Reads sizing files. */
import type { Finding, Sizing } from '../../model.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { DEFAULT_SIZING } from '../../recommend/default-sizing.ts';
import { parseSizing } from '../../recommend/parse-sizing.ts';
import { readInput } from '../named-files.ts';

/** A sizing file that was checked. */
export interface CheckedSizing {
  /** Null: the file is not valid. */
  readonly sizing: Sizing | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads a sizing file that the user named; `-` is stdin.
 * @param file undefined: none, so the defaults count. @throws FileRefused if it cannot be read.
 */
export async function readSizing(file: string | undefined): Promise<CheckedSizing> {
  if (file === undefined) return { sizing: DEFAULT_SIZING, findings: [] };
  return checkSizingFile(await readInput(file, 'sizing'), file);
}

/** Checks a sizing file. It throws for no content. */
export function checkSizingFile(bytes: Uint8Array, file: string): CheckedSizing {
  const { text, findings } = decodePlan(bytes, file);
  return text === null ? { sizing: null, findings } : parseSizing(text, file);
}
