/**
 * The sizes that Terraform's configuration must get after a run, so that the next `terraform apply` does not revert them.
 * Only what the run changed and verified is a size to set. An attribute that the run did not change stays as it is, so a
 * count that the state leaves out stays out. Source: docs/provider.md P191.
 */
import * as show from '../../messages/en/quantities.ts';
import type { Dimension, Report, ReportStep } from '../../model.ts';
import { changeOf } from '../describe-step.ts';
import { json, sanitize } from '../document/escape.ts';
import { ink } from '../document/ink.ts';
import { code, id, type Table, tableOf } from '../document/table.ts';
import { textTable } from '../document/text-document.ts';
import { outcomeName } from '../verdict.ts';

/** The variable of the file for Terraform. A configuration without it ignores the file, with a warning. */
export const VARIABLE = 'refit_redis_sizes';

const ATTRIBUTES: Readonly<Record<Dimension, string>> = {
  memoryPerShard: 'mem_size',
  shards: 'redis_shard_num',
  replicas: 'redis_replicas_num',
};

/** The attributes to set at one address. */
type Sizes = Readonly<Record<string, number>>;

/** The sizes to set by address, and the steps that are not among them. */
function sizesOf({ steps, rehearsal }: Report) {
  const toSet = new Map<string, Record<string, number>>();
  const others: ReportStep[] = [];
  for (const step of steps) {
    const { terraform, outcome, dimension, to } = step;
    if (terraform === undefined || outcome !== 'verified' || rehearsal) {
      others.push(step);
      continue;
    }
    const sizes = toSet.get(terraform) ?? {};
    sizes[ATTRIBUTES[dimension]] = to;
    toSet.set(terraform, sizes);
  }
  return { toSet: [...toSet] as [string, Sizes][], others };
}

/** Why a step is not among the sizes to set. */
function reasonOf({ terraform, outcome, message }: ReportStep, isRehearsal: boolean): string {
  if (isRehearsal) return 'a rehearsal orders nothing';
  if (terraform === undefined) return 'its instance is not in the Terraform state';
  return show.join([outcomeName(outcome), message]);
}

/**
 * The sizes as JSON for `NAME.auto.tfvars.json`: one map of addresses. Terraform ignores the member `//`, which lists the
 * other steps. The values are those that the journal proves, so the file is the same each time.
 */
export function terraformVariables(report: Report): string {
  const { toSet, others } = sizesOf(report);
  return json({
    '//': {
      plan: report.plan.digest,
      head: report.head,
      notSet: others.map((step) => ({
        address: step.terraform ?? null,
        instance: step.instance,
        attribute: ATTRIBUTES[step.dimension],
        reason: reasonOf(step, report.rehearsal === true),
      })),
    },
    [VARIABLE]: Object.fromEntries(toSet),
  });
}

/** The sizes as a table for people, and below it the steps that are not in it, with their reasons. */
export function terraformTable(hostile: Report): string {
  const report = sanitize(hostile);
  const { toSet, others } = sizesOf(report);
  const sizes = tableOf({ id: 'set', heading: 'Set in the configuration of Terraform' }, toSet, [
    ['Address', ([address]) => id(address), { minWidth: 40 }],
    ...Object.values(ATTRIBUTES).map(
      (name) => [name, ([, own]: [string, Sizes]) => code(own[name]?.toString() ?? null)] as const,
    ),
  ]);
  const rest = tableOf({ id: 'others', heading: 'Not to set' }, others, [
    ['Instance', ({ instance }) => id(instance)],
    ['Change', (step) => changeOf(step)],
    ['Outcome', ({ outcome }) => outcomeName(outcome)],
    ['Address', ({ terraform = null }) => code(terraform), { below: true, bare: true }],
    ['Reason', (step) => reasonOf(step, report.rehearsal === true), { below: true, bare: true }],
  ]);
  const title = `${report.plan.name}: sizes for Terraform, plan ${report.plan.digest.slice(0, 8)}`;
  const none = toSet.length === 0 ? ['', 'No size to set: no step of the Terraform state is verified.'] : [];
  const lines = (table: Table) => textTable(table, { width: 100, inks: ink(false) });
  return `${[title, ...none, ...lines(sizes), ...lines(rest)].join('\n')}\n`;
}
