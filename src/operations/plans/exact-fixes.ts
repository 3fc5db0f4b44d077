/** Finds the fixes that an editor can carry out: texts that make a part of a plan right. */
import type { Finding } from '../../model.ts';
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { SMALL_TEXT } from './parse-apart.ts';

/** The part of the text that a finding is about, and what makes it right. */
export interface ExactFix {
  /** Code units from the column of the finding, at least 1. */
  readonly length: number;
  /** null: the fix is not that simple, or Refit does not know one. */
  readonly replacement: string | null;
}

/** Each try parses the plan again. */
const MOST_TRIED = 6;
const LONGEST_TEXT = SMALL_TEXT;

/**
 * For each finding, its part and an exact fix. A fix is exact if the plan with it has no finding at that place, and no more
 * errors than before.
 * @param findings of this text, with locations in it.
 */
export function exactFixes(text: string, findings: readonly Finding[]): ExactFix[] {
  const lines = text.split('\n');
  const errors = countErrors(findings);
  let tried = text.length > LONGEST_TEXT ? MOST_TRIED : 0;
  return findings.map((finding) => {
    const { location } = finding;
    const line = location === null ? undefined : lines[location.line - 1];
    if (location === null || line === undefined) return { length: 1, replacement: null };
    const length = lengthOf(finding, line, location.column);
    for (const candidate of candidatesOf(finding, line)) {
      if (tried >= MOST_TRIED) break;
      tried += 1;
      const start = location.column - 1;
      const changed = line.slice(0, start) + candidate + line.slice(start + length);
      const after = parsePlan(lines.with(location.line - 1, changed).join('\n'), location.file).findings;
      const isGone = !after.some(
        (one) =>
          one.location?.line === location.line &&
          one.location.column >= location.column &&
          one.location.column < location.column + candidate.length,
      );
      if (isGone && countErrors(after) < errors) return { length, replacement: candidate };
    }
    return { length, replacement: null };
  });
}

/** The marks under an excerpt count columns of a terminal, which are code units in a line without wide characters. */
function lengthOf({ excerpt }: Finding, line: string, column: number): number {
  const marks = /\^+$/.exec(excerpt ?? '')?.[0].length ?? 1;
  return Math.max(1, Math.min(marks, line.length - column + 1));
}

/** `8GB`; of `memoryPerShard: 8GB` also the value alone. */
function candidatesOf({ fix }: Finding, line: string): string[] {
  if (fix === null || fix.length > 200 || fix.includes('\n')) return [];
  const [, key, value] = /^([\w.-]+):\s+(\S.*)$/.exec(fix) ?? [];
  return key !== undefined && value !== undefined && line.includes(key) ? [value, fix] : [fix];
}

const countErrors = (findings: readonly Finding[]): number =>
  findings.filter(({ severity }) => severity === 'error').length;
