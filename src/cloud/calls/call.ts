/** The API client: it sends a call once and returns the provider's answer. It takes no permit. */
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

export interface ApiClient {
  /**
   * Sends one call, once.
   * @throws TransportError of the transport; RefitError if there are no keys or no host, and then nothing was sent.
   */
  send(call: Call, goAhead: () => boolean): Promise<Answer>;
  /** The provider's time by the Date headers of its answers, ms since 1970 UTC. */
  providerNow(): number;
  /** The lane that the provider counts this call in. @throws RefitError as `send` does. */
  lane(action: Action, scope: Scope): Promise<Lane>;
  /** The same, but it does not wait for the keys. @throws RefitError if the scope has no host. */
  laneSync(action: Action, scope: Scope): Lane;
}

const READ_NAMES: ReadonlySet<string> = new Set(Object.values(READS).map((action) => action.name));

/** An API client that sends only reads. Only `onlyReads` makes one, so no reader can get another client. */
export interface ReadApiClient extends ApiClient {
  readonly readsOnly: true;
}

/** Wraps an API client for planning: it refuses every action that is not in `READS`. */
export function onlyReads(client: ApiClient): ReadApiClient {
  return {
    ...client,
    readsOnly: true,
    async send(call, goAhead) {
      if (!READ_NAMES.has(call.action.name)) {
        throw new RefitError(
          'internal',
          `${call.action.name} is not a read, and this client sends only reads`,
          'report this as a bug in refit',
        );
      }
      return client.send(call, goAhead);
    },
  };
}
