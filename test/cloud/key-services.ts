/** A machine with files, and the services that give temporary keys, in virtual time. */
import { VirtualClock } from '../../src/clock.ts';
import {
  type CredentialSources,
  type Credentials,
  findCredentials,
} from '../../src/cloud/credentials/find-credentials.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
} from '../../src/cloud/network/transport.ts';

export const HOME = '/home/dba';
export const START = Date.UTC(2026, 0, 5, 2, 0, 0);
export const ROLE = 'qcs::cam::uin/100000000001:roleName/resizer';

const ROLES = '/latest/meta-data/cam/security-credentials/';

export interface Machine {
  env?: Record<string, string | undefined>;
  files?: Record<string, string>;
  profile?: string;
  endpoint?: string | null;
  /** The role bound to the machine. Null: none. Absent: not a machine of the provider. */
  role?: string | null;
  /** Replaced answers of the metadata service, by path. */
  pages?: Record<string, HttpResponse | 'silence'>;
  /** The answers of the token service in order. Null: keys. */
  sts?: (string | null)[];
  /** The life of temporary keys, seconds. */
  life?: number;
}

export interface Asked {
  readonly action: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Record<string, unknown>;
  readonly timeout: number;
}

/** The input of every source of the chain. Services number their keys: `id-sts-1`, `key-sts-1`, … */
export function machine(given: Machine) {
  const clock = new VirtualClock(START);
  const asked: Asked[] = [];
  const made = { sts: 0, cvm: 0 };
  const json = (value: unknown): HttpResponse => ({
    status: 200,
    contentType: 'application/json',
    body: JSON.stringify(value),
  });
  const temporary = (by: 'sts' | 'cvm') => {
    made[by] += 1;
    const ExpiredTime = Math.floor(clock.now() / 1000) + (given.life ?? 7200);
    const keys = {
      TmpSecretId: `id-${by}-${made[by]}`,
      TmpSecretKey: `key-${by}-${made[by]}`,
      Token: `token-${by}-${made[by]}`,
    };
    return { keys, ExpiredTime };
  };
  const metadata = async (path: string, timeout: number): Promise<HttpResponse> => {
    const page = given.pages?.[path];
    if (given.role === undefined || page === 'silence') {
      await clock.sleep(timeout);
      throw new TransportError(`no answer within ${timeout} ms, and no connection`, false);
    }
    if (page) return page;
    if (given.role === null) return { status: 404, contentType: 'text/html', body: 'not found' };
    if (path === ROLES) return { status: 200, contentType: 'text/plain', body: `${given.role}\n` };
    const { keys, ExpiredTime } = temporary('cvm');
    return json({ ...keys, ExpiredTime, Code: 'Success' });
  };
  const sts = (): HttpResponse => {
    const code = given.sts?.shift() ?? null;
    if (code === 'silence') throw new TransportError('other side closed', true);
    if (code !== null) return json({ Response: { Error: { Code: code, Message: 'no' }, RequestId: 'r' } });
    const { keys, ExpiredTime } = temporary('sts');
    return json({ Response: { Credentials: keys, ExpiredTime, RequestId: 'r' } });
  };
  const transport: Transport = {
    async send(request: HttpRequest) {
      const { origin, headers, timeout } = request;
      asked.push({
        action: request.get ?? headers['X-TC-Action'] ?? '',
        origin,
        headers,
        fields: request.get === undefined ? JSON.parse(request.body) : {},
        timeout,
      });
      return request.get === undefined ? sts() : metadata(request.get, timeout);
    },
    async close() {},
  };
  const places: CredentialSources = {
    env: given.env ?? {},
    home: HOME,
    profile: given.profile ?? 'default',
    readFile: (path) => given.files?.[path] ?? null,
    transport,
    clock,
    endpoint: given.endpoint ?? null,
  };
  return {
    clock,
    asked,
    given,
    places,
    find: (before?: Credentials) => clock.run(() => findCredentials(places, before)),
  };
}
