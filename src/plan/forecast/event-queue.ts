/**
 * A priority queue by time, as a binary heap. Items with the same time keep their order. The heap is three lists, because
 * a list of numbers needs no object for each entry.
 */
export class EventQueue<Item> {
  private readonly times: number[] = [];
  private readonly orders: number[] = [];
  private readonly items: Item[] = [];
  private added = 0;

  /** The time of the earliest item; infinite when the queue is empty. */
  get earliest(): number {
    return this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, item: Item): void {
    const order = this.added++;
    let place = this.times.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isBefore(at, order, parent)) break;
      this.move(parent, place);
      place = parent;
    }
    this.put(place, at, order, item);
  }

  /** Removes the earliest item; null when the queue is empty. */
  take(): Item | null {
    const { times, orders, items } = this;
    if (times.length === 0) return null;
    const first = items[0]!;
    const [at, order, item] = [times.pop()!, orders.pop()!, items.pop()!];
    if (times.length === 0) return first;
    let place = 0;
    for (let left = 1; left < times.length; left = 2 * place + 1) {
      const right = left + 1;
      const isRight = right < times.length && this.isBefore(times[right]!, orders[right]!, left);
      const least = isRight ? right : left;
      if (this.isBefore(at, order, least)) break;
      this.move(least, place);
      place = least;
    }
    this.put(place, at, order, item);
    return first;
  }

  private isBefore(at: number, order: number, other: number): boolean {
    const time = this.times[other]!;
    return at < time || (at === time && order < this.orders[other]!);
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from]!, this.orders[from]!, this.items[from]!);
  }

  private put(place: number, at: number, order: number, item: Item): void {
    this.times[place] = at;
    this.orders[place] = order;
    this.items[place] = item;
  }
}
