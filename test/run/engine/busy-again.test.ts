import { expect, it } from 'vitest';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

it('counts two busy periods of an instance separately', async () => {
  const stage = await setStage({
    fleet: standards(1),
    plan: ALL_TO_8GB,
    faults: ['system-error+0s..13m'],
  });
  const instance = stage.cloud.world.instances.get(A(1))!;
  const beBusy = (ms: number): void => {
    instance.status = 1;
    void stage.clock.sleep(ms).then(() => {
      instance.status = 2;
    });
  };
  beBusy(20 * SECOND);
  let resolved = 0;
  const run = await stage.run({
    diesAt: (moment) => {
      if (moment.kind !== 'durable' || !moment.text.includes('"kind":"resolved"') || ++resolved !== 5)
        return false;
      beBusy(MINUTE);
      return false;
    },
  });
  holds(stage, run);
  expect(resolved).toBe(5);
  expect(run.took).toBeGreaterThan(15 * MINUTE);
  expect(run.end).toEqual({ because: 'done', exitCode: 0 });
});
