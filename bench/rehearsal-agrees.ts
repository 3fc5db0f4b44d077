/**
 * `npm run bench rehearsal-agrees`: compares the predicted end of a rehearsal with a run over HTTP, with signatures, disk
 * and the true request limit. Both have 1,000 steps, and changes that are a hundred times shorter than assumed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { connect } from '../src/operations/connect.ts';
import { planFleet } from '../src/operations/plans/plan-fleet.ts';
import { rehearseSavedPlan } from '../src/operations/plans/rehearse-plan.ts';
import { applySavedPlan } from '../src/operations/run-plan.ts';
import { simulate } from '../src/simulator/simulate.ts';
import type { Row } from './measure.ts';

/** Durations of 73 s to 18 min and a lag of 1 s to 10 s, divided by 100. */
const DURATION = [730, 10_800] as const;
const START_LAG = [10, 100] as const;
const LOCK_TAIL = [0, 1_200] as const;
const STEPS = 1_000;
/** So many in flight that request limit and in-flight slots both limit the run. */
const PLAN = `version: 1
name: bench
defaults: { region: ap-guangzhou }
targets: [{ select: { all: true }, memoryPerShard: 8GB }]
execution: { inFlight: 100, requestsPerSecond: 18 }
`;

/** Seconds: the prediction (median over the seeds) and the real run. */
async function predictedAndReal(seeds = 5): Promise<{
  readonly predicted: number;
  readonly real: number;
  readonly cpu: number;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-'));
  const fleet = Array.from({ length: STEPS }, (_, n) => ({
    id: `crs-bench${String(n).padStart(4, '0')}`,
    memoryPerShard: 4096,
  }));
  const simulation = await simulate(
    { fleet: JSON.stringify(fleet), duration: DURATION, startLag: START_LAG, lockTail: LOCK_TAIL },
    systemClock,
  );
  const connection = connect({
    endpoint: simulation.url,
    env: {
      TENCENTCLOUD_SECRET_ID: simulation.secretId,
      TENCENTCLOUD_SECRET_KEY: simulation.secretKey,
      HOME: folder,
      XDG_STATE_HOME: join(folder, 'state'),
    },
  });
  try {
    writeFileSync(join(folder, 'plan.yaml'), PLAN);
    const { review } = await planFleet(PLAN, join(folder, 'plan.yaml'), { from: connection.cloud });
    if (review?.verdict !== 'ready') throw new Error(JSON.stringify(review?.findings));
    const before = process.cpuUsage();
    const { report: rehearsed } = await rehearseSavedPlan(review.plan, {
      seeds,
      duration: DURATION,
      startLag: START_LAG,
      lockTail: LOCK_TAIL,
    });
    const { user, system } = process.cpuUsage(before);
    const { report } = await applySavedPlan(review.plan, {
      connection,
      approve: async () => ({ how: 'auto-approve', by: 'the benchmark' }),
      runsRoot: join(folder, 'runs'),
    });
    if (report.totals.verified !== STEPS) throw new Error(JSON.stringify(report.totals));
    return {
      predicted: rehearsed.rehearsed!.all.took.p50,
      real: (Date.parse(report.run.endedAt!) - Date.parse(report.run.startedAt!)) / 1000,
      cpu: (user + system) / 1e6 / seeds,
    };
  } finally {
    await connection.close();
    await simulation.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares the predicted end with one run over HTTP, which takes a minute of real time. */
export async function rehearsalAgrees(): Promise<Row> {
  const { predicted, real } = await predictedAndReal();
  const ratio = predicted / real;
  return {
    name: 'rehearse: predicted end of 1,000 steps',
    unit: 's',
    measured: predicted,
    floor: real,
    floorName: 'the run over HTTP',
    spread: [ratio, ratio],
    ratio,
  };
}
