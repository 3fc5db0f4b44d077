/** The interface of the provider's actions and products. */

import type { Language, SimRegion } from '../world/geography.ts';
import type { Identity, World } from '../world/world.ts';
import type { Params, Schema } from './parameters.ts';

/** One request that the gateway accepted. */
export interface Call {
  readonly params: Params;
  /** Region from X-TC-Region; null if the action needs none and the request has none. */
  readonly region: SimRegion | null;
  readonly identity: Identity;
  /** Language of the texts for people. */
  readonly language: Language;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

export interface Action {
  readonly schema: Schema;
  /** Returns the members of `Response` without RequestId. @throws Refusal */
  readonly run: (world: World, call: Call) => Record<string, unknown>;
}

export interface Product {
  readonly version: string;
  /** Whether the request must have X-TC-Region. */
  readonly regional: boolean;
  readonly actions: Readonly<Record<string, Action>>;
}
