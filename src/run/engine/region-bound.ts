/**
 * The bound on changes in flight in one region of an account. A step counts from before its order until it has ended. If a
 * process dies, its steps in flight still count, and the next process of the run follows them.
 */
import type { Step } from '../../model.ts';
import { HOUR, SECOND } from '../../units.ts';
import { awaitTurnOf } from './may-start.ts';
import type { Run } from './run.ts';

/** Milliseconds between two questions whether the region has room. */
const EVERY = 2 * SECOND;
/** How long the wait may be, for people: other runs decide. */
const SHOWN_LIMIT = 24 * HOUR;

/** Waits for the step's turn, and until its region has room. A refused question changes nothing, so it is asked again. */
export async function awaitRegion(run: Run, step: Step): ReturnType<typeof awaitTurnOf> {
  const { clock, stop, control, waits, ports } = run;
  for (;;) {
    const turn = await awaitTurnOf(run, step);
    if (turn !== 'go' || ports.regions === undefined) return turn;
    if (await ports.regions.acquire(step)) {
      waits.clear(step);
      return turn;
    }
    waits.setCurrent(step, 'regionFull', SHOWN_LIMIT);
    await clock.sleep(EVERY, AbortSignal.any([stop.noNewOrders, stop.left, control.changed]));
  }
}

/** The step is no longer in flight. If the store cannot be reached, the next process of the run counts again. */
export async function leaveRegion({ ports }: Run, step: Step): Promise<void> {
  await ports.regions?.release(step).catch(() => undefined);
}
