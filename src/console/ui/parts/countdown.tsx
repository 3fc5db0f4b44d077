/** Time that runs: all countdowns of a page follow one clock, which stops when nobody looks at it. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { quantities, say } from '../language.ts';
import { Time } from './parts.tsx';

const now = signal(Date.now());
let users = 0;
let ticking: ReturnType<typeof setInterval> | undefined;

/** The present, ms since 1970 UTC, every second. */
export function useNow(): number {
  useEffect(() => {
    users += 1;
    ticking ??= setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => {
      users -= 1;
      if (users > 0) return;
      clearInterval(ticking);
      ticking = undefined;
    };
  }, []);
  return now.value;
}

/** Milliseconds in whole seconds, at least one: a figure that changes all the time is easier to read so. */
export const roundTime = (ms: number): number => Math.max(1_000, Math.round(ms / 1_000) * 1_000);

/** How long it is until a time. @param until ISO 8601 UTC. */
export function Countdown({ until }: { until: string }) {
  const left = Date.parse(until) - useNow();
  return (
    <span class="countdown">
      <Time at={until} />
      {left > 0 && (
        <small class="soft"> {say('countdown.left', { time: quantities().duration(roundTime(left)) })}</small>
      )}
    </span>
  );
}
