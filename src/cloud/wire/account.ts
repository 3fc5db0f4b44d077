/** Decodes the identity that signed, and the balance of the account. */
import type { Identity, Money } from '../../model.ts';
import { cents, type Fields, text } from './fields.ts';

/** The identity that signed, from the token service. Source: docs/provider.md P185. */
export function decodeIdentity(fields: Fields): Identity {
  const of = (name: string) => text(fields[name]) ?? '';
  return { arn: of('Arn'), account: of('AccountId'), user: of('UserId'), type: of('Type') };
}

/**
 * The numbers that orders of this identity have as creator. The creator is a uin (docs/provider.md P86). That it is the
 * user who signed the call is an inference. Null for a session of a role, because its number is not documented.
 */
export function decodeCreatorIds(fields: Fields): readonly string[] | null {
  const { user } = decodeIdentity(fields);
  return /^\d+$/.test(user) ? [user] : null;
}

/**
 * The amount that the account can pay, credit included. The answer has no currency; accounts of this site use CNY.
 * Null if the answer has no amount. Source: docs/provider.md P87; the choice of the field is an inference.
 */
export function decodeBalance(fields: Fields): Money | null {
  return cents(fields.RealCreditBalance ?? fields.RealBalance ?? fields.Balance, undefined);
}
