import { describe, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { createMemorySlots } from './memory-slots.ts';
import { SLOT_CONTRACT } from './slot-contract.ts';

describe('the slot source of tests', () => {
  it.each(Object.entries(SLOT_CONTRACT))('%s', async (_, holds) => {
    const clock = new VirtualClock();
    const source = createMemorySlots(() => clock.now());
    const moveNext = async (lane: string, ms: number) => source.moveNext(lane, ms);
    await clock.run(() => holds({ source, moveNext, sleep: (ms) => clock.sleep(ms) }));
  });
});
