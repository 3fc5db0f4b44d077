/**
 * The simulated provider and its network in one process. Calls are plain values, without sockets, bytes and signatures.
 * The caller supplies the clock.
 */
import type { Clock } from '../../clock.ts';
import { fitTo } from '../actions/parameters.ts';
import { seededRandom } from '../world/random.ts';
import { advance, type Identity, type Range, type World } from '../world/world.ts';
import { SKEW_SECONDS } from './authenticate.ts';
import type { ParsedRequest } from './parse-request.ts';
import { newRequestId, serve } from './serve.ts';

/** A call that the client sends. */
export interface GatewayCall extends Pick<ParsedRequest, 'action' | 'version' | 'region' | 'host'> {
  readonly product: string;
  readonly profile: string;
  readonly fields: object;
}

/** The answer, with the provider's date when it was sent. */
export type GatewayAnswer =
  | ({ readonly date: string } & (
      | { readonly kind: 'ok'; readonly fields: Readonly<Record<string, unknown>> }
      | Readonly<{ kind: 'refused'; code: string; message: string; requestId: string }>
      /** A response that the client cannot use. */
      | { readonly kind: 'unusable'; readonly reason: string }
    ))
  /** The connection was cut. The client cannot know whether the provider executed the request. */
  | { readonly kind: 'lost'; readonly reason: string };

export type Gateway = ReturnType<typeof createGateway>;

/** Half a round trip within one region, milliseconds. */
const ONE_WAY: Range = [5, 30];
/** Client timeout, milliseconds. */
const TIMEOUT = 60_000;

/**
 * Creates the gateway.
 * @param seed seed of the network delays
 * @param identityOf returns the identity of a profile
 */
export function createGateway(
  world: World,
  clock: Clock,
  { seed, identityOf }: { readonly seed: number; readonly identityOf: (profile: string) => Identity },
) {
  const chance = seededRandom(seed ^ 0x726f6164);
  const oneWay = () => chance.whole(...ONE_WAY);
  return {
    /** Sends one call and returns the answer. */
    async ask(call: GatewayCall): Promise<GatewayAnswer> {
      const { product, profile, fields, ...named } = call;
      await clock.sleep(oneWay());
      advance(world, clock.now());
      const requestId = newRequestId(world);
      // The provider refuses a signature whose time differs too much.
      if (Math.abs(world.clockSkew) > SKEW_SECONDS * 1000) {
        await clock.sleep(oneWay());
        const message = 'the signature has expired';
        return { kind: 'refused', code: 'AuthFailure.SignatureExpire', message, requestId, date: dateOf() };
      }
      const parsed: ParsedRequest = {
        ...named,
        identity: identityOf(profile),
        service: product,
        language: 'en-US',
        readParams: (schema) => fitTo(schema, fields),
      };
      const served = serve(world, parsed, requestId, clock.now());
      const back = served.delay + oneWay();
      await clock.sleep(Math.min(back, TIMEOUT));
      if (back > TIMEOUT) return { kind: 'lost', reason: `no answer within ${TIMEOUT} ms` };
      const date = dateOf();
      switch (served.kind) {
        case 'response':
          return { kind: 'ok', fields: served.fields, date };
        case 'refused':
          return { kind: 'refused', code: served.code, message: served.message, requestId, date };
        case 'http-500':
          return { kind: 'unusable', reason: 'HTTP 500', date };
        case 'html':
          return { kind: 'unusable', reason: 'HTTP 502', date };
        case 'half-json':
          return { kind: 'unusable', reason: 'the answer is not JSON', date };
        default:
          return { kind: 'lost', reason: 'the connection was reset' };
      }
    },
  };

  function dateOf(): string {
    return new Date(clock.now() + world.clockSkew).toUTCString();
  }
}
