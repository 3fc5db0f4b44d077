/** The account: who signs, and what it can pay. */
import { isLackOfRights, refusedRead } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { decodeBalance, decodeIdentity, decodeSelf } from '../wire/account.ts';
import { READS } from '../wire/actions.ts';
import { type ReadSource, readFields } from './source.ts';

export function accountReads(source: ReadSource) {
  const { ask } = source;
  return {
    async describeBalance(scope) {
      const answer = await ask(READS.balance, scope, {});
      if (answer.kind === 'ok') return decodeBalance(answer.fields);
      if (isLackOfRights(answer.code)) return null;
      throw refusedRead(READS.balance, scope, answer);
    },

    async describeSelf(scope) {
      const answer = await ask(READS.identity, scope, {});
      return answer.kind === 'ok' ? decodeSelf(answer.fields) : null;
    },

    describeCaller: async (scope) => decodeIdentity(await readFields(source, READS.identity, scope, {})),
  } satisfies Partial<CloudReader>;
}
