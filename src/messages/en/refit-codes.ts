/** Refit's own codes, explained in English. */
import type { CodeText } from '../code-text.ts';
import { savedPlanCodes } from './saved-plan-codes.ts';

const PLAN_TEXT = 'the plan file, against schemas/plan.schema.json';
const RUN = "the provider's answers and what Refit read during the run";
const PLAN_AGAIN = 'refit plan PLAN -o SAVED';
const LOOK_AND_PLAN = 'look at the instance in the TencentDB console, then refit plan PLAN -o SAVED';

export const refitCodes = {
  ...savedPlanCodes,
  'Refit.UnknownEdition': {
    meaning: 'This version of Refit does not know the type code, so it does not know what can be changed.',
    checks: 'the type code of the instance',
    fix: 'exclude the instance, or use a newer version of Refit',
  },
  'Refit.OtherId': {
    meaning:
      'The selector matches instances whose ids do not begin with crs-. They belong to another product. Refit lists them, and never changes them.',
    checks: 'the ids of the instances that a selector matches',
    fix: 'nothing to do; add a condition to the selector if the warning disturbs',
  },
  'Refit.Zones': {
    meaning:
      'The zones of the target do not fit: the instance is in one zone, the region does not have the zone, or the zone has no replica to remove.',
    checks: 'zones of the target, the nodes of the instance, and the zones of its region',
    fix: 'remove the key zones, or name zones of the region; refit explain INSTANCE shows the nodes',
  },
  'Refit.CatalogueUnknown': {
    meaning: 'The inventory has no catalogue, so Refit does not know whether the size is sold.',
    checks: 'the catalogue in the inventory',
    fix: 'refit inventory -o FILE, with an identity that may call DescribeProductInfo',
  },
  'Refit.UsedUnknown': {
    meaning:
      'The memory in use is not known. Refit needs it for a reduction, which must leave 1.3 x the memory in use, and for a size such as 2x used.',
    checks: 'the memory in use, if memory or shards are reduced or the size depends on it (2x used)',
    fix: 'plan against the live fleet, or from refit inventory --used, with an identity that may call GetMonitorData and DescribeInstanceShards',
  },
  'Refit.PriceRefused': {
    meaning: 'The provider gave no price. Its code does not show how it would answer the order.',
    checks: 'the answer to the price request',
    fix: 'plan again with --price',
  },
  'Refit.PriceOffline': {
    meaning: 'The plan is made offline from an inventory file, and only the provider gives prices.',
    checks: '--price, and the source of the instances',
    fix: 'refit plan PLAN --price without --inventory',
  },
  'Refit.BalanceShort': {
    meaning:
      'The account cannot pay for all prepaid steps. Refit blocks the targets that the balance does not cover.',
    checks: 'the sum of the prepaid quotes of one profile, without refunds, and the balance of its account',
    fix: 'top up the account, or plan fewer targets',
  },
  'Refit.ShrinkDenied': {
    meaning: 'The target reduces capacity or replicas, and guards.shrink is deny (the default).',
    checks: 'memory x shards and the replicas, before the first and after the last step of the target',
    fix: 'keep the present capacity and replicas; if the reduction is intended, guards: { shrink: allow }',
  },
  'Refit.NoSequence': {
    meaning: 'The target needs several steps, and the provider refuses them, whichever comes first.',
    checks: 'every sequence of the steps of a target that changes several dimensions',
    fix: 'change one dimension now and the others in a later plan, or use another size',
  },
  'Refit.Conflict': {
    meaning: 'Two targets give one instance different sizes, zones or profiles.',
    checks: 'all targets that name or select the same instance',
    fix: 'exclude the instance from one of the targets',
  },
  'Refit.NoMatch': {
    meaning: 'A selector matches no instance. With onBlocked: skip this is a warning.',
    checks: 'the instances of the regions that the selector names',
    fix: 'correct the selector, or remove the target; refit explain INSTANCE PLAN shows why an instance is not selected',
  },
  'Refit.NoRegion': {
    meaning: 'No region is named for the target, in the plan or on the command line.',
    checks: 'region of the target, regions of the selector, defaults.region, --region',
    fix: 'defaults: { region: ap-guangzhou }',
  },
  'Refit.NotRead': {
    meaning: 'The region or profile of the target was not read, so Refit does not know what is there.',
    checks: 'the regions and profiles that the inventory covers',
    fix: 'plan against the live fleet, or refit inventory with that region and profile',
  },
  'Refit.TooManyTargets': {
    meaning: 'The plan would change more instances than guards.targets allows.',
    checks: 'the number of instances to change, and of instances in the inventory',
    fix: 'use a narrower selector, or change guards.targets',
  },
  'Refit.CostAboveGuard': {
    meaning: 'The quotes together are above guards.cost.',
    checks: "the sum of the provider's quotes",
    fix: 'fewer or smaller targets, or change guards.cost',
  },
  'Refit.CostUnknown': {
    meaning: 'The plan has guards.cost, and a price is unknown or in another currency.',
    checks: "the provider's quotes and their currency",
    fix: 'refit plan PLAN --price, with an identity that may call InquiryPriceUpgradeInstance',
  },
  'Refit.FinishByPassed': {
    meaning: 'finishBy has passed, so Refit would order nothing.',
    checks: 'finishBy and the time of planning',
    fix: 'use a later finishBy',
  },
  'Refit.FinishByTooSoon': {
    meaning: 'The plan probably takes longer than the time until finishBy.',
    checks: 'finishBy, the request rate, the soak times and the expected duration',
    fix: 'use a later finishBy, or fewer targets',
  },
  'Refit.WindowsClosed': {
    meaning: 'No window opens in which a run could start, within a year or before the plan expires.',
    checks: 'windows, freezes and lastStart, expires, finishBy, and the time of planning',
    fix: 'refit windows next PLAN lists the coming windows; change windows or freezes, or use a longer expires',
  },
  'Refit.CalendarUnreadable': {
    meaning: 'Refit cannot read or understand a calendar whose events are freezes.',
    checks: 'the files of windows.calendars, beside the plan',
    fix: 'put a complete iCalendar file beside the plan, or remove it from windows.calendars',
  },
  'Refit.WindowTooShort': {
    meaning: 'The coming window is too short for all orders. The run continues in the next windows.',
    checks: 'the coming window, the number of orders and the request rate',
    fix: 'apply again in the next window: the same command resumes the run',
  },
  'Refit.ExpiresEarly': {
    meaning: 'The plan or its approvals would expire before a run can start.',
    checks: 'the next window, the schedule, expires, and the usual validity of an approval',
    fix: 'set a longer expires in the plan, or use refit approve --expires with a duration that covers the start',
  },
  'Refit.ShortPatience': {
    meaning:
      'Refit repeats an order that has no answer and no trace after patience. If the order becomes visible later, Refit has already repeated it, so it is executed twice.',
    checks: 'execution.patience',
    fix: 'execution: { patience: 3m } (the default), or at least 60s',
  },
  'Refit.WindowUnknown': {
    meaning: 'The instance changes in its maintenance window, and Refit does not know this window.',
    checks: 'switch: maintenance-window, and the maintenance window of the instance, read when planning',
    fix: 'plan against the live fleet with an identity that may call DescribeMaintenanceWindow, or switch: now',
  },
  'Refit.InWindows': {
    meaning:
      'Refit orders the changes immediately, and they wait. All changes of one window start together when the provider opens it.',
    checks: 'switch: maintenance-window, and the windows of the instances to change',
    fix: 'use smaller waves if fewer changes should start together',
  },
  'Refit.PriceEstimated': {
    meaning:
      'The provider cannot price a later step before the earlier steps are done. Refit scales its quote, which is for the present size, by the memory that the earlier steps add or remove.',
    checks: 'targets with several steps',
    fix: 'nothing to do',
  },
  'Refit.InventoryOld': {
    meaning: 'The inventory is older than the key expires allows for a saved plan.',
    checks: 'the time at which the inventory was read, and expires',
    fix: 'refit inventory -o FILE, then plan again',
  },
  'Refit.NotAsLeft': {
    meaning:
      'The instance has changed since the run. A plan made from a run changes only what is as the run left it.',
    checks: 'the present size, and the size at which the run left the instance',
    fix: 'write a plan for this instance if it should change',
  },
  'Refit.OutcomeUnknown': {
    meaning: 'The outcome of an order of the run is unknown: the provider may still execute it.',
    checks: 'the outcomes of the run that the plan is made from',
    fix: 'type the same refit apply again, which finds out the outcome, then make the plan again',
  },
  'Refit.FromRun': {
    meaning: 'Refit made this plan from a run. The finding names the head of its journal.',
    checks: 'refit rollback, refit retry',
    fix: 'refit audit verify RUN --head HASH',
  },
  'Refit.WindowsOfRun': {
    meaning: 'The plan keeps the windows and freezes of the run that it is made from.',
    checks: 'the windows, freezes and calendars in the saved plan of the run',
    fix: 'the same command with --ignore-windows, if it cannot wait for them',
  },
  'Refit.WindowsIgnored': {
    meaning: 'The plan may start at any time, although the run that it is made from had windows.',
    checks: '--ignore-windows, and the windows of the run',
    fix: 'the same command without --ignore-windows keeps the windows',
  },
  'Refit.TooFewApprovers': {
    meaning:
      'The approvers of the run also approve the new plan. Too few remain without its authors: the owner and the person who makes it.',
    checks: 'the approvers in the saved plan of the run, and the person who makes the new plan',
    fix: 'let a person who is not an approver type the same command',
  },
  'Refit.RunUnknown': {
    meaning:
      "The plan is made from a run that this user's state does not know, or whose journal lacks entries. Anybody who can write the folder can have changed it.",
    checks: 'the run that the plan is made from',
    fix: 'compare each size before and after with what you know of the fleet',
  },
  'Refit.RunUnfinished': {
    meaning: 'The run could still be resumed. After this plan, it would find its instances changed.',
    checks: 'the run that the plan is made from',
    fix: 'do not resume that run after this plan is applied',
  },
  'Refit.Effect': {
    meaning:
      'A run of the plan does or uses this: orders, commands, addresses, variables, approvals, times. SARIF shows effects with this code.',
    checks: 'the saved plan',
    fix: 'read every effect before you approve the plan',
  },
  'Refit.Shrinks': {
    meaning: 'The instance ends with less memory or fewer replicas, and guards.shrink: allow permits it.',
    checks: 'the whole size of the instance before its first and after its last step',
    fix: 'ask its owner, or exclude it',
  },
  'Refit.TerraformReverts': {
    meaning:
      'Terraform manages instances of the plan. Its configuration has the old sizes, so the next terraform apply orders them again.',
    checks: 'the instances of the plan against the addresses in the Terraform state that the plan names',
    fix: 'refit report RUN --write terraform=FILE, and set the sizes in the configuration before the next terraform apply',
  },
  'Refit.TerraformNone': {
    meaning: 'The Terraform state that the plan names has none of the instances that the plan changes.',
    checks: 'the ids of the Redis instances in the state',
    fix: 'name the state of these instances, or remove the key terraform',
  },
  'Refit.RollbackRefused': {
    meaning:
      'After the run, the provider would refuse to take instances back to their size before it: the data no longer fits.',
    checks:
      'the size before each step against 1.3 x the memory in use, for the total and for the fullest shard',
    fix: 'begin with a small wave that soaks, or free memory first',
  },
  'Refit.RollbackUnknown': {
    meaning:
      'Whether a rollback would be possible depends on the memory in use, and the plan does not know it.',
    checks: 'the steps that add memory or shards, and the memory in use in the saved plan',
    fix: 'plan again with --used; the monitor product may bill its calls',
  },
  'Refit.StockShort': {
    meaning:
      'A region has something that is sold out, and other steps there need memory. The provider reserves nothing.',
    checks: 'the targets that are blocked as sold out, and the other steps in their region that need memory',
    fix: 'apply soon, or put the most important instances into the first wave',
  },
  'Refit.HighestCost': {
    meaning: 'The step is one of the steps with the highest cost in the plan.',
    checks: "the provider's quotes",
    fix: 'use a smaller size, or exclude the instance',
  },
  'Refit.SeveralSteps': {
    meaning: 'The instance needs several orders. Until the last one is verified, it has a size in between.',
    checks: 'targets that change more than one dimension',
    fix: 'nothing to do if every size in between is acceptable',
  },
  'Refit.EmptyWave': {
    meaning: 'The wave has no instance: earlier waves take them all, or its key from matches none.',
    checks: 'the waves and the number of instances to change',
    fix: 'nothing to do',
  },
  'Refit.SpreadUntagged': {
    meaning: 'spread does not limit instances that lack its tag.',
    checks: 'the tag that spread uses, on the instances to change',
    fix: 'add the tag to the instances, then plan again',
  },
  'Refit.SoakLast': {
    meaning: 'The last wave has a soak but no gate, so nothing would follow. Refit does not wait.',
    checks: 'the soak of the last wave',
    fix: 'remove soak from the last wave',
  },
  'Refit.ImplicitWave': {
    meaning: 'The waves do not take every instance. Refit adds a last wave named rest for the others.',
    checks: 'the waves and the number of instances to change',
    fix: '- { name: rest, take: rest }',
  },
  'Refit.Yaml': {
    meaning: 'The text is not YAML, or uses a YAML feature that plans do not allow.',
    checks: PLAN_TEXT,
    fix: 'correct the marked place',
  },
  'Refit.UnknownKey': {
    meaning: 'A plan has no such key here.',
    checks: PLAN_TEXT,
    fix: 'use the key that the finding names, or remove this key',
  },
  'Refit.DuplicateKey': {
    meaning: 'The same key is written twice.',
    checks: PLAN_TEXT,
    fix: 'remove one of the two',
  },
  'Refit.MissingKey': {
    meaning: 'A required key is missing.',
    checks: PLAN_TEXT,
    fix: 'add the key that the finding names',
  },
  'Refit.BadValue': {
    meaning: 'The key does not accept this value.',
    checks: PLAN_TEXT,
    fix: 'use a value as the finding shows it',
  },
  'Refit.HiddenComment': {
    meaning:
      'A comment directly behind a value may be a part of it: in YAML, a # that follows a space begins a comment.',
    checks: 'the comments of the plan file that have no space after #',
    fix: 'quote the whole value, or write a space after #',
  },
  'Refit.UnknownRegion': {
    meaning: 'This version of Refit does not know the region, and its name is near to one that it knows.',
    checks: 'the regions that the plan names',
    fix: 'correct the name; a new region needs no change',
  },
  'Refit.SelectEmpty': {
    meaning: 'The selector has no condition.',
    checks: PLAN_TEXT,
    fix: 'select: { all: true } for everything',
  },
  'Refit.NotReadable': {
    meaning: 'Refit could not read something that is useful for planning.',
    checks: 'which reads the identity may make',
    fix: 'grant the permission to read it, or continue without it',
  },
  'Refit.Blocked': {
    meaning: 'The target is blocked. Its findings give the reason.',
    checks: 'the findings of the target',
    fix: 'refit explain INSTANCE PLAN',
  },
  'Refit.Drifted': {
    meaning: 'The instance changed after the plan was made. Refit ordered nothing for it.',
    checks: RUN,
    fix: PLAN_AGAIN,
  },
  'Refit.EarlierStep': {
    meaning: 'An earlier step of the same instance was not verified, so Refit skipped this step.',
    checks: RUN,
    fix: 'refit plan PLAN -o SAVED, after you fixed the cause',
  },
  'Refit.NoAnswer': {
    meaning:
      'No usable answer arrived within the time limit, and reading showed that the order was not executed.',
    checks: RUN,
    fix: PLAN_AGAIN,
  },
  'Refit.TaskFailed': {
    meaning: "The provider's task for the change failed.",
    checks: RUN,
    fix: 'look at the task in the TencentDB console, then refit plan PLAN -o SAVED',
  },
  'Refit.OtherNodes': {
    meaning:
      'The change reached its size, but the replicas of the instance are not those that Refit ordered.',
    checks: RUN,
    fix: LOOK_AND_PLAN,
  },
  'Refit.OtherSize': {
    meaning: 'The change has ended, and the instance has another size than Refit ordered.',
    checks: RUN,
    fix: LOOK_AND_PLAN,
  },
  'Refit.PolicyNotAllowed': {
    meaning: 'The plan uses something that the policy of the person who applies does not allow.',
    checks: 'the profiles, regions, programs and addresses of the plan, and the key allow of the policy',
    fix: 'change the plan, or ask the keeper of the policy; refit policy check SAVED shows every rule',
  },
  'Refit.PolicyLimit': {
    meaning: 'The plan exceeds a limit of the policy of the person who applies.',
    checks: 'instances, cost, rate, in-flight limit and expiry of the plan, and the key limit of the policy',
    fix: 'make the plan smaller, or ask the keeper of the policy; refit policy check SAVED shows every rule',
  },
  'Refit.PolicyAge': {
    meaning: 'The saved plan is older than the policy of the person who applies allows.',
    checks: 'when the plan was sealed, and require.maxAge of the policy',
    fix: PLAN_AGAIN,
  },
  'Refit.PolicyWindows': {
    meaning: 'The plan could start steps at times at which the policy of the person who applies forbids it.',
    checks: 'the windows and freezes of the plan, and require.windows of the policy',
    fix: 'add the windows and freezes of the policy to the plan, then plan again',
  },
  'Refit.PolicyApprovals': {
    meaning: 'The policy of the person who applies requires signatures that the plan does not have yet.',
    checks: 'the approvals beside the saved plan, and require.approvals of the policy',
    fix: 'refit approve SAVED',
  },
  'Refit.PolicyPlanner': {
    meaning: 'The policy of the person who applies requires the signature of the person who planned.',
    checks: 'the signatures of planners over the saved plan, and require.plannedBy of the policy',
    fix: 'refit plan PLAN --sign KEY -o SAVED',
  },
} satisfies Record<string, CodeText>;
