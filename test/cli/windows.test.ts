// Commands outside and inside the windows: exit 8, the next start, and the next command.
import { describe, expect, it } from 'vitest';
import { BRISK, desk, growPlan, plainFleet, struckBy, until } from './refit.ts';
import { simulatorHere } from './simulator-here.ts';

const DAY = 86_400_000;
const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The weekday and the date after some days, in UTC. */
function inDays(days: number): { weekday: string; date: string } {
  const day = new Date(Date.now() + days * DAY);
  return { weekday: WEEKDAYS[day.getUTCDay()]!, date: day.toISOString().slice(0, 10) };
}

describe.concurrent('windows', () => {
  it('apply exits 8 outside of them, orders nothing, and prints when and with which command to resume', async (test) => {
    const at = await desk(test, { simulator: BRISK, fleet: plainFleet(2) });
    const { weekday, date } = inDays(2);
    await at.write(
      'plan.yaml',
      growPlan([
        'expires: 7d',
        'windows:',
        '  timezone: UTC',
        `  allow: ["${weekday} 01:00-05:00"]`,
        '  calendars: [freezes.ics]',
        '  lastStart: 45m',
      ]),
    );
    const unread = await at.refit(['validate', 'plan.yaml']);
    expect(unread.code).toBe(65);
    expect(unread.stdout).toMatch(/the calendar freezes\.ics: it cannot be read/);
    expect((await at.refit(['plan', 'plan.yaml', '-o', 'saved.json'])).code).toBe(65);

    await at.write('freezes.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n');
    expect((await at.refit(['validate', 'plan.yaml'])).code).toBe(0);
    const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toContain(
      `${weekday} ${date} 01:00-05:00 UTC (opens ${date} 01:00:00 UTC); all orders fit`,
    );

    const refused = await at.refit(APPLY);
    expect(refused.code).toBe(8);
    expect(refused.stderr).toContain(`the next opens ${weekday} ${date} 01:00 (${date} 01:00 UTC)`);
    expect(refused.stderr).toMatch(/refit apply \S*run\/plan\.json --run-dir \S*run --endpoint http:\S+/);
    expect(await at.journal()).toEqual([]);
    expect((await at.simulator.counts()).actions.UpgradeInstance).toBeUndefined();

    const coming = await at.refit(['windows', 'next', 'saved.json', '--count', '2']);
    expect(coming.code).toBe(0);
    const later = inDays(9).date;
    expect(coming.stdout).toMatch(/^outside the windows: /);
    expect(coming.stdout).toContain('forecast  2 orders, at least 1 s at the request rate');
    for (const day of [date, later])
      expect(coming.stdout).toMatch(
        new RegExp(
          `^${weekday} ${day} 01:00-05:00 UTC +${day} 01:00 to ${day} 05:00 UTC +last start 04:15 +the forecast fits$`,
          'm',
        ),
      );
    const json = await at.refit(['windows', 'next', 'plan.yaml', '--json']);
    const result = JSON.parse(json.stdout);
    expect(result).toMatchObject({ timezone: 'UTC', mayStart: false, forecast: null });
    expect(result.windows).toHaveLength(5);
    expect(result.windows[0]).toEqual({
      weekday,
      date,
      opens: { weekday, date, time: '01:00', utc: `${date}T01:00:00.000Z` },
      lastStart: { weekday, date, time: '04:15', utc: `${date}T04:15:00.000Z` },
      closes: { weekday, date, time: '05:00', utc: `${date}T05:00:00.000Z` },
      fits: null,
    });
  });

  it('a freeze that starts during a run ends it with 8, and the same command resumes after the freeze', async (test) => {
    const simulator = await simulatorHere(plainFleet(6));
    test.onTestFinished(() => simulator.stop());
    const at = await desk(test, { simulator });
    const moment = (ms: number) => new Date(Math.ceil(Date.now() / 1000) * 1000 + ms);
    const written = [moment(150_000), moment(600_000)].map((one) => one.toISOString().replace('.000', ''));
    await at.write(
      'plan.yaml',
      growPlan([
        `windows: { timezone: Asia/Shanghai, freeze: ["${written.join('..')}"] }`,
        'execution: { inFlight: 1, patience: 2s }',
      ]),
    );
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    // After a step has ended, both clocks are inside the freeze.
    const strike = { kind: 'step-ended', at: 'durable', effect: 'set clock', ms: 180_000 } as const;
    const run = at.start(APPLY, { env: struckBy({ strikes: [strike] }) });
    await until('a step to end', async () => (await at.journal()).some(({ kind }) => kind === 'step-ended'));
    simulator.ahead = strike.ms;
    const frozen = await run.ended;
    expect(frozen.code, frozen.stderr).toBe(8);
    expect(frozen.stdout).toMatch(/WINDOW CLOSED +frozen: /);
    const { totals, run: ended } = await at.report();
    expect(ended.endedBecause).toBe('window-closed');
    expect(totals['not-run']).toBeGreaterThan(0);
    expect(totals.verified! + totals['not-run']!).toBe(6);
    expect(frozen.stderr).toMatch(/next {4}refit apply saved\.json --run-dir run/);
    const status = await at.refit(['status', 'run']);
    expect(status.stdout).toContain('window-closed');

    simulator.ahead = 700_000;
    const on = await at.refit(APPLY, { env: struckBy({ strikes: [], clock: simulator.ahead }) });
    expect(on.code, on.stderr).toBe(0);
    expect((await at.report()).totals).toMatchObject({ verified: 6 });
  });

  it('windows next reports a plan without windows, and refuses an invalid count', async (test) => {
    const at = await desk(test, { simulator: null });
    await at.write('plan.yaml', growPlan());
    const none = await at.refit(['windows', 'next', 'plan.yaml']);
    expect([none.code, none.stdout]).toEqual([0, 'the plan has no windows: it can start at any time\n']);
    const many = await at.refit(['windows', 'next', 'plan.yaml', '--count', '0']);
    expect([many.code, many.stderr]).toEqual([64, expect.stringContaining('a whole number from 1 to 100')]);
    await at.write('bad.yaml', growPlan(['windows: { timezone: Nowhere }']));
    expect((await at.refit(['windows', 'next', 'bad.yaml'])).code).toBe(65);
  });
});
