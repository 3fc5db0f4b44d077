import { expect, it } from 'vitest';
import type { Transport } from '../../../src/cloud/network/transport.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Stage, setStage } from '../stage.ts';

const SECOND = 1_000;

/** Removes an instance from the lists while `isHidden` returns true. `listed` counts the lists. */
function hide(stage: Stage, id: string, isHidden: (listed: number) => boolean): void {
  const { transportFor } = stage.cloud;
  let listed = 0;
  const transport = (...args: Parameters<typeof transportFor>): Transport => {
    const own = transportFor(...args);
    return {
      ...own,
      async send(request) {
        const answer = await own.send(request);
        if (request.headers['X-TC-Action'] !== 'DescribeInstances') return answer;
        const body = JSON.parse(answer.body);
        const rows: { InstanceId: string }[] = body.Response.InstanceSet;
        if (!rows.some(({ InstanceId }) => InstanceId === id) || !isHidden(++listed)) return answer;
        body.Response.InstanceSet = rows.filter(({ InstanceId }) => InstanceId !== id);
        return { ...answer, body: JSON.stringify(body) };
      },
    };
  };
  Object.assign(stage.cloud, { transportFor: transport });
}

it('an instance that is missing from one list is read again', async () => {
  const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB });
  hide(stage, A(2), (listed) => listed === 1);
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'done', exitCode: 0 });
});

it('an instance that is missing from every list for ten seconds is gone', async () => {
  const stage = await setStage({ fleet: standards(3), plan: ALL_TO_8GB });
  hide(stage, A(2), () => true);
  const run = await stage.run();
  holds(stage, run);
  expect(run.end).toEqual({ because: 'done', exitCode: 3 });
  const step = run.report.steps[1]!;
  expect(step).toMatchObject({ outcome: 'drifted', code: 'ResourceNotFound.InstanceNotExists' });
  const took = Date.parse(step.endedAt!) - Date.parse(run.report.run.startedAt!);
  expect(took).toBeGreaterThan(10 * SECOND);
  expect(took).toBeLessThan(20 * SECOND);
});
