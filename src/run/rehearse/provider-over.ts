/** A provider that is reached without a network, as a process needs it. */
import type { Clock } from '../../clock.ts';
import type { Caller } from '../../cloud/calls/call.ts';
import { cloudOver } from '../../cloud/client.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { openPermits, type Permits } from '../../cloud/limit/permits.ts';
import { beginCallCounter, type CallCounter } from '../call-counter.ts';

export interface ProviderOver {
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly cloudFor: (profile: string) => Cloud;
}

/** @param rate requests a second. @param chance numbers from 0 to below 1, for the pauses of reads that are tried again. */
export function providerOver(
  client: Caller,
  { clock, rate, chance }: { readonly clock: Clock; readonly rate: number; readonly chance: () => number },
): ProviderOver {
  const permits = openPermits(clock, rate);
  const calls = beginCallCounter();
  const cloud = cloudOver(client, {
    clock,
    permits,
    onCall: calls.add,
    jitter: chance,
    endpoint: null,
    transport: {
      send: () => Promise.reject(new Error('internal error: there is no network here')),
      async close() {},
    },
  });
  return { permits, calls, cloudFor: () => cloud };
}
