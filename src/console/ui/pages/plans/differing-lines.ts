/** Which lines of two texts differ. Pure. */

export interface DifferingLine {
  readonly whose: 'mine' | 'theirs';
  /** From 1, in its own text. */
  readonly line: number;
  readonly text: string;
}

/** Lines of one text that are compared with all of the other; a longer middle part is shown as a whole. */
const MOST_COMPARED = 1_500;

/** The lines that only one of the texts has, by the longest common subsequence of the part between equal starts and ends. */
export function differingLines(theirs: string, mine: string): DifferingLine[] {
  const [a, b] = [theirs.split('\n'), mine.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const own = (whose: DifferingLine['whose'], lines: readonly string[], at: number): DifferingLine => ({
    ...{ whose, line: start + at + 1, text: lines[at] ?? '' },
  });
  if (left.length > MOST_COMPARED || right.length > MOST_COMPARED)
    return [...left.map((_, at) => own('theirs', left, at)), ...right.map((_, at) => own('mine', right, at))];
  const lengths = commonLengths(left, right);
  const lines: DifferingLine[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) [i, j] = [i + 1, j + 1];
    else if (j === right.length || (i < left.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      lines.push(own('theirs', left, i++));
    else lines.push(own('mine', right, j++));
  }
  return lines;
}

/** For each pair of places, how many lines the rest of both texts have in common, in order. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      lengths[i]![j] =
        left[i] === right[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  return lengths;
}
