/** An answer that arrives after `atClose: halt` ended the run is still written to the journal. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/units.ts';
import { ALL_TO_8GB, standards } from '../fleets.ts';
import { type Stage, setStage } from '../stage.ts';
import { passUntil, ZONE } from '../wall-clock.ts';

const MINUTE = 60 * SECOND;

/** One instance. The window closes at 10:01 and opens again at 10:03. Answers to orders take five seconds. */
function story(faults: readonly string[], patience = '3m'): Promise<Stage> {
  return setStage({
    fleet: standards(1),
    plan: `${ALL_TO_8GB}
windows: { timezone: ${ZONE}, allow: ["Mon 10:00-12:00"], freeze: ["2026-01-05T10:01+08:00..2026-01-05T10:03+08:00"], atClose: halt }
execution: { inFlight: 1, patience: ${patience} }`,
    startLag: [20 * MINUTE, 20 * MINUTE],
    duration: [MINUTE, MINUTE],
    faults: ['slow=5s@UpgradeInstance', ...faults],
  });
}

describe('an answer after the close of the window', () => {
  it.for([
    ['accepts the order', [], ['accepted'], 8],
    ['refuses the key', ['refuse=AuthFailure.SecretIdNotFound#1'], ['refused', 'step-ended'], 12],
    ['refuses the payment', ['refuse=FailedOperation.PayFailed#1'], ['refused', 'step-ended'], 3],
    ['refuses the order permanently', ['refuse=InvalidParameterValue#1'], ['refused', 'step-ended'], 3],
  ] as const)('is in the journal if it %s', async ([, faults, kinds, exitCode]) => {
    const stage = await story(faults);
    await passUntil(stage, '2026-01-05T10:00:57');
    const { end, entries } = await stage.run();
    const after = entries.slice(entries.findIndex(({ kind }) => kind === 'stopping') + 1);
    expect(after.flatMap(({ kind }) => ((kinds as readonly string[]).includes(kind) ? [kind] : []))).toEqual(
      kinds,
    );
    expect(end?.exitCode).toBe(exitCode);
  });

  it('prevents a second order when no other source shows the first', async () => {
    const stage = await story(['no-permission@DescribeDealsByCond'], '60s');
    await passUntil(stage, '2026-01-05T10:00:57');
    await stage.run();
    await passUntil(stage, '2026-01-05T10:03:00');
    const { report } = await stage.run();
    expect(stage.cloud.arrivals).toHaveLength(1);
    expect(report.totals.verified).toBe(1);
  });
});
