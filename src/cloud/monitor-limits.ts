/** How much one call of the monitor product may ask for. Source: docs/provider.md P116. */

export interface CallLimits {
  readonly instances: number;
  /** Over all instances of the call. */
  readonly points: number;
}

/** The documented limits. */
export const LARGE_CALLS: CallLimits = { instances: 50, points: 7_200 };
/** Those of older documentation, if the provider refuses the larger ones. */
export const SMALL_CALLS: CallLimits = { instances: 10, points: 1_440 };
