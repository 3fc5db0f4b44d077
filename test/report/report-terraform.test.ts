/** The sizes that Terraform's configuration must get after a run. */
import { describe, expect, it } from 'vitest';
import type { Report, ReportStep } from '../../src/model.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { terraformTable, terraformVariables, VARIABLE } from '../../src/report/run/report-terraform.ts';
import { SITUATIONS } from './situations.ts';

const ADDRESS = 'module.cart.tencentcloud_redis_instance.this["a"]';
const OTHER = 'tencentcloud_redis_instance.other';

/** A report with these steps, each made of a verified step of a real run. */
function reportOf(steps: readonly Partial<ReportStep>[], more: Partial<Report> = {}): Report {
  const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
  const report = buildReport(saved, entries);
  const [sample] = report.steps;
  return { ...report, steps: steps.map((step) => ({ ...sample!, terraform: ADDRESS, ...step })), ...more };
}

const memory = { dimension: 'memoryPerShard', from: 4096, to: 8192 } as const;
const shards = { dimension: 'shards', from: 3, to: 5 } as const;
const replicas = { dimension: 'replicas', from: 1, to: 2 } as const;
const failed = { outcome: 'failed', message: 'the task failed' } as const;

describe('the file for Terraform', () => {
  it.each<[string, Partial<ReportStep>[], Partial<Report>, object, string[]]>([
    ['has only the attributes that the run changed', [memory], {}, { [ADDRESS]: { mem_size: 8192 } }, []],
    [
      'joins the steps of an instance',
      [shards, memory, replicas],
      {},
      { [ADDRESS]: { redis_shard_num: 5, mem_size: 8192, redis_replicas_num: 2 } },
      [],
    ],
    [
      'has no step that is not verified',
      [memory, { ...shards, ...failed }],
      {},
      { [ADDRESS]: { mem_size: 8192 } },
      ['redis_shard_num: failed; the task failed'],
    ],
    [
      'has no unknown step',
      [{ ...memory, outcome: 'unknown', message: 'no answer' }],
      {},
      {},
      ['mem_size: unknown; no answer'],
    ],
    [
      'has no instance that the state does not have',
      [{ ...memory, terraform: undefined } as never],
      {},
      {},
      ['mem_size: its instance is not in the Terraform state'],
    ],
    [
      'has nothing of a rehearsal',
      [memory],
      { rehearsal: true },
      {},
      ['mem_size: a rehearsal orders nothing'],
    ],
    [
      'keeps instances apart',
      [memory, { ...replicas, terraform: OTHER }],
      {},
      { [ADDRESS]: { mem_size: 8192 }, [OTHER]: { redis_replicas_num: 2 } },
      [],
    ],
  ])('%s', (_, steps, more, sizes, notSet) => {
    const report = reportOf(steps, more);
    const { '//': about, ...variables } = JSON.parse(terraformVariables(report));
    expect(variables).toEqual({ [VARIABLE]: sizes });
    expect(
      about.notSet.map(({ attribute, reason }: Record<string, string>) => `${attribute}: ${reason}`),
    ).toEqual(notSet);
    expect(about.plan).toBe(report.plan.digest);
    const table = terraformTable(report);
    for (const [address, own] of Object.entries<Record<string, number>>(sizes as never)) {
      expect(table).toContain(address);
      for (const value of Object.values(own)) expect(table).toContain(String(value));
    }
    for (const one of notSet) expect(table).toContain(one.split(': ')[1]);
  });

  it('says so when there is nothing to set', () => {
    expect(terraformTable(reportOf([{ ...memory, ...failed }]))).toContain('No size to set');
  });

  it('shows hostile text harmlessly', () => {
    const report = reportOf([{ ...memory, ...failed, message: '\u001b[2J\u202e' }]);
    for (const text of [terraformTable(report), terraformVariables(report)])
      for (const hostile of ['\u001b', '\u202e']) expect(text).not.toContain(hostile);
  });
});
