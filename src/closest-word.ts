/**
 * The candidate that `word` most likely misspells; null when none is close. Case, hyphens and underscores do not count. A
 * swapped pair of letters counts as one mistake.
 * @param most the number of mistakes that still count as near.
 */
export function closest(
  word: string,
  candidates: readonly string[],
  most = Number.POSITIVE_INFINITY,
): string | null {
  const wanted = plain(word);
  if (wanted === '' || word.length > 64) return null;
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const known = plain(candidate);
    if (Math.abs(known.length - wanted.length) > Math.min(most, least)) continue;
    const far = distance(wanted, known);
    const near =
      far <= most &&
      far <= Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3)) &&
      far < wanted.length;
    if (near && far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, '');
}

/** The number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
