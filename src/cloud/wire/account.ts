/** The account: who signed, and what it can pay. */
import type { Identity, Money } from '../../model.ts';
import { cents, type Fields, text } from './fields.ts';

/** Who signed, as the token service says. Source: docs/provider.md P185. */
export function decodeIdentity(fields: Fields): Identity {
  const of = (name: string) => text(fields[name]) ?? '';
  return { arn: of('Arn'), account: of('AccountId'), user: of('UserId'), type: of('Type') };
}

/**
 * By what numbers orders name who signed. The creator of an order is a uin by the field's note (docs/provider.md P86); that an interface call names the user that signed it is an inference, and by what a session of a
 * role is named is not said: null.
 */
export function decodeCreatorIds(fields: Fields): readonly string[] | null {
  const { user } = decodeIdentity(fields);
  return /^\d+$/.test(user) ? [user] : null;
}

/**
 * What the account can pay, credit included where it has any. The answer names no currency: CNY is what accounts of
 * this site are kept in. Null where no amount can be read. Source: docs/provider.md P87; the choice of
 * the field is an inference.
 */
export function decodeBalance(fields: Fields): Money | null {
  return cents(fields.RealCreditBalance ?? fields.RealBalance ?? fields.Balance, undefined);
}
