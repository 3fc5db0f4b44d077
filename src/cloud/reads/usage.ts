/** Reads of the use over time. A refusal is a value: the caller decides whether it stops more than this read. */
import { isKeyRefusal, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import { decodeMetrics, decodeSeries, encodeSeries, METRICS_REQUEST } from '../wire/usage.ts';
import type { ReadSource } from './source.ts';

export function usageReads({ ask }: ReadSource) {
  return {
    async describeUsageMetrics(scope) {
      const answer = await ask(READS.metrics, scope, METRICS_REQUEST);
      if (answer.kind === 'ok') return decodeMetrics(answer.fields);
      if (isKeyRefusal(answer.code)) throw readRefusedError(READS.metrics, scope, answer);
      return answer;
    },

    async describeUsage(scope, request) {
      const answer = await ask(READS.memory, scope, encodeSeries(request));
      if (answer.kind === 'ok') return decodeSeries(answer.fields, request);
      if (isKeyRefusal(answer.code)) throw readRefusedError(READS.memory, scope, answer);
      return answer;
    },
  } satisfies Partial<CloudReader>;
}
