/** Realistic parameters of the sentences of advice about sizes. */
import { message } from '../../src/messages/messages.ts';
import type { Size } from '../../src/model.ts';
import type { Samples } from './error-samples.ts';

const code = 'ResourceUnavailable.InstanceStatusAbnormal';
const id = 'crs-1a2b3c4d';
const small: Size = { memoryPerShard: 4096, shards: 3, replicas: 1 };

type AdviceSamples = Pick<Samples, Extract<keyof Samples, `advice.${string}`>>;

export const ADVICE_SAMPLES: AdviceSamples = {
  'advice.bound-by': [{ metric: 'bandwidth', size: small }],
  'advice.confidence': [{ found: 660, of: 672, weekly: true, error: 3.2 }],
  'advice.cooldown': [{ by: 1_764_000_000_000, until: 1_765_209_600_000 }],
  'advice.evicted': [{ keys: 1200, last: 1_764_000_000_000 }],
  'advice.evicts-always': [{ evicting: 27, of: 28 }],
  'advice.evicts-lately': [{ keys: 1200, hours: 3 }],
  'advice.finding': [
    {
      verdict: 'grow',
      current: small,
      advised: { ...small, memoryPerShard: 8192 },
      reason: message('advice.no-shrinks'),
    },
    { verdict: 'blocked', current: small, advised: null, reason: message('advice.no-shrinks') },
  ],
  'advice.fewer-shards': [{ share: 44.2, shards: 3, within: 30 }],
  'advice.fits': [{ shards: 1, share: 61.5, within: 30 }],
  'advice.fits-smaller': [{ shards: 3, need: 2400, share: 58.6, size: small, within: 30 }],
  'advice.idle-replicas': [{ replicas: 3 }],
  'advice.larger-not-needed': [{ resource: 'memory', shards: 3, share: 61.5, growAt: 80 }],
  'advice.left-alone': [
    { because: 'auto-scaling', line: 12 },
    { because: 'excluded', line: 14 },
  ],
  'advice.memory-grows': [{ shards: 3, need: 3500, share: 85.4, within: 14 }],
  'advice.needs-other-cure': [{ resource: 'cpu' }, { resource: 'connections' }, { resource: 'bandwidth' }],
  'advice.nothing-larger': [
    { dimension: 'memoryPerShard', largest: 65_536 },
    { dimension: 'memoryPerShard', largest: null },
  ],
  'advice.refused': [{ code, reason: message('rule.not-running', { id, status: 'isolated' }) }],
  'advice.resource-binds': [{ resource: 'cpu', value: 93.4, limit: 90, statistic: 'p95' }],
  'advice.risk-full': [
    { policy: 'noeviction', days: 0 },
    { policy: 'allkeys-lru', days: 12 },
    { policy: null, days: null },
  ],
  'advice.risk-resource': [{ resource: 'cpu' }, { resource: 'connections' }, { resource: 'bandwidth' }],
  'advice.risk-shrink': [{ room: 1638, policy: null }],
  'advice.saves-little': [{ saves: 4.2, least: 10 }],
  'advice.short-history': [{ found: 120, of: 336, share: 90, size: small }],
  'advice.stale': [{ last: 1_764_000_000_000, found: 12, of: 48 }],
  'advice.too-small': [
    { resource: 'memory', shards: 1, share: 82.1, fit: 65, within: 30 },
    { resource: 'cpu', shards: 3, share: 82.1, fit: 60, within: null },
  ],
  'advice.uneven': [{ skew: 1.83, average: 49.1 }],
};
