/**
 * A squarified treemap (Bruls, Huizing and van Wijk, 2000): areas in proportion to values, and rectangles close to
 * squares. It fills the short side with a row of values as long as that makes the worst of them less oblong. Pure.
 */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param values above 0, the largest first. @returns a rectangle for each, in their order. */
export function squarify(values: readonly number[], within: Rectangle): Rectangle[] {
  const sum = values.reduce((total, value) => total + value, 0);
  const scale = sum === 0 ? 0 : (within.width * within.height) / sum;
  const areas = values.map((value) => value * scale);
  const placed: Rectangle[] = [];
  let free = within;
  let first = 0;
  while (first < areas.length) {
    const side = Math.min(free.width, free.height);
    let last = first;
    let total = areas[first]!;
    while (last + 1 < areas.length) {
      const more = total + areas[last + 1]!;
      const before = worst(areas[first]!, areas[last]!, total, side);
      if (worst(areas[first]!, areas[last + 1]!, more, side) > before) break;
      total = more;
      last++;
    }
    free = placeRow(areas.slice(first, last + 1), total, free, placed);
    first = last + 1;
  }
  return placed;
}

/** The worst ratio of sides in a row. */
function worst(largest: number, smallest: number, total: number, side: number): number {
  const square = total * total;
  const along = side * side;
  return Math.max((along * largest) / square, square / (along * smallest));
}

/** Places a row along the short side. @returns what stays free. */
function placeRow(row: readonly number[], total: number, free: Rectangle, placed: Rectangle[]): Rectangle {
  const isTall = free.width >= free.height;
  const side = isTall ? free.height : free.width;
  const depth = side === 0 ? 0 : total / side;
  let along = 0;
  for (const area of row) {
    const length = depth === 0 ? 0 : area / depth;
    placed.push(
      isTall
        ? { x: free.x, y: free.y + along, width: depth, height: length }
        : { x: free.x + along, y: free.y, width: length, height: depth },
    );
    along += length;
  }
  return isTall
    ? { ...free, x: free.x + depth, width: Math.max(0, free.width - depth) }
    : { ...free, y: free.y + depth, height: Math.max(0, free.height - depth) };
}
