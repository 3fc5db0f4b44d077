import { homedir } from 'node:os';
import type { AddressRules } from '../addresses.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createKnownSecrets } from '../cloud/calls/known-secrets.ts';
import { createCloud, createReader } from '../cloud/client.ts';
import type { CallRecord, Cloud, CloudReader } from '../cloud/cloud.ts';
import { profilesInFiles } from '../cloud/credentials/credentials-file.ts';
import { findCredentials, searchCredentials } from '../cloud/credentials/find-credentials.ts';
import type { CredentialsOf } from '../cloud/credentials/fresh-keys.ts';
import { type Examination, examine as examineCloud, type Permission } from '../cloud/examine.ts';
import { createPermits, type Permits } from '../cloud/limit/permits.ts';
import { createSharedPermits, type SharedPermits } from '../cloud/limit/shared-permits.ts';
import { endpointFromEnvironment } from '../cloud/network/hosts.ts';
import { createHttp } from '../cloud/network/http.ts';
import { mustVerifyTls, proxyFromEnvironment } from '../cloud/network/proxy.ts';
import { askUrl, type Transport, type UrlAnswer } from '../cloud/network/transport.ts';
import { createNonces } from '../cloud/signing/sign-v1.ts';
import { signatureFrom } from '../cloud/signing/signature.ts';
import { given } from '../given.ts';
import type { Scope } from '../model.ts';
import { createCallCounter } from '../run/call-counter.ts';
import { readCredentialsFile, stateDirectoryOf } from './machine.ts';

export type { CloudReader, Examination, Permission };

/** Where the provider is, and with which credentials. */
export interface ConnectOptions {
  /** One base URL for every product of the provider; null = the provider's own hosts. Plain http only on loopback. */
  readonly endpoint?: string | null;
  /**
   * `HmacSHA256` or `HmacSHA1` for a gateway that accepts only the older signature; null = the value of
   * `REFIT_SIGNATURE`, else `TC3-HMAC-SHA256`.
   */
  readonly signature?: string | null;
  /** The environment for credentials, proxy and root domain, usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls per second for each action and identity, up to the provider's limit of 20. */
  readonly requestsPerSecond?: number;
  /** The permits of a run whose lanes are shared with other processes. Default: permits of this connection alone. */
  readonly permits?: Permits;
  readonly clock?: Clock;
  /** What the addresses of webhooks and gates may be. Default: also those of private networks. */
  readonly planAddresses?: AddressRules;
  /** Receives every read that left, for metrics and traces. */
  readonly onCall?: (call: CallRecord) => void;
  /** Another transport, for tests. */
  readonly transport?: Transport;
}

/** A connection for a run: it can order. Its reads and orders share one rate and one counter. */
export interface Connection extends Readonly<ReturnType<typeof createParts>['shared']> {
  readonly cloud: Cloud;
  /** Sends an unsigned GET to an address, through the same network. */
  readonly askUrl: (url: string, timeout: number) => Promise<UrlAnswer>;
  /** Releases the network. Without this call a program stays alive for some seconds. */
  close(): Promise<void>;
}

/** Calls per second for each action and identity, unless somebody asks for another rate. */
const READS_PER_SECOND = 18;

export function createParts(options: ConnectOptions) {
  const clock = options.clock ?? systemClock;
  const permits = options.permits ?? createPermits(clock, options.requestsPerSecond ?? READS_PER_SECOND);
  const calls = createCallCounter();
  const env = options.env;
  mustVerifyTls(env);
  const { planAddresses } = options;
  const transport =
    options.transport ?? createHttp({ proxy: proxyFromEnvironment(env), ...given({ planAddresses }) });
  const secrets = createKnownSecrets();
  const endpoint = options.endpoint ?? endpointFromEnvironment(env);
  const signature = { name: signatureFrom(options.signature ?? null, env), nonce: createNonces(Math.random) };
  const home = env.HOME || homedir();
  const chain = { env, readFile: readCredentialsFile, home, transport, clock, endpoint, signature, secrets };
  const cloudOptions = {
    transport,
    clock,
    credentials: ((profile, before) =>
      findCredentials({ ...chain, profile }, before)) satisfies CredentialsOf,
    endpoint,
    signature,
    secrets,
    permits,
    onCall: (call: CallRecord) => {
      calls.add(call);
      options.onCall?.(call);
    },
    jitter: Math.random,
  };
  return {
    cloudOptions,
    /** Searches the keys of a profile in every place. */
    searchKeys: (profile: string) => searchCredentials({ ...chain, profile }),
    shared: {
      permits,
      calls,
      clock,
      /** The folder for locks and the register of applied plans, from the given environment. */
      stateDirectory: stateDirectoryOf(env),
      /** Transport and environment, which hooks and webhooks also use. */
      transport,
      env,
    },
  };
}

/** The permits of a process whose request slots all processes of a store share. */
export function sharePermits(source: Parameters<typeof createSharedPermits>[0], clock: Clock): SharedPermits {
  return createSharedPermits(source, clock, Math.random);
}

/** Permits for all connections of a long process, such as the console: together they read no faster than one command. */
export function createProcessPermits(clock: Clock): Permits {
  return createPermits(clock, READS_PER_SECOND);
}

/** Connects to the provider for planning. The client cannot order. */
export function connectReader(options: ConnectOptions): CloudReader {
  return createReader(createParts(options).cloudOptions);
}

/** Connects to the provider for a run. */
export function connect(options: ConnectOptions): Connection {
  const { cloudOptions, shared } = createParts(options);
  const cloud = createCloud(cloudOptions);
  return {
    ...shared,
    cloud,
    askUrl: (url, timeout) => askUrl(cloudOptions.transport, url, timeout),
    close: () => cloud.close(),
  };
}

/** Bytes that are read of the answer to a POST: only its status counts. */
const MAX_COLLECTOR_ANSWER = 4096;

/**
 * Creates a function that sends a POST to the receiver of traces that the environment names, through a network of its own.
 * It connects at the first call. The function returns the status, and throws Error if there is no answer.
 */
export function createCollectorPost(env: ConnectOptions['env']) {
  let transport: Transport | null = null;
  return async (request: {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Milliseconds. */
    readonly timeout: number;
    readonly signal: AbortSignal;
  }): Promise<number> => {
    const { url, ...rest } = request;
    transport ??= createHttp({ proxy: proxyFromEnvironment(env) });
    const path = `${url.pathname}${url.search}`;
    const to = { origin: url.origin, path, reach: 'collector' as const, keep: MAX_COLLECTOR_ANSWER };
    return (await transport.send({ ...rest, ...to })).status;
  };
}

/** What Refit does not understand in the proxy variables, and ignores. One sentence with a fix each. */
export function proxyProblems(env: ConnectOptions['env']): readonly string[] {
  return proxyFromEnvironment(env)?.exceptions.problems ?? [];
}

/**
 * The profiles for which this machine has keys, sorted: the named ones, or those that it finds.
 * @param named null: `default`, and the sections of the credentials files.
 * @throws RefitError `no-credentials` and others for a named profile without keys, or if there is none at all.
 */
export async function profilesWithKeys(
  options: ConnectOptions,
  named: readonly string[] | null,
): Promise<readonly string[]> {
  const { cloudOptions, searchKeys } = createParts(options);
  try {
    const home = options.env.HOME || homedir();
    const listed = { env: options.env, home, readFile: readCredentialsFile };
    const names = [...new Set(named ?? ['default', ...(await profilesInFiles(listed))])].sort();
    const searches = await Promise.all(names.map(searchKeys));
    const found = names.filter((_, index) => searches[index]!.keys !== null);
    const [problem] = searches.flatMap((one) => (one.problem === null ? [] : [one.problem]));
    if (problem !== undefined && (named !== null || found.length === 0)) throw problem;
    return found;
  } finally {
    await cloudOptions.transport.close();
  }
}

/** Reads identity and permissions, each call once. Without keys, it says why no place has them. */
export async function examine(options: ConnectOptions, scope: Scope): Promise<Examination> {
  const { cloudOptions, searchKeys } = createParts(options);
  try {
    const search = await searchKeys(scope.profile);
    return await examineCloud({ ...cloudOptions, search, scope, proxy: proxyFromEnvironment(options.env) });
  } finally {
    await cloudOptions.transport.close();
  }
}
