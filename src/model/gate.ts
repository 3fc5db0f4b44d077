/** What is judged between two waves. */
import type { Comparison, Threshold } from './execution.ts';

/** A metric of the monitor product that a gate can judge. Source: facts §2.7, read 2026-11. */
export type MetricName = 'MemUtil' | 'MemMaxUtil' | 'MemUsed';

/** What is judged after a wave, before anything else begins. Each member that is there is judged; all must succeed. */
export interface Gate {
  /** Fails where so many steps of the wave failed or were refused, or are unknown. */
  readonly failed?: Threshold;
  readonly unknown?: Threshold;
  /**
   * Fails where the resizes of the wave took so long, each from its acceptance or its beginning to its end, by the
   * median: in milliseconds, or as a multiple of the median of the waves before.
   */
  readonly duration?: Comparison & { readonly unit: 'ms' | 'forecast' };
  /** Fails where the greatest figure of any instance that was resized in the wave does; `over` so many milliseconds. */
  readonly metric?: { readonly name: MetricName; readonly fails: Comparison; readonly over: number };
  /** Fails where the program ends otherwise than with 0; 75 says that it cannot tell. */
  readonly command?: readonly string[];
  /** Fails where the address answers otherwise than with 2xx. */
  readonly url?: string;
  /** Milliseconds for each answer. */
  readonly timeout: number;
  readonly onInconclusive: 'pause' | 'halt';
  /** Judged and told, and stops nothing. */
  readonly shadow: boolean;
}

/** What of a gate was judged. */
export type GateJudge = 'failed' | 'unknown' | 'duration' | 'metric' | 'command' | 'url';

export type GateOutcome = 'success' | 'failure' | 'inconclusive';
