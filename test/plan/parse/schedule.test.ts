/** The key `schedule`: its values, and what Refit refuses with which fix. */
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { remedy } from './pictures.ts';

const PLAN = 'version: 1\nname: nightly\ntargets: [{ instance: crs-5qlrlhux, shards: 8 }]\n';
const parse = (schedule: string) => parsePlan(`${PLAN}schedule: ${schedule}\n`, 'plan.yaml');

describe('a schedule', () => {
  // biome-ignore format: one line a case
  it.each([
    ['{ cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: dry-run }',
      { when: { kind: 'cron', cron: '30 1 * * Tue', timezone: 'Asia/Shanghai' }, does: 'dry-run', catchUp: 'run' }],
    ['{ once: "2026-11-25T01:30:00+08:00", does: run, catchUp: skip }',
      { when: { kind: 'once', at: '2026-11-24T17:30:00.000Z', zone: '+08:00' }, does: 'run', catchUp: 'skip' }],
    ['{ once: "2026-11-24T17:30:00Z", does: run, catchUpWithin: 2h }',
      { when: { kind: 'once', at: '2026-11-24T17:30:00.000Z', zone: 'UTC' }, does: 'run', catchUp: 'run', catchUpWithin: 7_200_000 }],
  ])('%s', (text, wanted) => {
    const { plan, findings } = parse(text);
    expect(findings).toEqual([]);
    expect(plan!.schedule).toEqual(wanted);
  });

  it('is absent from a plan without one', () => {
    expect(parsePlan(PLAN, 'plan.yaml').plan).not.toHaveProperty('schedule');
  });

  // biome-ignore format: one line a case
  it.each([
    ['{ does: run }', 4, /has no time/, /^example: cron: /],
    ['{ cron: "30 1 * * Tue", does: run }', 4, /no time zone/, /^example: timezone: Asia\/Shanghai$/],
    ['{ cron: "30 1 * * Tue", timezone: Asia/Shanghai }', 4, /the key does is missing/, /^example: does: dry-run$/],
    ['{ cron: "30 1 * * Tue", timezone: Asia/Beijing, does: run }', 4, /not known/, /^timezone: Asia\/Shanghai$/],
    ['{ cron: "30 1 * * Tue", timezone: UTC, once: "2026-11-25T01:30:00Z", does: run }', 4, /both cron and once/, /keep one/],
    ['{ cron: "30 25 * * Tue", timezone: UTC, does: run }', 4, /hour/i, /minute 0-59, hour 0-23/],
    ['{ cron: "0 30 1 * * Tue", timezone: UTC, does: run }', 4, /five fields/, /cron: /],
    ['{ cron: "@daily", timezone: UTC, does: run }', 4, /five fields/, /cron: /],
    ['{ cron: "0 0 31 4 *", timezone: UTC, does: run }', 4, /never due/, /cron: /],
    ['{ once: "2026-11-25T01:30:00", does: run }', 4, /date and time with its zone/, /once: /],
    ['{ once: "2026-02-30T01:30:00Z", does: run }', 4, /does not exist/, /once: /],
    ['{ once: "2026-11-25T01:30:00Z", timezone: UTC, does: run }', 4, /has its own zone/, /remove it/],
    ['{ once: "2026-11-25T01:30:00Z", does: run, catchUp: skip, catchUpWithin: 2h }', 4, /never catches up/, /remove one/],
    ['{ once: "2026-11-25T01:30:00Z", does: apply }', 4, /dry-run or run/, /does: /],
    ['nightly', 4, /must be/, /schedule: /],
  ])('%s is refused with a location and a fix', (text, line, message, fix) => {
    const { plan, findings } = parse(text);
    expect(plan).toBeNull();
    expect(findings.map((one) => one.message)).toHaveLength(1);
    expect(findings[0]).toMatchObject({ location: { line }, severity: 'error' });
    expect(findings[0]!.message).toMatch(message);
    expect(remedy(findings[0]!)).toMatch(fix);
  });
});
