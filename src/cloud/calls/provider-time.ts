/**
 * The provider's clock, as far as the Date headers of its answers tell. What began when is told by that clock, and this
 * machine's may be minutes off and is still let in (docs/provider.md P153): compared with each other as they are,
 * they would hide an order's task from whoever looks for it.
 */
import type { Clock } from '../../clock.ts';

export type ProviderTime = ReturnType<typeof createProviderTime>;

/** Further off, the provider refuses what is signed: then it is not its clock that the header tells. */
const MAX_SKEW_MS = 330_000;

/** Each answer bounds how far ahead of the monotonic clock the provider's is; the bounds of many are narrower than a second. */
export function createProviderTime(clock: Clock) {
  let ahead: readonly [least: number, greatest: number] | null = null;
  return {
    /**
     * Hears an answer.
     * @param date its Date header: whole seconds
     * @param sentAt no later than the request left, monotonic ms; it is heard now
     */
    heard(date: string | undefined, sentAt: number): void {
      const told = Date.parse(date ?? '');
      if (Number.isNaN(told)) return;
      const bounds = [told - clock.monotonic(), told + 1000 - sentAt] as const;
      const both: readonly [number, number] | null = ahead && [
        Math.max(ahead[0], bounds[0]),
        Math.min(ahead[1], bounds[1]),
      ];
      // Bounds that exclude each other: a machine that slept, or a clock that was set.
      ahead = both && both[0] <= both[1] ? both : bounds;
    },
    /** Milliseconds since 1970 UTC by the provider's clock; by this machine's where nothing that can be has been heard. */
    now(): number {
      const own = clock.now();
      if (ahead === null) return own;
      const theirs = clock.monotonic() + (ahead[0] + ahead[1]) / 2;
      return Math.abs(theirs - own) > MAX_SKEW_MS ? own : theirs;
    },
  };
}
