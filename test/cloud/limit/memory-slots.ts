/**
 * A slot source in memory, for tests in virtual time. It follows slot-source.ts; the contract in slot-contract.ts holds
 * it and the tables of PostgreSQL to the same answers.
 */

import type { SlotGrant, SlotLane, SlotSource, SlotWish } from '../../../src/slot-source.ts';
import { SLOT_BOUNDS } from '../../../src/slot-source.ts';

type Row = { -readonly [Key in keyof SlotLane]: SlotLane[Key] };

export interface MemorySlots extends SlotSource {
  /** Loses every row, as a crash does. */
  crash(): void;
  /** Starts again and keeps the rows. */
  restart(): void;
  /** Moves the next slot of a lane, as if the clock had been set since. */
  moveNext(lane: string, ms: number): void;
}

/** Creates a source with this clock; moments are ms since 1970. */
export function createMemorySlots(now: () => number): MemorySlots {
  const rows = new Map<string, Row>();
  let startedAt = -Infinity;

  const rowOf = (lane: string, at: number): Row => {
    const row = rows.get(lane) ?? {
      lane,
      next: at + SLOT_BOUNDS.closedFor,
      interval: SLOT_BOUNDS.leastInterval,
      version: Math.floor(at),
      lesson: null,
      heldUntil: -Infinity,
      recent: [],
    };
    rows.set(lane, row);
    return row;
  };

  const grant = ({ lane, count, ahead, version, interval }: SlotWish): SlotGrant => {
    const at = now();
    const row = rowOf(lane, at);
    const latest = at + SLOT_BOUNDS.implausible;
    if (row.version === version) row.interval = Math.max(SLOT_BOUNDS.leastInterval, interval);
    const isPlausible = row.next <= latest;
    const first = Math.max(
      isPlausible ? row.next : at + SLOT_BOUNDS.closedFor,
      at + ahead,
      row.heldUntil <= latest ? row.heldUntil : -Infinity,
      startedAt + SLOT_BOUNDS.closedFor,
    );
    const room = Math.floor((at + SLOT_BOUNDS.batchAhead - first) / row.interval) + 1;
    const given = first > at + SLOT_BOUNDS.mostAhead ? 0 : Math.min(count, Math.max(1, room));
    row.next = first + given * row.interval;
    row.recent = [
      ...row.recent.filter((slot) => slot > at - SLOT_BOUNDS.remembered && slot <= latest),
      ...Array.from({ length: given }, (_, n) => first + n * row.interval),
    ];
    const { recent: _, ...known } = row;
    return { ...known, first, count: given };
  };

  return {
    async take(wishes) {
      return { grants: wishes.map(grant), now: now() };
    },
    async readLane(lane) {
      return rows.has(lane) ? { ...rows.get(lane)! } : null;
    },
    async teach(lane, from, taught) {
      const row = rows.get(lane);
      if (row?.version !== from) return false;
      Object.assign(row, taught, { version: from + 1 });
      return true;
    },
    async lanes() {
      return [...rows.values()].map((row) => ({ ...row }));
    },
    crash() {
      rows.clear();
      startedAt = now();
    },
    restart() {
      startedAt = now();
    },
    moveNext(lane, ms) {
      const row = rows.get(lane)!;
      row.next += ms;
    },
  };
}
