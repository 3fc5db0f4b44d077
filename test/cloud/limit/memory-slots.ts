/**
 * A slot source in memory, for tests in virtual time. It follows slot-source.ts; the contract in slot-contract.ts holds
 * it and the tables of PostgreSQL to the same answers.
 */

import { FULL_INTERVAL } from '../../../src/cloud/limit/shared-lesson.ts';
import type { SlotGrant, SlotLane, SlotSource, SlotWish } from '../../../src/slot-source.ts';
import { SLOT_BOUNDS } from '../../../src/slot-source.ts';

type Row = { -readonly [Key in keyof SlotLane]: SlotLane[Key] };

export interface MemorySlots extends SlotSource {
  /** Loses every row, as a crash does. */
  crash(): void;
  /** Starts again and keeps the rows. */
  restart(): void;
}

/** Creates a source with this clock; moments are ms since 1970. */
export function createMemorySlots(now: () => number): MemorySlots {
  const rows = new Map<string, Row>();
  let startedAt = -Infinity;

  const rowOf = (lane: string, at: number): Row => {
    const row = rows.get(lane) ?? {
      lane,
      next: at + SLOT_BOUNDS.closedFor,
      interval: FULL_INTERVAL,
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
    if (row.version === version) row.interval = interval;
    const isPlausible = row.next <= at + SLOT_BOUNDS.implausible;
    const held = row.heldUntil <= at + SLOT_BOUNDS.implausible ? row.heldUntil : -Infinity;
    const first = Math.max(
      isPlausible ? row.next : at + SLOT_BOUNDS.closedFor,
      at + ahead,
      held,
      startedAt + SLOT_BOUNDS.closedFor,
    );
    const room = Math.floor((at + SLOT_BOUNDS.batchAhead - first) / row.interval) + 1;
    const given = first > at + SLOT_BOUNDS.mostAhead ? 0 : Math.min(count, Math.max(1, room));
    const slots = Array.from({ length: given }, (_, n) => first + n * row.interval);
    row.next = given === 0 ? row.next : first + given * row.interval;
    if (!isPlausible) row.next = first + given * row.interval;
    row.recent = [
      ...row.recent.filter((slot) => slot > at - SLOT_BOUNDS.remembered && isPlausible),
      ...slots,
    ];
    const { recent: _, next, ...taught } = row;
    return { ...taught, lane, first, count: given, next: Math.max(next, given === 0 ? first : next) };
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
  };
}
