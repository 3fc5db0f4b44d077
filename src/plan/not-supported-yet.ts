/**
 * What the plan format knows and this version does not do. Each is refused where it stands, never ignored: a plan
 * that asks for a pause or a window must not run without one. Supporting one of them means removing its row.
 */
import type { Path } from './read-yaml.ts';

export interface NotSupportedYet {
  /** Keys from the top; `*` stands for every entry of a list. */
  readonly path: Path;
  /** Where only some values are meant. */
  readonly when?: (value: unknown) => boolean;
  readonly what: string;
  /** What to write instead. */
  readonly mend: string;
}

export const NOT_SUPPORTED_YET: readonly NotSupportedYet[] = [
  {
    path: ['windows'],
    what: 'windows and freezes are not supported yet',
    mend: 'remove windows; begin the run inside the window, and end it with finishBy: 2026-11-10T05:00:00+08:00',
  },
];

/** Every use of a row in a plan as it was written, with the path at which it stands. */
export function usesNotSupportedYet(plan: unknown): { row: NotSupportedYet; path: Path }[] {
  return NOT_SUPPORTED_YET.flatMap((row) =>
    matches(plan, row.path).flatMap(({ path, value }) =>
      row.when === undefined || row.when(value) ? [{ row, path }] : [],
    ),
  );
}

function matches(value: unknown, [head, ...tail]: Path, above: Path = []): { path: Path; value: unknown }[] {
  if (head === undefined) return [{ path: above, value }];
  if (head === '*')
    return Array.isArray(value) ? value.flatMap((item, index) => matches(item, tail, [...above, index])) : [];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, head))
    return [];
  return matches((value as Record<string, unknown>)[head], tail, [...above, head]);
}
