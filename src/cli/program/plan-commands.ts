/** The commands that read the fleet, and that create, check and show plans. */
import { type CommandRow, rowsOf } from '../command-row.ts';
import {
  ALL,
  argument,
  CHANGES_EXIT_CODE,
  DURATIONS,
  FAULT,
  INVENTORY,
  LANGUAGE,
  OUT,
  OUT_SAVED,
  option,
  PLAN,
  PLAN_OR_SAVED,
  POLICY,
  PRICE,
  printing,
  RUN,
  RUN_EXAMPLE,
  SAVED,
  SIGN,
  STORE,
  SUMMARY,
  TEXT_OR_JSON,
} from './shared-options.ts';

const SAVED_OR_RUN = { ...SAVED, summary: 'saved plan, or a run in the store; - is stdin' };

const SIGNER = option('--as <name>', 'your name in the signature (default: your user name)');

const USED = option(
  '--used',
  'also read the memory in use of instances that grow, to know whether a rollback is possible; the calls may be billed',
);

/** A command that creates a plan from a run. */
const fromRun = (kind: 'rollback' | 'retry', summary: string, asIn: string) => ({
  summary,
  arguments: [RUN],
  options: [
    OUT_SAVED,
    SIGN,
    SIGNER,
    PRICE,
    USED,
    option(
      '--ignore-windows',
      'leave out windows, freezes and maintenance windows, so that the new plan can start immediately',
    ),
    option('--adopt', "plan from a run that this user's state does not know, as its folder describes it"),
    DURATIONS,
    STORE,
    POLICY,
    ALL,
    SUMMARY,
    CHANGES_EXIT_CODE,
    ...printing('review'),
    LANGUAGE,
  ],
  examples: [`refit ${kind} ${RUN_EXAMPLE} ${asIn}`],
  load: async () => (await import('../commands/plan/plan.ts')).fromRun(kind),
});

/** The list of faults, for help. */
export async function faultsAppendix(): Promise<string> {
  const { ALL_FAULTS } = await import('../../operations/known-names.ts');
  return listOf(
    'Faults',
    ALL_FAULTS.map(({ name, description }) => [name, description]),
  );
}

/** The help about `--order-numbers`. */
export async function schemesAppendix(): Promise<string> {
  const { ORDER_NUMBER_SCHEMES } = await import('../../operations/known-names.ts');
  return listOf('Order numbers', [
    ...Object.entries(ORDER_NUMBER_SCHEMES),
    ['random', 'one of these, drawn from the seed'],
  ]);
}

function listOf(title: string, rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${title}:\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n')}`;
}

export const PLAN_COMMANDS: readonly CommandRow[] = rowsOf({
  inventory: {
    summary: 'read the live fleet; with -o, write it for offline plans',
    options: [
      OUT,
      option(
        '--used',
        'also read the memory in use of running instances; uses calls of the monitor product, which may be billed',
      ),
      TEXT_OR_JSON,
    ],
    examples: ['refit inventory --region ap-guangzhou,ap-shanghai', 'refit inventory --used -o fleet.json'],
    load: async () => (await import('../commands/fleet/inventory.ts')).inventory,
  },
  init: {
    summary: 'write a first plan: every instance with its current size',
    options: [
      OUT,
      option('--force', 'overwrite the file if it exists'),
      option(
        '--select <condition>',
        'name=cart-*, tags.env=prod,stage, id=, region=, edition= or status=; if repeated, all must match',
        { repeats: true },
      ),
      INVENTORY('read a file from refit inventory instead of the live fleet'),
      option(
        '--from-terraform <file>',
        'read the output of terraform show -json, or a state file of version 4; - is stdin',
        { dash: true },
      ),
    ],
    examples: [
      'refit init --region ap-guangzhou --select tags.env=prod -o plan.yaml',
      'refit init --from-terraform terraform.tfstate -o plan.yaml',
    ],
    load: async () => (await import('../commands/fleet/init.ts')).init,
  },
  validate: {
    summary: 'check plans and sizing files offline: no network, no keys',
    arguments: [{ ...PLAN, term: '<plan...>', summary: 'plan or sizing files; - is stdin' }],
    options: [...printing('findings')],
    examples: ['refit validate plan.yaml', 'refit validate plans/*.yaml --write sarif=findings.sarif'],
    load: async () => (await import('../commands/plan/validate.ts')).validate,
  },
  plan: {
    summary: 'show what Refit would order, and what is blocked and why',
    arguments: [PLAN],
    options: [
      OUT_SAVED,
      SIGN,
      SIGNER,
      INVENTORY('plan offline from a file from refit inventory'),
      PRICE,
      USED,
      DURATIONS,
      STORE,
      POLICY,
      ALL,
      SUMMARY,
      CHANGES_EXIT_CODE,
      ...printing('review'),
      LANGUAGE,
    ],
    examples: [
      'refit plan plan.yaml --price -o saved-plan.json',
      'refit plan plan.yaml --inventory fleet.json --summary',
      'refit plan plan.yaml --format markdown --detailed-exitcode',
    ],
    load: async () => (await import('../commands/plan/plan.ts')).plan,
  },
  show: {
    summary: 'show a saved plan again, in any format',
    arguments: [SAVED_OR_RUN],
    options: [
      option('--live', 'read the instances again and show what has changed since the plan'),
      STORE,
      POLICY,
      ALL,
      SUMMARY,
      ...printing('review'),
      LANGUAGE,
    ],
    examples: [
      'refit show saved-plan.json --all',
      'refit show saved-plan.json --language zh --write html=plan.html',
      'refit show saved-plan.json --live --write html=plan.html',
    ],
    load: async () => (await import('../commands/plan/show.ts')).show,
  },
  diff: {
    summary: 'show what changed from one saved plan to another',
    arguments: [
      { ...SAVED_OR_RUN, term: '<from>', completes: { kind: 'files' } },
      { ...SAVED_OR_RUN, term: '<to>', completes: { kind: 'files' } },
    ],
    options: [
      STORE,
      POLICY,
      ALL,
      option('--detailed-exitcode', 'exit 2 if the plans differ'),
      ...printing('difference'),
    ],
    examples: ['refit diff monday.json tuesday.json', 'refit diff old.json new.json --detailed-exitcode'],
    load: async () => (await import('../commands/plan/diff.ts')).diff,
  },
  rollback: fromRun(
    'rollback',
    'plan the inverse of what a run verified; reads only',
    '--price -o rollback.json',
  ),
  retry: fromRun('retry', 'plan what a run left undone; reads only', '-o retry.json'),
  explain: {
    summary: 'explain a rule, or why an instance is blocked or selected',
    arguments: [
      argument('<code|instance>', 'for example ResourceUnavailable.SaleOut or crs-5qlrlhux', {
        kind: 'codes',
      }),
      { ...PLAN, term: '[plan]' },
    ],
    options: [INVENTORY('read this file instead of the live fleet'), STORE],
    examples: [
      'refit explain ResourceUnavailable.SaleOut',
      'refit explain crs-5qlrlhux plan.yaml --inventory fleet.json',
    ],
    load: async () => (await import('../commands/plan/explain.ts')).explain,
  },
  'windows next': {
    summary: 'show the next windows and whether the forecast fits',
    arguments: [PLAN_OR_SAVED],
    options: [
      option('--count <n>', 'number of windows (default: 5)'),
      INVENTORY('file from refit inventory, for the forecast of a plan file'),
      DURATIONS,
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit windows next saved-plan.json',
      'refit windows next plan.yaml --inventory fleet.json --count 10',
    ],
    load: async () => (await import('../commands/plan/windows.ts')).windowsNext,
  },
  'policy check': {
    summary: 'show what the policy demands, and whether a plan keeps to it',
    arguments: [
      {
        ...PLAN_OR_SAVED,
        term: '[plan]',
        summary: 'plan file, saved plan, or a run in the store; - is stdin',
      },
    ],
    options: [
      STORE,
      POLICY,
      INVENTORY('for a plan: read a file from refit inventory instead of the live fleet'),
      TEXT_OR_JSON,
    ],
    examples: ['refit policy check', 'refit policy check saved-plan.json --policy team-policy.yaml'],
    load: async () => (await import('../commands/plan/policy.ts')).policyCheck,
  },
  rehearse: {
    summary: 'run a saved plan against a simulated provider, offline',
    arguments: [SAVED],
    options: [
      FAULT,
      option('--seeds <n>', 'number of runs, each with its own seed (default: 5)'),
      option('--seed <n>', 'first seed (default: 1)'),
      option(
        '--duration <range>',
        'duration of a change, such as 2m..15m (default: from the forecast of the plan)',
      ),
      option('--start-lag <range>', 'time from an order to the start of its change (default: 1s..10s)'),
      option('--lock-tail <range>', 'how long an instance stays locked after a change (default: 0s..2m)'),
      option('--detailed-exitcode', 'exit with the code of the worst run'),
      ...printing('report'),
    ],
    examples: [
      'refit rehearse saved-plan.json',
      'refit rehearse saved-plan.json --seeds 20 --fault lost-answer:0.05 --fault failed-task#2',
    ],
    appendix: faultsAppendix,
    load: async () => (await import('../commands/plan/rehearse.ts')).rehearse,
  },
});
