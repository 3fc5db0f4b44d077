/**
 * The sentences that the file of a saved plan may hold. Anyone can seal a file again, so a sentence may say only what planning
 * says with that code. Otherwise the file could hold a false finding of Refit itself under the code of another one.
 */
import { type MessageId, messageFault } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { ruleOf } from '../../rules/check.ts';
import { quoted } from './fault.ts';
import type { StoredFinding } from './stored-plan.ts';

type Sentences = Readonly<Record<string, readonly MessageId[]>>;

/** Warnings and notes of planning. `plan.and-more` holds another sentence of its code. */
const REMARKS: Sentences = {
  // An error, except with `onBlocked: skip`.
  'Refit.NoMatch': ['target.no-match', 'target.none-by-use'],
  // Of a selector; a size by use blocks its instance.
  'Refit.UsageUnknown': ['target.use-unknown-selected'],
  'Refit.OtherId': ['target.other-ids'],
  'Refit.BalanceShort': ['price.balance-short'],
  'Refit.PriceOffline': ['saved-plan.prices-offline'],
  'Refit.PriceRefused': ['rule.price-unknown', 'price.later-step-refused', 'plan.and-more'],
  'Refit.NotReadable': [
    'read.tasks-refused',
    'read.unpaid-orders-refused',
    'read.balance-refused',
    'read.memory-refused',
    'read.window-refused',
    'read.window-garbled',
  ],
  'Refit.EmptyWave': ['wave.from-matches-none', 'wave.none-left'],
  'Refit.ImplicitWave': ['wave.rest-added'],
  'Refit.RunUnfinished': ['from-run.unfinished'],
  'Refit.RunUnknown': [
    'from-run.not-trusted',
    'trust.unknown',
    'trust.elsewhere',
    'trust.behind',
    'trust.changed',
    'trust.extended',
    'trust.report-ahead',
  ],
  'Refit.WindowsIgnored': ['from-run.windows-ignored'],
  'Refit.TerraformNone': ['terraform.none'],
};

/** What blocks a target, besides the errors of the rules about one step. */
const BLOCKERS: Sentences = {
  'Refit.ShrinkDenied': ['guard.shrink-denied'],
  'Refit.WindowUnknown': ['plan.window-unknown'],
  'Refit.Conflict': ['target.two-profiles', 'target.two-zones', 'target.two-sizes'],
  'Refit.UsedUnknown': ['target.used-unknown', 'rule.used-unknown'],
  'Refit.UsageUnknown': ['target.use-unknown'],
  'Refit.NoReplicaReads': ['target.no-replica-reads'],
  'Refit.OutcomeUnknown': ['target.outcome-unknown'],
  'Refit.NotAsLeft': ['target.not-as-run-left-it'],
  'Refit.NoSequence': ['target.no-order-is-valid'],
};

/** Why a finding is none that planning makes; null without a reason. @param kind whether it blocks a target. */
export function findingFault(
  { code, messageId, params, instance }: Pick<StoredFinding, 'code' | 'messageId' | 'params' | 'instance'>,
  kind: 'remark' | 'blocker',
): string | null {
  const listed: readonly string[] | undefined = (kind === 'remark' ? REMARKS : BLOCKERS)[code];
  const isOfSteps = kind === 'blocker' && listed === undefined && ruleOf(code)?.check !== null;
  const problem = messageFault({ id: messageId, params }, (id) =>
    isOfSteps ? id.startsWith('rule.') : (listed?.includes(id) ?? false),
  );
  if (problem !== null || instance === null || !('id' in params) || params.id === instance) return problem;
  return `is ${messageId} about ${quoted(params.id)}, but the finding is about ${instance}`;
}

/** Why the message is no reason for a size; null without a problem. A reason may quote the refusal of another sequence. */
export function reasonFault(reason: Message): string | null {
  return messageFault(reason, (id) => id.startsWith('reason.') || id.startsWith('rule.'));
}
