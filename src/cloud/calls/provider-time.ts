/**
 * Estimates the provider's clock from the Date headers of its answers. The provider dates tasks by its own clock.
 * It accepts calls from a clock that is minutes off (docs/provider.md P153). Without this estimate, a search could miss
 * the task of an order.
 */
import type { Clock } from '../../clock.ts';

export type ProviderTime = ReturnType<typeof createProviderTime>;

/** Beyond this skew the provider refuses every signature, so another machine wrote the header. */
const MAX_SKEW_MS = 330_000;

/**
 * Creates an estimate. Each answer gives bounds for the provider's clock minus the monotonic clock; several answers
 * narrow them to less than a second.
 */
export function createProviderTime(clock: Clock) {
  let ahead: readonly [least: number, greatest: number] | null = null;
  return {
    /**
     * Learns from an answer that arrives now.
     * @param date its Date header, in whole seconds
     * @param sentAt monotonic ms, not later than the moment the request left
     */
    onResponse(date: string | undefined, sentAt: number): void {
      const dateMs = Date.parse(date ?? '');
      if (Number.isNaN(dateMs)) return;
      const bounds = [dateMs - clock.monotonic(), dateMs + 1000 - sentAt] as const;
      const both: readonly [number, number] | null = ahead && [
        Math.max(ahead[0], bounds[0]),
        Math.min(ahead[1], bounds[1]),
      ];
      // The bounds exclude each other: the machine slept, or a clock was set.
      ahead = both && both[0] <= both[1] ? both : bounds;
    },
    /** The provider's time, ms since 1970 UTC. This machine's time, if no plausible Date header arrived. */
    now(): number {
      const own = clock.now();
      if (ahead === null) return own;
      const theirs = clock.monotonic() + (ahead[0] + ahead[1]) / 2;
      return Math.abs(theirs - own) > MAX_SKEW_MS ? own : theirs;
    },
  };
}
