/**
 * An API client for a simulated provider in the same process. Calls are passed as values: it signs nothing, needs no
 * keys and opens no socket. The lanes are those of the real hosts.
 */
import type { Clock } from '../../clock.ts';
import type { Scope } from '../../model.ts';
import type { Lane } from '../limit/permits.ts';
import { hostFor } from '../network/hosts.ts';
import { STOPPED_BY_GUARD, TransportError } from '../network/transport.ts';
import type { Action } from '../wire/actions.ts';
import type { Answer } from '../wire/answer.ts';
import type { Fields } from '../wire/fields.ts';
import type { ApiClient } from './call.ts';
import { createProviderTime } from './provider-time.ts';

/** The simulated provider. `lost`: the answer did not arrive. */
export interface GatewayPort {
  ask(call: {
    readonly product: string;
    readonly action: string;
    readonly version: string;
    readonly region: string;
    readonly profile: string;
    readonly host: string;
    readonly fields: object;
  }): Promise<
    | { readonly kind: 'ok'; readonly fields: Fields; readonly date: string }
    | (Exclude<Answer, { readonly kind: 'ok' }> & { readonly date: string })
    | { readonly kind: 'lost'; readonly reason: string }
  >;
}

export function createGatewayClient(gateway: GatewayPort, clock: Clock): ApiClient {
  const time = createProviderTime(clock);
  const laneOf = ({ product, name }: Action, { region, profile }: Scope): Lane => ({
    action: name,
    host: hostFor(product, region, null).host,
    identity: profile,
  });
  return {
    lane: async (action, scope) => laneOf(action, scope),
    laneSync: laneOf,
    providerNow: time.now,
    async send({ action, scope, fields }, goAhead): Promise<Answer> {
      if (!goAhead()) throw new TransportError(STOPPED_BY_GUARD, false);
      const sentAt = clock.monotonic();
      const answer = await gateway.ask({
        product: action.product,
        action: action.name,
        version: action.version,
        region: action.regional ? scope.region : '',
        profile: scope.profile,
        host: laneOf(action, scope).host,
        fields,
      });
      if (answer.kind === 'lost') throw new TransportError(answer.reason, true);
      time.onResponse(answer.date, sentAt);
      if (answer.kind !== 'ok') return answer;
      return { kind: 'ok', fields: answer.fields, requestId: String(answer.fields.RequestId), size: 0 };
    },
  };
}
