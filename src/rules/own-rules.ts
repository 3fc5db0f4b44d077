/** What Refit itself refuses or remarks on, in the same form as the provider's codes. */
import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { type Facts, isRefusal, type Rule } from './facts.ts';
import { catalogueIsUnknown } from './is-sold.ts';
import { orderCode } from './known-by-price.ts';
import { editionIsUnknown, zonesDoNotFit } from './may-change.ts';
import { usedIsUnknown } from './reduction.ts';
import { RULES } from './rules.ts';

const FORESEEN = new Set(RULES.filter(({ severity }) => severity === 'error').map(({ code }) => code));

/** The provider would not price the change, with a code that says nothing about the order. */
function priceIsRefused({ id, change, quote }: Facts): Message | null {
  if (!isRefusal(quote) || FORESEEN.has(orderCode(quote.code))) return null;
  const { code, message: answer } = quote;
  return message('rule.price-unknown', { id, change, code, answer });
}

/** Refit's own codes. Those with a check are decided by one step; the others by the target or the whole plan. */
export const OWN_RULES: readonly Rule[] = [
  own('Refit.UnknownEdition', 'error', {
    looksAt: 'the type code of the instance',
    sentence: 'The type code is newer than this version of refit: what may be changed is not known.',
    fix: 'leave the instance out, or use a newer version',
    check: editionIsUnknown,
  }),
  own('Refit.Zones', 'error', {
    looksAt: 'zones of the target, the nodes of the instance, and the zones of its region',
    sentence:
      'The zones do not fit: the instance is in one zone, a zone is not one of its region, or has no replica to remove.',
    fix: 'remove zones, or name zones of the region; refit explain INSTANCE prints where its nodes are',
    check: zonesDoNotFit,
  }),
  own('Refit.CatalogueUnknown', 'error', {
    looksAt: 'the catalogue in the inventory',
    sentence: 'The inventory holds no catalogue: whether the size is sold is not known.',
    fix: 'refit inventory -o FILE, with an identity that may call DescribeProductInfo',
    check: catalogueIsUnknown,
  }),
  own('Refit.UsedUnknown', 'error', {
    looksAt: 'the memory in use, where memory or shards are reduced or a size is asked for by it (2x used)',
    sentence:
      'A reduction must leave 1.3 x the memory in use, and a size such as 2x used is a multiple of it: that memory is not known.',
    fix: 'plan against the live fleet, or from refit inventory --used, as an identity that may call GetMonitorData and DescribeInstanceShards',
    check: usedIsUnknown,
  }),
  own('Refit.PriceRefused', 'warning', {
    looksAt: 'the answer to the price question',
    sentence: 'The provider gave no price, with a code that does not say what an order would be answered.',
    fix: 'plan again with --price',
    check: priceIsRefused,
  }),
  own('Refit.PriceOffline', 'warning', {
    looksAt: '--price, and where the instances were read from',
    sentence:
      'Prices were asked for, and the plan is made offline from an inventory file: only the provider prices.',
    fix: 'refit plan PLAN --price without --inventory',
  }),
  own('Refit.BalanceShort', 'warning', {
    looksAt: 'the prepaid quotes of one profile together, refunds left out, and what its account can pay',
    sentence: 'The account cannot pay for all prepaid steps: the targets that no longer fit are blocked.',
    fix: 'top up the account, or fewer targets',
  }),
  own('Refit.ShrinkDenied', 'error', {
    looksAt: 'memory x shards and the replicas, before and after all steps of the target',
    sentence: 'The target reduces capacity or replicas, and guards.shrink is deny, which is the default.',
    fix: 'guards: { shrink: allow }, or a greater size',
  }),
  own('Refit.NoOrder', 'error', {
    looksAt: 'every order of the steps of a target that changes several dimensions',
    sentence: 'The steps are refused in whatever order they are taken.',
    fix: 'change one dimension now and the other in a later plan, or another size',
  }),
  own('Refit.Conflict', 'error', {
    looksAt: 'all targets that name or select the same instance',
    sentence: 'Two targets give one instance different sizes, or reach it by different profiles.',
    fix: 'exclude the instance from one of them',
  }),
  own('Refit.NoMatch', 'error', {
    looksAt: 'the instances of the regions that the selector names',
    sentence: 'A selector matches no instance. With onBlocked: skip it is a warning.',
    fix: 'correct the selector, or take the target out; refit explain INSTANCE PLAN tells why one is not selected',
  }),
  own('Refit.NoRegion', 'error', {
    looksAt: 'region of the target, regions of the selector, defaults.region, --region',
    sentence: 'Nothing says which region to read.',
    fix: 'defaults: { region: ap-guangzhou }',
  }),
  own('Refit.NotRead', 'error', {
    looksAt: 'the regions and profiles that the inventory covers',
    sentence: 'The target is in a region or profile that was not read: it is unknown, not absent.',
    fix: 'plan against the live fleet, or refit inventory with that region and profile',
  }),
  own('Refit.TooManyTargets', 'error', {
    looksAt: 'the number of instances to change and of those in the inventory',
    sentence: 'More instances are to be changed than guards.targets lets through.',
    fix: 'a narrower selector, or another guards.targets',
  }),
  own('Refit.CostAboveGuard', 'error', {
    looksAt: "the sum of the provider's own quotes",
    sentence: 'The quotes together are above guards.cost.',
    fix: 'fewer or smaller targets, or another guards.cost',
  }),
  own('Refit.CostUnknown', 'error', {
    looksAt: "the provider's own quotes, and their currency",
    sentence: 'There is a guards.cost, and a price is unknown or in another currency.',
    fix: 'refit plan PLAN --price, with an identity that may call InquiryPriceUpgradeInstance',
  }),
  own('Refit.FinishByPassed', 'error', {
    looksAt: 'finishBy and the time of planning',
    sentence: 'finishBy has passed: nothing would be ordered.',
    fix: 'a later finishBy',
  }),
  own('Refit.FinishByTooSoon', 'warning', {
    looksAt: 'finishBy, the number of orders and the request rate',
    sentence: 'The request rate alone takes longer than is left until finishBy.',
    fix: 'a later finishBy, or fewer targets',
  }),
  own('Refit.WindowsClosed', 'error', {
    looksAt: 'windows, freezes and lastStart, expires, finishBy, and the time of planning',
    sentence:
      'No window opens in which a run could begin: not within a year, or not before the plan expires.',
    fix: 'refit windows next PLAN lists the coming windows; other windows or freezes, or a longer expires',
  }),
  own('Refit.CalendarUnreadable', 'error', {
    looksAt: 'the files of windows.calendars, beside the plan',
    sentence: 'A calendar whose events are freezes cannot be read, or says something that is not understood.',
    fix: 'put a whole iCalendar file beside the plan, or take it out of windows.calendars',
  }),
  own('Refit.WindowTooShort', 'note', {
    looksAt: 'the coming window, the number of orders and the request rate',
    sentence: 'Not all orders can leave in the coming window: the rest goes on in the next ones.',
    fix: 'apply again in the next window: the same command goes on',
  }),
  own('Refit.ShortPatience', 'warning', {
    looksAt: 'execution.patience',
    sentence:
      'An order without an answer is asked again after patience: one that shows later than that is then ordered twice.',
    fix: 'execution: { patience: 3m }, which is the default, or 60s at the least',
  }),
  own('Refit.WindowUnknown', 'error', {
    looksAt: 'switch: maintenance-window, and the maintenance window of the instance as read when planning',
    sentence: 'The instance is to be changed in its maintenance window, and when that is, is not known.',
    fix: 'plan against the live fleet with an identity that may call DescribeMaintenanceWindow, or switch: now',
  }),
  own('Refit.InWindows', 'note', {
    looksAt: 'switch: maintenance-window, and the windows of the instances to change',
    sentence:
      'The changes are ordered at once and wait: those of one window begin together when the provider opens it.',
    fix: 'smaller waves, where fewer are to begin together',
  }),
  own('Refit.PriceReckoned', 'note', {
    looksAt: 'targets of several steps',
    sentence:
      'A later step cannot be priced before the earlier ones are done: its quote, taken from the present size, is scaled by the memory that the earlier steps add or remove.',
    fix: 'nothing to do',
  }),
  own('Refit.InventoryOld', 'warning', {
    looksAt: 'when the inventory was read, and expires',
    sentence: 'The inventory is older than a saved plan may be.',
    fix: 'refit inventory -o FILE, then plan again',
  }),
  own('Refit.NotAsLeft', 'error', {
    looksAt: 'the present size, and the size at which the run left the instance',
    sentence: 'What a run changed is taken back only while it is as the run left it.',
    fix: 'a plan of its own for the instance, where it is to be changed',
  }),
  own('Refit.Unsettled', 'error', {
    looksAt: 'the outcomes of the run that the plan is made from',
    sentence: 'The run does not know what came of its order for the instance: it may still be carried out.',
    fix: 'the same refit apply again, which settles it; then make the plan again',
  }),
  own('Refit.FromRun', 'note', {
    looksAt: 'refit rollback, refit retry',
    sentence: 'Nobody wrote this plan: it was made from a run, whose journal had the head that is named.',
    fix: 'refit audit verify RUN --head HASH',
  }),
  own('Refit.WindowsOfRun', 'note', {
    looksAt: 'the windows, freezes and calendars that the plan of the run has sealed',
    sentence: 'The plan keeps to the windows and freezes of the run that it was made from.',
    fix: 'the same command with --ignore-windows, where it cannot wait for them',
  }),
  own('Refit.WindowsIgnored', 'warning', {
    looksAt: '--ignore-windows, and the windows that the run kept to',
    sentence:
      'The plan may begin at once, at any time, though the run that it was made from kept to windows.',
    fix: 'the same command without --ignore-windows keeps to them',
  }),
  own('Refit.TooFewApprovers', 'error', {
    looksAt: 'the approvers that the plan of the run has sealed, and who makes the new plan',
    sentence: 'The approvers of the run are those of the new plan, and too few of them did not make it.',
    fix: 'the same command, typed by somebody who is no approver',
  }),
  own('Refit.RunUnfinished', 'warning', {
    looksAt: 'the run that the plan is made from',
    sentence: 'The run could still be gone on with: beside this plan it would find its instances changed.',
    fix: 'leave that run alone once this plan is carried out',
  }),
  own('Refit.Hooks', 'warning', {
    looksAt: 'hooks',
    sentence:
      'The plan runs commands on the machine where it is applied: they are for the reviewer to read, and apply wants a flag for them.',
    fix: 'refit apply SAVED --allow-hooks, once they are read',
  }),
  own('Refit.Notify', 'note', {
    looksAt: 'notify',
    sentence: 'A run of the plan is told to the addresses that it names: a reviewer should know them.',
    fix: 'where it is applied, export the variables that notify names',
  }),
  own('Refit.Shrinks', 'warning', {
    looksAt: 'the whole size of the instance before its first step and after its last',
    sentence:
      'The instance is left with less memory or fewer replicas, which guards.shrink: allow let through.',
    fix: 'ask its owner, or exclude it',
  }),
  own('Refit.StockShort', 'warning', {
    looksAt: 'the targets that are blocked as sold out, and the other steps of their region that take memory',
    sentence:
      'Something is sold out in a region in which other steps still take memory: nothing is reserved.',
    fix: 'apply soon, or put what matters most into the first wave',
  }),
  own('Refit.Dearest', 'note', {
    looksAt: "the provider's own quotes",
    sentence: 'The step is one of the dearest of the plan.',
    fix: 'a smaller size, or exclude the instance',
  }),
  own('Refit.SeveralSteps', 'note', {
    looksAt: 'targets that change more than one dimension',
    sentence:
      'The instance is changed in several orders, and is of a size in between until the last one is verified.',
    fix: 'nothing to do where every size between is acceptable',
  }),
  own('Refit.Expired', 'warning', {
    looksAt: 'expiresAt of the saved plan and the time of refit show',
    sentence: 'The saved plan is older than it may be: a run of it may not begin any more.',
    fix: 'refit plan PLAN -o SAVED',
  }),
  own('Refit.DriftedSince', 'warning', {
    looksAt: 'refit show --live: the instances as they are now, and as the saved plan wants them',
    sentence:
      'The instance is not as it was when the plan was made: apply would skip it as drifted, or wait for it.',
    fix: 'plan again',
  }),
  own('Refit.SoldOutSince', 'warning', {
    looksAt: 'refit show --live: the catalogue as it is now, and the sizes of the saved plan',
    sentence:
      'What the step asks for is no longer sold, or is sold out: the provider would refuse the order.',
    fix: 'plan again, when there is stock',
  }),
  own('Refit.EmptyWave', 'note', {
    looksAt: 'the waves and the number of instances to change',
    sentence: 'The waves before take every instance that this one could take, or its from fits none.',
    fix: 'nothing to do',
  }),
  own('Refit.SpreadUntagged', 'warning', {
    looksAt: 'the tag that spread goes by, of the instances to change',
    sentence: 'An instance without the tag is held apart from no other.',
    fix: 'give the instances the tag, then plan again',
  }),
  own('Refit.SoakLast', 'note', {
    looksAt: 'the soak of the last wave',
    sentence: 'Nothing follows the last wave, so its soak is not waited for.',
    fix: 'take soak out of the last wave',
  }),
  own('Refit.ImplicitWave', 'note', {
    looksAt: 'the waves and the number of instances to change',
    sentence: 'The waves do not take every instance: a last wave named rest takes what is left.',
    fix: '- { name: rest, take: rest }',
  }),
  ...codes('text', 'the plan file, against schemas/plan.schema.json', [
    [
      'Refit.Yaml',
      'The text is not YAML of the plain kind that plans are written in.',
      'correct the marked place',
    ],
    ['Refit.UnknownKey', 'A plan has no such key here.', 'the key that the finding names, or none'],
    ['Refit.DuplicateKey', 'A key is written twice.', 'take one of the two out'],
    ['Refit.MissingKey', 'A key that must be there is missing.', 'add the key that the finding names'],
    ['Refit.BadValue', 'The value is not one that the key takes.', 'a value as the finding shows it'],
    ['Refit.SelectEmpty', 'A selector without a condition.', 'select: { all: true } for everything'],
  ]),
  own('Refit.NotReadable', 'note', {
    looksAt: 'which reads the identity may make',
    sentence: 'Something that planning would like to know could not be read.',
    fix: 'grant the right to read it, or go on without',
  }),
  own('Refit.Blocked', 'error', {
    looksAt: 'the findings of the target',
    sentence: 'The target is blocked; its findings say by what.',
    fix: 'refit explain INSTANCE PLAN',
  }),
  ...codes('run', 'what the provider answered and what was read during the run', [
    [
      'Refit.Drifted',
      'The instance was changed after the plan was made: nothing was ordered for it.',
      'refit plan PLAN -o SAVED',
    ],
    [
      'Refit.EarlierStep',
      'An earlier step of the same instance was not verified, so this one was skipped.',
      'refit plan PLAN -o SAVED, when the cause is fixed',
    ],
    [
      'Refit.NoAnswer',
      'No usable answer came in the time allowed, and nothing had landed.',
      'refit plan PLAN -o SAVED',
    ],
    [
      'Refit.TaskFailed',
      "The provider's own task for the change failed.",
      'look at the task in the console, then refit plan PLAN -o SAVED',
    ],
    [
      'Refit.OtherNodes',
      'The change ended at its size, and the replicas of the instance are not the ones that were ordered.',
      'look at the instance in the console, then refit plan PLAN -o SAVED',
    ],
    [
      'Refit.OtherSize',
      'The change ended, and the instance has another size than was ordered.',
      'look at the instance in the console, then refit plan PLAN -o SAVED',
    ],
  ]),
];

function own(
  code: string,
  severity: Rule['severity'],
  told: Pick<Rule, 'looksAt' | 'sentence' | 'fix'> & Partial<Pick<Rule, 'check' | 'appliesTo'>>,
): Rule {
  const appliesTo = told.check ? 'step' : 'plan';
  return { code, source: "Refit's own", readOn: '2026-11', severity, appliesTo, check: null, ...told };
}

/** Codes that the rules do not give, for explaining them. */
function codes(
  appliesTo: 'text' | 'run',
  looksAt: string,
  told: readonly (readonly [code: string, sentence: string, fix: string])[],
): Rule[] {
  return told.map(([code, sentence, fix]) => own(code, 'error', { appliesTo, looksAt, sentence, fix }));
}
