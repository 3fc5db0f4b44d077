/**
 * What every source of request slots must do: a table that holds for the memory of tests and for the tables of
 * PostgreSQL. Nothing here depends on how fast the machine is.
 */
import { expect } from 'vitest';
import { SLOT_BOUNDS, type SlotGrant, type SlotSource, type SlotWish } from '../../../src/slot-source.ts';

export interface SlotStage {
  readonly source: SlotSource;
  sleep(ms: number): Promise<void>;
  /** Moves the next slot of a lane, as if the clock had been set since. */
  moveNext(lane: string, ms: number): Promise<void>;
}

const { batchAhead, mostAhead, closedFor, leastInterval } = SLOT_BOUNDS;
/** Rounding of a moment with fractions, ms. */
const ROUNDING = 0.01;

let lanes = 0;
/** A lane that no other case uses. */
export const newLane = (): string => `Order\nlane-${++lanes}\nme`;

export const wishFor = (lane: string, more: Partial<SlotWish> = {}): SlotWish => ({
  lane,
  count: 1,
  ahead: 0,
  version: null,
  interval: leastInterval,
  ...more,
});

export const slotsOf = ({ first, count, interval }: SlotGrant): number[] =>
  Array.from({ length: count }, (_, n) => first + n * interval);

async function one(source: SlotSource, wish: SlotWish) {
  const { now, grants } = await source.take([wish]);
  expect(grants).toHaveLength(1);
  return { now, grant: grants[0]! };
}

/** A lane that is open. */
async function openLane({ source, sleep }: SlotStage): Promise<string> {
  const lane = newLane();
  const { grant, now } = await one(source, wishFor(lane));
  await sleep(grant.next - now + 1);
  return lane;
}

/** The shortest distance of any two slots. */
export function closest(slots: readonly number[]): number {
  const sorted = [...slots].sort((a, b) => a - b);
  return Math.min(...sorted.slice(1).map((slot, n) => slot - sorted[n]!));
}

export const SLOT_CONTRACT: Readonly<Record<string, (stage: SlotStage) => Promise<void>>> = {
  'a new lane gives nothing for a second': async (stage) => {
    const lane = newLane();
    const { now, grant } = await one(stage.source, wishFor(lane, { count: 5 }));
    expect(grant).toMatchObject({ lane, count: 0, lesson: null, interval: leastInterval });
    expect(grant.next).toBeLessThanOrEqual(now + closedFor);
    await stage.sleep(grant.next - now - mostAhead + 5);
    const later = await one(stage.source, wishFor(lane, { count: 5 }));
    expect(later.grant.first).toBeGreaterThanOrEqual(grant.next);
  },

  'a batch is evenly spaced and short': async (stage) => {
    const lane = await openLane(stage);
    const { now, grant } = await one(stage.source, wishFor(lane, { count: 50, ahead: 20 }));
    expect(grant.count).toBeGreaterThan(2);
    expect(grant.next - grant.first).toBeCloseTo(grant.count * leastInterval, 1);
    expect(Math.max(...slotsOf(grant))).toBeLessThanOrEqual(now + batchAhead + ROUNDING);
  },

  'a wish for no slot reads the clock, and takes nothing from the lane': async (stage) => {
    const lane = await openLane(stage);
    const none = await one(stage.source, wishFor(lane, { count: 0 }));
    expect(none.grant.count).toBe(0);
    expect((await stage.source.readLane(lane))!.recent).toHaveLength(0);
    const { grant, now } = await one(stage.source, wishFor(lane, { ahead: 0 }));
    expect(grant.count).toBe(1);
    expect(grant.first).toBeLessThanOrEqual(now + ROUNDING);
  },

  'the slots of all askers are one line, and none is far ahead': async (stage) => {
    const lane = await openLane(stage);
    const slots: number[] = [];
    const counts: number[] = [];
    for (let n = 0; n < 30; n++) {
      const { now, grant } = await one(stage.source, wishFor(lane, { count: 3 }));
      counts.push(grant.count);
      slots.push(...slotsOf(grant));
      if (grant.count > 0) expect(grant.first).toBeLessThanOrEqual(now + mostAhead);
      expect(grant.next).toBeGreaterThanOrEqual(grant.first);
    }
    expect(closest(slots)).toBeGreaterThan(leastInterval - ROUNDING);
    expect(Math.max(...counts)).toBeGreaterThan(1);
  },

  'an interval counts only with the version of the lane, and is never too short': async (stage) => {
    const lane = await openLane(stage);
    const { grant } = await one(stage.source, wishFor(lane, { interval: 500 }));
    expect(grant.interval).toBe(leastInterval);
    const known = await one(stage.source, wishFor(lane, { interval: 100, version: grant.version }));
    expect(known.grant).toMatchObject({ interval: 100, version: grant.version });
    const other = await one(stage.source, wishFor(lane, { interval: 500, version: grant.version - 1 }));
    expect(other.grant.interval).toBe(100);
    const short = await one(stage.source, wishFor(lane, { interval: 1, version: grant.version }));
    expect(short.grant.interval).toBe(leastInterval);
  },

  'a lesson is stored once for its version, and holds the lane': async (stage) => {
    const lane = await openLane(stage);
    const { grant, now } = await one(stage.source, wishFor(lane));
    const taught = { lesson: '{"rate":null}', interval: 200, heldUntil: now + 400 };
    expect(await stage.source.teach(lane, grant.version, taught)).toBe(true);
    expect(await stage.source.teach(lane, grant.version, { ...taught, lesson: 'late' })).toBe(false);
    const { grant: next } = await one(stage.source, wishFor(lane, { version: grant.version }));
    expect(next).toMatchObject({ ...taught, version: grant.version + 1 });
    expect(next.first).toBeGreaterThanOrEqual(taught.heldUntil);
    expect(await stage.source.teach(newLane(), 1, taught)).toBe(false);
  },

  'the slots that a lane gave are remembered for a while': async (stage) => {
    const lane = await openLane(stage);
    const { grant } = await one(stage.source, wishFor(lane, { count: 3 }));
    const row = await stage.source.readLane(lane);
    expect(row!.recent.map((at) => Math.round(at))).toEqual(slotsOf(grant).map((at) => Math.round(at)));
    expect(row).toMatchObject({ lane, version: grant.version, lesson: null, heldUntil: -Infinity });
    expect((await stage.source.lanes()).map((shown) => shown.lane)).toContain(lane);
    await stage.sleep(SLOT_BOUNDS.remembered + 500);
    const { grant: later } = await one(stage.source, wishFor(lane));
    expect((await stage.source.readLane(lane))!.recent).toHaveLength(later.count);
    expect(await stage.source.readLane(newLane())).toBeNull();
  },

  'one question is for many lanes': async (stage) => {
    const open = await openLane(stage);
    const names = [newLane(), open, newLane()];
    const { grants } = await stage.source.take(names.map((lane) => wishFor(lane, { count: 2 })));
    expect(Object.fromEntries(grants.map(({ lane, count }) => [lane, count > 0]))).toEqual({
      [names[0]!]: false,
      [open]: true,
      [names[2]!]: false,
    });
  },

  'a lane that was full for hours, because the clock was set back, is as new': async (stage) => {
    const lane = await openLane(stage);
    await stage.moveNext(lane, 3600_000);
    const { grant, now } = await one(stage.source, wishFor(lane));
    expect(grant.count).toBe(0);
    expect(grant.next).toBeLessThanOrEqual(now + closedFor);
    expect(grant.next).toBeGreaterThan(now + mostAhead - 100);
  },
};
