/** Who is asking. Source: facts §8 and the product's own model, read 2026-11. */
import { OWNER_UIN } from '../world.ts';
import type { Action } from './action.ts';

export const STS: Readonly<Record<string, Action>> = {
  GetCallerIdentity: {
    schema: {},
    run: (_, { identity }) => ({
      Arn: `qcs::cam::uin/${OWNER_UIN}:uin/${identity.uin}`,
      AccountId: OWNER_UIN,
      UserId: identity.uin,
      PrincipalId: identity.uin,
      Type: 'CAMUser',
    }),
  },
};
