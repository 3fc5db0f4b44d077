/** Reads of facts that advice about sizes needs. A refusal is a value: advice goes on without the fact. */
import { isKeyRefusal, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import { encodeInstance } from '../wire/instances.ts';
import { decodeEvictionPolicy, decodeSizeLimits, encodeSizeLimits } from '../wire/sizing-facts.ts';
import type { ReadSource } from './source.ts';

export function sizingFactReads({ ask }: ReadSource) {
  return {
    async describeSizeLimits(scope, request) {
      const answer = await ask(READS.sizeLimits, scope, encodeSizeLimits(request));
      if (answer.kind === 'ok') return decodeSizeLimits(answer.fields);
      if (isKeyRefusal(answer.code)) throw readRefusedError(READS.sizeLimits, scope, answer);
      return answer;
    },

    async describeEvictionPolicy(scope, instance) {
      const answer = await ask(READS.parameters, scope, encodeInstance(instance));
      if (answer.kind === 'ok') return decodeEvictionPolicy(answer.fields);
      if (isKeyRefusal(answer.code)) throw readRefusedError(READS.parameters, scope, answer);
      return answer;
    },
  } satisfies Partial<CloudReader>;
}
