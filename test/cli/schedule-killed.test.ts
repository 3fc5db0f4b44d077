/**
 * Kills a real scheduler with SIGKILL ten times around due times, and starts it again. The simulator is another process
 * and counts the accepted orders.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeScheduleLog } from '../../src/schedule/schedule-entry.ts';
import type { ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { type Desk, desk, plainFleet, until } from './refit.ts';

const KILLS = 10;
const SEED = Number(process.env.REFIT_SCHEDULE_SEED ?? Date.now() % 1_000_000);

it(`a scheduler that is killed ${KILLS} times around due times runs each due time exactly once (REFIT_SCHEDULE_SEED=${SEED})`, async (test) => {
  const at = await desk(test, { fleet: plainFleet(KILLS) });
  const chance = seededRandom(SEED);
  const start = () => at.start(['schedule', 'run', 'plans', '--runs', 'occurrences', '-q']);
  await mkdir(join(at.folder, 'plans'));
  let scheduler = start();
  await until('it to watch', async () => (await accountOf(at)).length > 0);

  const first = Date.now() + 5_000;
  const due = Array.from({ length: KILLS }, (_, index) => first + index * 700);
  for (const [index, moment] of due.entries())
    await at.write(
      `plans/once-${index}.yaml`,
      [
        'version: 1',
        `name: once-${index}`,
        `targets: [{ instance: ${plainFleet(KILLS)[index]!.id}, region: ap-guangzhou, memoryPerShard: 8GB }]`,
        'execution: { patience: 2s }',
        `schedule: { once: "${new Date(moment).toISOString()}", does: run }`,
        '',
      ].join('\n'),
    );
  await until('it to see them', async () => seenIn(await accountOf(at)).size === KILLS);

  for (const moment of due) {
    const wait = moment + chance.whole(-200, 1_200) - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
    scheduler.kill('SIGKILL');
    expect((await scheduler.ended).code).toBeNull();
    scheduler = start();
  }
  // On a slow machine the scheduler may first see a plan after its due time, and then does not run it.
  const seen = seenIn(await accountOf(at));
  const owed = due.flatMap((moment, index) => {
    const name = `once-${index}.yaml`;
    return seen.get(name)! < moment ? [{ name, instance: plainFleet(KILLS)[index]!.id }] : [];
  });
  const endsOf = (entries: readonly ScheduleEntry[], name: string) =>
    entries.flatMap((entry) => (entry.kind === 'ended' && entry.plan === name ? [entry] : []));
  await until(
    'all of them to end',
    async () => {
      const entries = await accountOf(at);
      return owed.every(({ name }) => endsOf(entries, name).length > 0);
    },
    240_000,
  );
  scheduler.kill('SIGTERM');
  expect((await scheduler.ended).code).toBe(143);

  const entries = await accountOf(at);
  const { orders } = await at.simulator.counts();
  for (const { name, instance } of owed) {
    expect(endsOf(entries, name), name).toMatchObject([{ exitCode: 0, totals: { verified: 1 } }]);
    expect(orders[instance], `orders for ${name}`).toBe(1);
  }
  expect(Object.values(orders).reduce((sum, count) => sum + count, 0)).toBe(owed.length);
});

async function accountOf(at: Desk): Promise<readonly ScheduleEntry[]> {
  const text = await readFile(join(at.folder, 'occurrences/schedule.jsonl'), 'utf8').catch(() => '');
  const { entries, fault } = decodeScheduleLog(text);
  expect(fault, text).toBeNull();
  return entries;
}

function seenIn(entries: readonly ScheduleEntry[]): Map<string, number> {
  return new Map(
    entries.flatMap((one) => (one.kind === 'scheduled' ? [[one.plan, Date.parse(one.at)]] : [])),
  );
}
