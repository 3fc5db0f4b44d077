/** Findings about a whole plan, in English: its guards, its times, its maintenance windows. */
import type { Message, Size, Threshold } from '../../../model.ts';
import { SECOND } from '../../../units.ts';
import type { Say, Text } from '../../text.ts';
import { count, formatThreshold } from '../format-size.ts';
import { inWords, size as wholeSize } from '../quantities.ts';

const left = (seconds: number): string => `finishBy leaves ${inWords(seconds * SECOND)}`;

export const plans = {
  'terraform.reverts': ({ managed, instances }: { managed: number; instances: number }): Text => ({
    message: `Terraform manages ${instances === 1 ? 'the instance' : `${managed} of the ${count(instances, 'instance')}`}, and the next terraform apply reverts ${managed === 1 ? 'its change' : 'their changes'}, because the configuration still has the old sizes`,
    fix: 'refit report RUN --write terraform=refit.auto.tfvars.json   after the run, and set these sizes before the next terraform apply',
  }),
  'terraform.none': ({ instances, inState }: { instances: number; inState: number }): Text => ({
    message: `the Terraform state has ${count(inState, 'Redis instance')}, and none of the ${count(instances, 'instance')} that this plan changes`,
    fix: 'name the state of these instances, or remove the key terraform',
  }),
  'terraform.unreadable': ({ from, problem }: { from: string; problem: string | null }): Text => ({
    message: `terraform is ${from}, but ${problem ?? 'there is no such file beside the plan'}`,
    fix: 'terraform show -json > state.json, then terraform: state.json; or remove the key',
  }),
  'plan.and-more': ({ first, more }: { first: Message; more: number }, say: Say): Text => ({
    ...say.whole(first),
    message: `${say(first)} (and ${more} more like it)`,
  }),
  'guard.shrink-denied': ({
    id,
    from,
    to,
    reduces,
  }: {
    id: string;
    from: Size;
    to: Size;
    reduces: 'capacity' | 'replicas';
  }): Text =>
    `${id}: the change from ${wholeSize(from)} to ${wholeSize(to)} reduces ${reduces}, and guards.shrink is deny`,
  'guard.too-many-targets': ({
    planned,
    instances,
    guard,
  }: {
    planned: number;
    instances: number;
    guard: Threshold;
  }): Text =>
    `the plan would change ${planned} of ${instances} instances${instances === 0 ? '' : `, ${((planned * 100) / instances).toFixed(2)}%`}, and guards.targets is ${formatThreshold(guard)}`,
  'plan.window-unknown': ({ id }: { id: string }): Text =>
    `${id} changes in its maintenance window, and Refit does not know this window`,
  'plan.changes-in-windows': ({
    windows,
  }: {
    windows: readonly { from: string; to: string; instances: number }[];
  }): Text =>
    `each instance changes in its own maintenance window, Beijing time: ${windows
      .map(({ from, to, instances }) => `${from}-${to} (${instances})`)
      .join(', ')}; all changes of one window start together when it opens, and inFlight does not limit them`,
  'plan.finish-by-passed': ({ finishBy, now }: { finishBy: string; now: string }): Text =>
    `finishBy is ${finishBy}, and it is ${now}: Refit would order nothing`,
  'plan.inventory-old': ({ readAt }: { readAt: string }): Text =>
    `the inventory was read at ${readAt}, and expires does not allow such an old inventory`,
  'plan.patience-short': ({ patience }: { patience: number }): Text => ({
    message: `patience is ${inWords(patience)}: Refit would repeat an order without an answer before it can be sure that the order was lost`,
    fix: 'execution: { patience: 3m }, or at least 60s',
  }),
  'plan.finish-by-too-soon': ({
    least,
    soaks,
    seconds,
  }: {
    least: number;
    /** Whether soak times are part of it. */
    soaks: boolean;
    seconds: number;
  }): Text =>
    `sending the orders at the request rate${soaks ? ' and the soak times take' : ' takes'} ${inWords(least * SECOND)}, and ${left(seconds)}`,
  'plan.finish-by-unlikely': ({
    likely,
    durations,
    seconds,
  }: {
    likely: number;
    /** Where the durations come from. */
    durations: string;
    seconds: number;
  }): Text => ({
    message: `the plan probably takes ${inWords(likely * SECOND)} (${durations}), and ${left(seconds)}`,
    fix: 'use a later finishBy, fewer targets, or a larger inFlight',
  }),
};
