/** What sends calls: action and fields in, the provider's answer out. Each is sent once, without a permit. */
import { RefitError } from '../../errors.ts';
import type { Scope } from '../../model.ts';
import type { Lane } from '../limit/permits.ts';
import { type Action, READS } from '../wire/actions.ts';
import type { Answer } from '../wire/answer.ts';
import type { Fields } from '../wire/fields.ts';

export interface Call {
  readonly action: Action;
  readonly scope: Scope;
  readonly fields: Fields;
}

/** Sends calls. */
export interface ApiClient {
  /**
   * Sends one call, once.
   * @throws TransportError of the transport, and RefitError where it cannot be signed or has no host: nothing was sent then.
   */
  send(call: Call, goAhead: () => boolean): Promise<Answer>;
  /** The provider's time as its answers tell it, ms since 1970 UTC. */
  providerNow(): number;
  /** What the provider counts this call with. @throws RefitError as `send` does. */
  lane(action: Action, scope: Scope): Promise<Lane>;
  /** The same, without waiting for the keys to be found. @throws RefitError where the scope has no host. */
  laneSync(action: Action, scope: Scope): Lane;
}

const READ_NAMES: ReadonlySet<string> = new Set(Object.values(READS).map((action) => action.name));

/** A caller that cannot send anything but reads. Only `onlyReads` makes one, so a reader cannot be given another. */
export interface ReadApiClient extends ApiClient {
  readonly readsOnly: true;
}

/** The same caller, except that it refuses to send anything that is not on the list of reads. What planning is given. */
export function onlyReads(caller: ApiClient): ReadApiClient {
  return {
    ...caller,
    readsOnly: true,
    async send(call, goAhead) {
      if (!READ_NAMES.has(call.action.name)) {
        throw new RefitError(
          'internal',
          `${call.action.name} is no read, and this client may only read`,
          'report this as a fault of refit',
        );
      }
      return caller.send(call, goAhead);
    },
  };
}
