/** The short form of the benchmarks: fails on a ratio that is clearly lost, at twice the target, never on a time. */
import { describe, expect, it } from 'vitest';
import { company } from '../bench/company.ts';
import { cpuPerOrder } from '../bench/cpu.ts';
import { callsPerResize, makespan } from '../bench/following.ts';
import { sharing, useOfLimit } from '../bench/limit.ts';
import { isReached, type Row } from '../bench/measure.ts';
import { recommending } from '../bench/recommend.ts';
import { simulatorOrders } from '../bench/simulator.ts';
import { usageWalk } from '../bench/usage-walk.ts';

const TWICE = 2;

describe('no ratio is clearly lost', () => {
  it.each<[string, () => Promise<Row | readonly Row[]>]>([
    ['use of the limit', () => useOfLimit([1], 200)],
    ['sharing', () => sharing([1], ['calendar'])],
    ['calls a resize', () => callsPerResize([1], [false])],
    ['makespan', () => makespan(400)],
    ['company', () => company({ accounts: 2, regions: 1, instances: 60, slots: [1, 2] })],
    ['CPU of an order, beside the official SDK', () => cpuPerOrder(200, 7, ['plain'])],
    ['signed orders of the simulator', () => simulatorOrders(400, 2)],
    ['recommending, beside a walk over the history', () => recommending(100, 1)],
    ['a walk over the history of use', () => usageWalk({ folder: 100, nightly: 0, stored: 0 }, 1)],
  ])('%s', async (_, bench) => {
    for (const row of [await bench()].flat()) expect(isReached(row, TWICE), JSON.stringify(row)).toBe(true);
  });
});
