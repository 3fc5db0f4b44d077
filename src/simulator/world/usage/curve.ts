/**
 * The curves of load and memory, one value for each cell of five minutes. They are pure functions of profile and cell, also for
 * the future, so that a test can compare advice with what really comes.
 */
import { chanceAt } from '../random.ts';
import { CELLS_IN_A_DAY, CELLS_IN_AN_HOUR, cellOfDay, dayOf, type Profile, weekdayOf } from './profile.ts';

/** How high a day is, from 0 to 1, by the distance in cells from its peak. */
const DAY_CURVE = Float64Array.from(
  { length: CELLS_IN_A_DAY },
  (_, cell) => 0.5 + 0.5 * Math.cos((2 * Math.PI * cell) / CELLS_IN_A_DAY),
);

/** Noise of memory and load, as a part of the value. */
const MEMORY_NOISE = 0.004;
const LOAD_NOISE = 0.08;

/** No event is this close to the world's start, so that the present is an ordinary time. */
const QUIET_CELLS = 6 * CELLS_IN_AN_HOUR;

/** The season, from 0 to 1: the time of the day, and lower at weekends. */
export function seasonAt({ peakCell, weekend }: Profile, cell: number): number {
  const weekday = weekdayOf(dayOf(cell));
  const height = DAY_CURVE[(cellOfDay(cell) - peakCell + CELLS_IN_A_DAY) % CELLS_IN_A_DAY]!;
  return weekday === 0 || weekday === 6 ? height * weekend : height;
}

/** A burst or a deploy: the ratio of memory and of load during it; 1 at other times. */
interface Event {
  readonly memory: number;
  readonly load: number;
}
const NO_EVENT: Event = { memory: 1, load: 1 };
const DEPLOY: Event = { memory: 2, load: 1.6 };
const DEPLOY_CELLS = 10;

function eventAt(profile: Profile, cell: number): Event {
  const { pattern, salt, startCell, deployDays, deployCell } = profile;
  if (pattern !== 'bursts' && pattern !== 'deploys') return NO_EVENT;
  if (Math.abs(cell - startCell) < QUIET_CELLS) return NO_EVENT;
  const day = dayOf(cell);
  const inDay = cellOfDay(cell);
  if (pattern === 'deploys') {
    const since = inDay - deployCell;
    return deployDays.includes(weekdayOf(day)) && since >= 0 && since < DEPLOY_CELLS ? DEPLOY : NO_EVENT;
  }
  if (chanceAt(salt ^ 0x6275, day) > 0.15) return NO_EVENT;
  const length = 4 + Math.floor(20 * chanceAt(salt ^ 0x6c65, day));
  const since = inDay - Math.floor((CELLS_IN_A_DAY - length) * chanceAt(salt ^ 0x6174, day));
  if (since < 0 || since >= length) return NO_EVENT;
  const memory = 1.3 + 0.6 * chanceAt(salt ^ 0x6869, day);
  return { memory, load: 1.5 + memory };
}

/** The growth since the world's start, as a ratio: 1 at the start, less before it. */
function trendAt({ growth, startCell }: Profile, cell: number): number {
  return growth === 0 ? 1 : Math.max(0.05, 1 + (growth * (cell - startCell)) / CELLS_IN_A_DAY);
}

/** The load of an instance: about 1 at the peak of an ordinary day. CPU, traffic, connections and commands follow it. */
export function loadAt(profile: Profile, cell: number): number {
  const floor = profile.pattern === 'flat' ? 0.8 : 0.35;
  const noise = 1 + LOAD_NOISE * (2 * chanceAt(profile.salt ^ 0x6c6f, cell) - 1);
  const usual = floor + (1 - floor) * seasonAt(profile, cell);
  // Traffic grows half as fast as the data.
  const growth = profile.growth === 0 ? 1 : (1 + trendAt(profile, cell)) / 2;
  return usual * noise * growth * eventAt(profile, cell).load;
}

/** The memory that the data needs, as a ratio that is about 1 at the world's start. */
function shapeAt(profile: Profile, cell: number): number {
  const { pattern, swing, cleanupCell, cleanupRatio } = profile;
  const noise = 1 - MEMORY_NOISE * chanceAt(profile.salt, cell);
  if (pattern === 'cache') return 1.05 + 0.4 * seasonAt(profile, cell);
  const trend = trendAt(profile, cell);
  const seasonal = pattern === 'season' || pattern === 'growing-season';
  const season = seasonal ? 1 - swing * (1 - seasonAt(profile, cell)) : 1;
  const before = pattern === 'cleanup' && cell < cleanupCell ? cleanupRatio : 1;
  return trend * season * before * noise * eventAt(profile, cell).memory;
}

/** An instance without `usage` in the fleet has had no more memory in use than now for so long. */
const CALM_CELLS = 8 * CELLS_IN_A_DAY;

/**
 * The memory that the data needs in a cell, as a ratio to the world's start. It may be more than the instance has.
 *
 *   with `usage` in the fleet      the curve, also after the start; 1 in the cell of the start
 *   without it                     the curve before the start, which ends at 1; then always 1
 */
export function needAt(profile: Profile, cell: number): number {
  if (profile.pattern === 'cache') return shapeAt(profile, cell);
  if (profile.continues) return shapeAt(profile, cell) / shapeAt(profile, profile.startCell);
  // Cells that end after the start have the memory of the start. In the hour before, the curve approaches it.
  const away = Math.min(1, (profile.startCell - cell) / CELLS_IN_AN_HOUR);
  if (away <= 0) return 1;
  const shape = shapeAt(profile, cell);
  const calm = profile.startCell - cell < CALM_CELLS ? Math.min(1, shape) : shape;
  return 1 - away + away * calm;
}
