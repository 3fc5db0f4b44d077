/** The commands that read the fleet, and that make, check and show plans. */
import { type CommandRow, commandsIn } from '../command-row.ts';
import {
  ALL,
  argument,
  CHANGES_EXIT_CODE,
  DURATIONS,
  FAULT,
  OUT,
  OUT_SAVED,
  option,
  PLAN,
  PLAN_OR_SAVED,
  PRICE,
  printing,
  RUN,
  RUN_EXAMPLE,
  SAVED,
  SUMMARY,
  TEXT_OR_JSON,
} from './shared-options.ts';

/** A command that makes a plan of a run. */
const fromRun = (kind: 'rollback' | 'retry', summary: string, asIn: string) => ({
  summary,
  arguments: [RUN],
  options: [
    OUT_SAVED,
    PRICE,
    option('--ignore-windows', "leave out windows and freezes of the run's plan: it may begin immediately"),
    DURATIONS,
    ALL,
    SUMMARY,
    CHANGES_EXIT_CODE,
    ...printing('review'),
  ],
  examples: [`refit ${kind} ${RUN_EXAMPLE} ${asIn}`],
  load: async () => (await import('../commands/plan/plan.ts')).fromRun(kind),
});

/** The faults by name. */
export async function faultsAppendix(): Promise<string> {
  const { ALL_FAULTS } = await import('../../operations/known-names.ts');
  const width = Math.max(...ALL_FAULTS.map(({ name }) => name.length));
  return `Faults:\n${ALL_FAULTS.map((fault) => `  ${fault.name.padEnd(width)}  ${fault.description}`).join('\n')}`;
}

export const PLAN_COMMANDS: readonly CommandRow[] = commandsIn('Plan and review:', {
  inventory: {
    summary: 'read the live fleet, to plan offline from',
    options: [
      OUT,
      option('--used', 'with the memory in use of what is running, by counted calls of the monitor product'),
      TEXT_OR_JSON,
    ],
    examples: ['refit inventory --region ap-guangzhou,ap-shanghai', 'refit inventory --used -o fleet.json'],
    load: async () => (await import('../commands/fleet/inventory.ts')).inventory,
  },
  init: {
    summary: 'write a plan to begin from: every instance as it is now',
    options: [
      OUT,
      option('--force', 'also where the file is there already'),
      option(
        '--select <condition>',
        'name=cart-*, tags.env=prod,stage, id=, region=, edition= or status=; may be repeated, each must hold',
        { repeats: true },
      ),
      option('--inventory <file>', 'from a file of refit inventory instead of the live fleet'),
      option(
        '--from-terraform <file>',
        'from what terraform show -json prints, or a state file of version 4',
      ),
    ],
    examples: [
      'refit init --region ap-guangzhou --select tags.env=prod -o plan.yaml',
      'refit init --from-terraform terraform.tfstate -o plan.yaml',
    ],
    load: async () => (await import('../commands/fleet/init.ts')).init,
  },
  validate: {
    summary: 'check plan files offline: no network, no credentials',
    arguments: [{ ...PLAN, term: '<plan...>', summary: 'plan files' }],
    options: [...printing('findings')],
    examples: ['refit validate plan.yaml', 'refit validate plans/*.yaml --write sarif=findings.sarif'],
    load: async () => (await import('../commands/plan/validate.ts')).validate,
  },
  plan: {
    summary: 'show what would be ordered, and what is blocked and why',
    arguments: [PLAN],
    options: [
      OUT_SAVED,
      option('--inventory <file>', 'plan offline from a file of refit inventory'),
      PRICE,
      DURATIONS,
      ALL,
      SUMMARY,
      CHANGES_EXIT_CODE,
      option('--dry-run', 'accepted, and changes nothing: a plan is a dry run'),
      ...printing('review'),
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
    arguments: [SAVED],
    options: [
      option('--live', 'read its instances again: what is no longer as it was planned'),
      ALL,
      SUMMARY,
      ...printing('review'),
    ],
    examples: [
      'refit show saved-plan.json --all',
      'refit show saved-plan.json --live --write html=plan.html',
    ],
    load: async () => (await import('../commands/plan/show.ts')).show,
  },
  diff: {
    summary: 'show what changed from one saved plan to another',
    arguments: [
      { ...SAVED, term: '<from>', completes: { kind: 'files' } },
      { ...SAVED, term: '<to>', completes: { kind: 'files' } },
    ],
    options: [ALL, option('--detailed-exitcode', 'exit 2 where they differ'), ...printing('difference')],
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
      argument('<code|instance>', 'such as ResourceUnavailable.SaleOut or crs-5qlrlhux', { kind: 'codes' }),
      { ...PLAN, term: '[plan]' },
    ],
    options: [option('--inventory <file>', 'look into this file instead of the live fleet')],
    examples: [
      'refit explain ResourceUnavailable.SaleOut',
      'refit explain crs-5qlrlhux plan.yaml --inventory fleet.json',
    ],
    load: async () => (await import('../commands/plan/explain.ts')).explain,
  },
  'windows next': {
    summary: 'list the coming windows, and whether the forecast fits',
    arguments: [PLAN_OR_SAVED],
    options: [
      option('--count <n>', 'how many windows (5)'),
      option('--inventory <file>', 'for the forecast of a plan file: a file of refit inventory'),
      DURATIONS,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit windows next saved-plan.json',
      'refit windows next plan.yaml --inventory fleet.json --count 10',
    ],
    load: async () => (await import('../commands/plan/windows.ts')).windowsNext,
  },
  rehearse: {
    summary: 'run a saved plan against a simulated provider, offline',
    arguments: [SAVED],
    options: [
      { ...FAULT, summary: 'what goes wrong, as refit simulate takes it; may be repeated' },
      option('--seeds <n>', 'how many runs, each from a seed of its own (5)'),
      option('--seed <n>', 'the first of the seeds (1)'),
      option('--duration <range>', 'of a change, as in 2m..15m (as the forecast of the plan has it)'),
      option('--start-lag <range>', 'from an order to its start (1s..10s)'),
      option('--lock-tail <range>', 'locked after a change (0s..2m)'),
      option('--detailed-exitcode', 'exit as a run like the worst of them would'),
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
