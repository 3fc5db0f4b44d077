/** Reads of the account: the identity that signs, and the balance. */
import { isMissingPermission, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { decodeBalance, decodeCreatorIds, decodeIdentity } from '../wire/account.ts';
import { READS } from '../wire/actions.ts';
import { type ReadSource, readFields } from './source.ts';

export function accountReads(source: ReadSource) {
  const { ask } = source;
  return {
    async describeBalance(scope) {
      const answer = await ask(READS.balance, scope, {});
      if (answer.kind === 'ok') return decodeBalance(answer.fields);
      if (isMissingPermission(answer.code)) return null;
      throw readRefusedError(READS.balance, scope, answer);
    },

    async describeCreatorIds(scope) {
      const answer = await ask(READS.identity, scope, {});
      return answer.kind === 'ok' ? decodeCreatorIds(answer.fields) : null;
    },

    describeIdentity: async (scope) => decodeIdentity(await readFields(source, READS.identity, scope, {})),
  } satisfies Partial<CloudReader>;
}
