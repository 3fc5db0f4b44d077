/** What an action of the small provider is. */

import type { SimRegion } from '../world/geography.ts';
import type { Identity, World } from '../world/world.ts';
import type { Params, Schema } from './parameters.ts';

/** One request that passed the gateway. */
export interface Call {
  readonly params: Params;
  /** The region of X-TC-Region; null where the action needs none and none was given. */
  readonly region: SimRegion | null;
  readonly identity: Identity;
  /** In which the texts for people are. */
  readonly language: 'zh-CN' | 'en-US';
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

export interface Action {
  readonly schema: Schema;
  /** Gives the members of `Response` without RequestId. @throws Refusal */
  readonly run: (world: World, call: Call) => Record<string, unknown>;
}

export interface Product {
  readonly version: string;
  /** Whether X-TC-Region must be given. */
  readonly regional: boolean;
  readonly actions: Readonly<Record<string, Action>>;
}
