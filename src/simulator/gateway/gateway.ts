/**
 * The simulated provider and the road to it in one process, for calls that are values already: without bytes, sockets
 * and signatures. Time is whatever clock is handed in.
 */
import type { Clock } from '../../clock.ts';
import { fitTo } from '../actions/parameters.ts';
import { seededRandom } from '../world/random.ts';
import { advance, type Identity, type Range, type World } from '../world/world.ts';
import { SKEW_SECONDS } from './authenticate.ts';
import type { ParsedRequest } from './parse-request.ts';
import { newRequestId, serve } from './serve.ts';

/** A call as it leaves the client. */
export interface GatewayCall extends Pick<ParsedRequest, 'action' | 'version' | 'region' | 'host'> {
  readonly product: string;
  readonly profile: string;
  readonly fields: object;
}

/** What comes back, and the date by the provider's clock at which it left. */
export type GatewayAnswer =
  | ({ readonly date: string } & (
      | { readonly kind: 'ok'; readonly fields: Readonly<Record<string, unknown>> }
      | Readonly<{ kind: 'refused'; code: string; message: string; requestId: string }>
      /** Something that is no answer. */
      | { readonly kind: 'unusable'; readonly why: string }
    ))
  /** The connection was cut; nobody there can tell whether the request was executed. */
  | { readonly kind: 'lost'; readonly why: string };

export type Gateway = ReturnType<typeof createGateway>;

/** Half a round trip within one region, milliseconds. */
const TRAVEL: Range = [5, 30];
/** A client waits no longer than that. */
const TIMEOUT = 60_000;

/** @param identityOf who signs for a profile. @param seed of the travelling times. */
export function createGateway(
  world: World,
  clock: Clock,
  { seed, identityOf }: { readonly seed: number; readonly identityOf: (profile: string) => Identity },
) {
  const chance = seededRandom(seed ^ 0x726f6164);
  const travel = () => chance.whole(...TRAVEL);
  return {
    /** Sends one call and gives what is heard of it. */
    async ask(call: GatewayCall): Promise<GatewayAnswer> {
      const { product, profile, fields, ...named } = call;
      await clock.sleep(travel());
      advance(world, clock.now());
      const requestId = newRequestId(world);
      // A client whose clock is that far off is not let in.
      if (Math.abs(world.clockSkew) > SKEW_SECONDS * 1000) {
        await clock.sleep(travel());
        const message = 'the signature has expired';
        return { kind: 'refused', code: 'AuthFailure.SignatureExpire', message, requestId, date: dateOf() };
      }
      const opened: ParsedRequest = {
        ...named,
        identity: identityOf(profile),
        service: product,
        language: 'en-US',
        read: (schema) => fitTo(schema, fields),
      };
      const served = serve(world, opened, requestId, clock.now());
      const back = served.delay + travel();
      await clock.sleep(Math.min(back, TIMEOUT));
      if (back > TIMEOUT) return { kind: 'lost', why: `no answer within ${TIMEOUT} ms` };
      const date = dateOf();
      switch (served.kind) {
        case 'response':
          return { kind: 'ok', fields: served.fields, date };
        case 'refused':
          return { kind: 'refused', code: served.code, message: served.message, requestId, date };
        case 'http-500':
          return { kind: 'unusable', why: 'HTTP 500', date };
        case 'html':
          return { kind: 'unusable', why: 'HTTP 502', date };
        case 'half-json':
          return { kind: 'unusable', why: 'the answer is not JSON', date };
        default:
          return { kind: 'lost', why: 'the connection was reset' };
      }
    },
  };

  function dateOf(): string {
    return new Date(clock.now() + world.clockSkew).toUTCString();
  }
}
