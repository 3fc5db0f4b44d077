/** What the provider's refusals mean for a run, in English, with the fix for those that halt it. */
import type { Text } from '../../text.ts';

const GRANT = 'let this identity call redis:UpgradeInstance';
const KEYS = 'check the keys: refit doctor shows whose keys are in use and where they come from';
const ENDPOINT = 'check --endpoint and TENCENTCLOUD_DOMAIN: refit doctor shows which host is called';
const ADDRESS = "let this address through in the account's access rules";

export const refusals = {
  'refusal.no-permission': (): Text => ({
    message: 'no permission for this action: every order would be refused',
    fix: GRANT,
  }),
  'refusal.signature': (): Text => ({ message: 'the signature is refused', fix: KEYS }),
  'refusal.key': (): Text => ({ message: 'the key is refused', fix: KEYS }),
  'refusal.key-unknown': (): Text => ({ message: 'the key is unknown or disabled', fix: KEYS }),
  'refusal.second-factor': (): Text => ({
    message: 'the identity must confirm with a second factor',
    fix: 'use keys that need no second factor: refit doctor shows whose keys are in use',
  }),
  'refusal.clock': (): Text => ({
    message: 'the clock of this machine is more than five minutes off',
    fix: "set this machine's clock: refit doctor shows how far off it is",
  }),
  'refusal.token': (): Text =>
    'the session token is wrong or expired: provably not executed, and Refit renews the keys',
  'refusal.token-again': (): Text => ({
    message: 'the session token is wrong or expired, and so is the next one',
    fix: 'get other temporary keys: refit doctor shows where these come from',
  }),
  'refusal.cannot-pay': (): Text => ({ message: 'the account cannot pay', fix: 'top up the account' }),
  'refusal.payment-failed': (): Text => ({
    message: 'payment failed; an unpaid order may exist',
    fix: 'pay or cancel the open order in the Tencent Cloud console, or top up the account',
  }),
  'refusal.quota': (): Text => ({
    message: 'a quota of the account is used up',
    fix: "open a ticket to raise the account's quota",
  }),
  'refusal.address': (): Text => ({ message: 'this address is refused', fix: ADDRESS }),
  'refusal.action-withdrawn': (): Text => ({
    message: 'the endpoint no longer offers the action',
    fix: ENDPOINT,
  }),
  'refusal.action-unknown': (): Text => ({
    message: 'the endpoint does not know the action',
    fix: ENDPOINT,
  }),
  'refusal.malformed': (): Text => ({ message: 'the request is refused as malformed', fix: ENDPOINT }),
  'refusal.product-unknown': (): Text => ({
    message: 'the endpoint does not know the product',
    fix: ENDPOINT,
  }),
  'refusal.version-unknown': (): Text => ({
    message: "the endpoint does not know the action's version",
    fix: ENDPOINT,
  }),
  'refusal.out-of-range': (): Text => 'outside the sizes that are sold',
  'refusal.size-not-sold': (): Text => 'not a size that is sold',
  'refusal.too-small': (): Text => 'too small for the memory in use',
  'refusal.no-instance': (): Text => 'no such instance in this region and account',
  'refusal.whole-request': (): Text => 'refused as a whole',
  'refusal.region': (): Text => 'the region does not know this action',
  'refusal.no-specification': (): Text => 'no such specification',
  'refusal.edition': (): Text => 'the edition does not support it',
  'refusal.trial': (): Text => 'answered as a trial: nothing was ordered',
  'refusal.unsupported': (): Text => 'not supported',
  'refusal.kernel': (): Text => 'the kernel must be upgraded first',
  'refusal.isolated': (): Text => 'isolated',
  'refusal.no-capacity': (): Text => 'no capacity in the pool',
  'refusal.sold-out': (): Text => 'sold out',
  'refusal.in-progress': (): Text => 'something is in progress on it',
  'refusal.locked': (): Text => 'locked',
  'refusal.locked-or-fault': (): Text => 'locked, or an internal fault: it may have been executed',
  'refusal.fault': (): Text => 'an internal fault: it may have been executed',
  'refusal.something-missing': (): Text => 'the code does not say what is missing',
  'refusal.answer-too-long': (): Text => 'the answer was too long to be sent: it may have been executed',
  'refusal.unlisted': (): Text => 'a code that is on no list: it may have been executed',
  'refusal.limit': (): Text => 'above the request limit: provably not executed',
};
