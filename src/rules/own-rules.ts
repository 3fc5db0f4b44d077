/** The rules of Refit itself, in the same form as those of the provider. */
import type { KnownCode } from '../messages/codes.ts';
import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { type Facts, isRefusal, type Rule } from './facts.ts';
import { catalogueIsUnknown } from './is-sold.ts';
import { orderCode } from './known-by-price.ts';
import { editionIsUnknown, zonesDoNotFit } from './may-change.ts';
import { usedIsUnknown } from './reduction.ts';
import { RULES } from './rules.ts';

const PREDICTED: ReadonlySet<string> = new Set(
  RULES.filter(({ severity }) => severity === 'error').map(({ code }) => code),
);

/** The provider gave no price, with a code that predicts nothing about the order. */
function priceIsRefused({ id, change, quote }: Facts): Message | null {
  if (!isRefusal(quote) || PREDICTED.has(orderCode(quote.code))) return null;
  const { code, message: answer } = quote;
  return message('rule.price-unknown', { id, change, code, answer });
}

/** Refit's own codes. One step decides those with a check. The target or the whole plan decides the others. */
export const OWN_RULES: readonly Rule[] = [
  own('Refit.UnknownEdition', 'error', editionIsUnknown),
  own('Refit.Zones', 'error', zonesDoNotFit),
  own('Refit.CatalogueUnknown', 'error', catalogueIsUnknown),
  own('Refit.UsedUnknown', 'error', usedIsUnknown),
  own('Refit.UsageUnknown', 'error'),
  own('Refit.NoReplicaReads', 'error'),
  own('Refit.Advice', 'note'),
  own('Refit.PriceRefused', 'warning', priceIsRefused),
  own('Refit.PriceOffline', 'warning'),
  own('Refit.BalanceShort', 'warning'),
  own('Refit.ShrinkDenied', 'error'),
  own('Refit.NoSequence', 'error'),
  own('Refit.Conflict', 'error'),
  own('Refit.NoMatch', 'error'),
  own('Refit.OtherId', 'warning'),
  own('Refit.NoRegion', 'error'),
  own('Refit.NotRead', 'error'),
  own('Refit.TooManyTargets', 'error'),
  own('Refit.CostAboveGuard', 'error'),
  own('Refit.CostUnknown', 'error'),
  own('Refit.FinishByPassed', 'error'),
  own('Refit.FinishByTooSoon', 'warning'),
  own('Refit.WindowsClosed', 'error'),
  own('Refit.CalendarUnreadable', 'error'),
  own('Refit.WindowTooShort', 'note'),
  own('Refit.ExpiresEarly', 'warning'),
  own('Refit.ShortPatience', 'warning'),
  own('Refit.WindowUnknown', 'error'),
  own('Refit.InWindows', 'note'),
  own('Refit.PriceEstimated', 'note'),
  own('Refit.InventoryOld', 'warning'),
  own('Refit.NotAsLeft', 'error'),
  own('Refit.OutcomeUnknown', 'error'),
  own('Refit.FromRun', 'note'),
  own('Refit.WindowsOfRun', 'note'),
  own('Refit.WindowsIgnored', 'warning'),
  own('Refit.TooFewApprovers', 'error'),
  own('Refit.RunUnfinished', 'warning'),
  own('Refit.RunUnknown', 'warning'),
  own('Refit.Effect', 'note'),
  own('Refit.Shrinks', 'warning'),
  own('Refit.TerraformReverts', 'warning'),
  own('Refit.TerraformNone', 'warning'),
  own('Refit.RollbackRefused', 'warning'),
  own('Refit.RollbackUnknown', 'note'),
  own('Refit.StockShort', 'warning'),
  own('Refit.HighestCost', 'note'),
  own('Refit.SeveralSteps', 'note'),
  own('Refit.Expired', 'warning'),
  own('Refit.Declined', 'error'),
  own('Refit.DriftedSince', 'warning'),
  own('Refit.SoldOutSince', 'warning'),
  own('Refit.EmptyWave', 'note'),
  own('Refit.SpreadUntagged', 'warning'),
  own('Refit.SoakLast', 'note'),
  own('Refit.ImplicitWave', 'note'),
  ...errors('text', [
    'Refit.Yaml',
    'Refit.UnknownKey',
    'Refit.DuplicateKey',
    'Refit.MissingKey',
    'Refit.BadValue',
    'Refit.SelectEmpty',
  ]),
  { ...own('Refit.HiddenComment', 'warning'), appliesTo: 'text' },
  { ...own('Refit.UnknownRegion', 'warning'), appliesTo: 'text' },
  own('Refit.PolicyNotAllowed', 'error'),
  own('Refit.PolicyLimit', 'error'),
  own('Refit.PolicyAge', 'error'),
  own('Refit.PolicyWindows', 'error'),
  own('Refit.PolicyApprovals', 'warning'),
  own('Refit.PolicyPlanner', 'warning'),
  own('Refit.NotReadable', 'note'),
  own('Refit.Blocked', 'error'),
  ...errors('run', [
    'Refit.Drifted',
    'Refit.EarlierStep',
    'Refit.NoAnswer',
    'Refit.TaskFailed',
    'Refit.OtherNodes',
    'Refit.OtherSize',
  ]),
];

function own(code: KnownCode, severity: Rule['severity'], check: Rule['check'] = null): Rule {
  const appliesTo = check ? 'step' : 'plan';
  return { code, source: "Refit's own", readOn: '2026-11', severity, appliesTo, check };
}

/** Codes that other parts of Refit give, so that `refit explain` knows them. */
function errors(appliesTo: 'text' | 'run', codes: readonly KnownCode[]): Rule[] {
  return codes.map((code) => ({ ...own(code, 'error'), appliesTo }));
}
