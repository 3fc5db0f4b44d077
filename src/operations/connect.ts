import { homedir } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import { createCloud, createReader } from '../cloud/client.ts';
import type { Cloud, CloudReader } from '../cloud/cloud.ts';
import { findCredentials } from '../cloud/credentials/find-credentials.ts';
import type { CredentialsOf } from '../cloud/credentials/fresh-keys.ts';
import { type Examination, examine as examineCloud, type Right } from '../cloud/examine.ts';
import { createPermits } from '../cloud/limit/permits.ts';
import { endpointFromEnvironment } from '../cloud/network/hosts.ts';
import { createHttp } from '../cloud/network/http.ts';
import { proxyFromEnvironment } from '../cloud/network/proxy.ts';
import { askUrl, type Transport, type UrlAnswer } from '../cloud/network/transport.ts';
import { nonces } from '../cloud/signing/sign-v1.ts';
import { signatureFrom } from '../cloud/signing/signature.ts';
import type { Scope } from '../model.ts';
import { createCallCounter } from '../run/call-counter.ts';
import { readTextOrNull, stateDirectoryOf } from './machine.ts';

export type { CloudReader, Examination, Right };

/** Where the provider is, and who asks. */
export interface ConnectOptions {
  /** One base URL for every product of the provider; null = the provider's own hosts. Plain http only to loopback. */
  readonly endpoint?: string | null;
  /**
   * `HmacSHA256` or `HmacSHA1` for the older signature, where a gateway lets no other through; null = what
   * `REFIT_SIGNATURE` names, else `TC3-HMAC-SHA256`.
   */
  readonly signature?: string | null;
  /** The environment in which credentials, a proxy and a root domain are looked for, `process.env` as a rule. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls a second for each action and identity, up to the provider's 20. */
  readonly requestsPerSecond?: number;
  readonly clock?: Clock;
  /** Another way to the network, for tests. */
  readonly transport?: Transport;
}

/** The provider for a run: it can order. What reads and orders through one connection is counted together. */
export interface Connection extends Readonly<ReturnType<typeof createParts>['joint']> {
  readonly cloud: Cloud;
  /** Asks an address by GET, unsigned, by the same network. */
  readonly askUrl: (url: string, timeout: number) => Promise<UrlAnswer>;
  /** Releases the network: a program that forgets it stays alive for some seconds. */
  close(): Promise<void>;
}

export function createParts(options: ConnectOptions) {
  const clock = options.clock ?? systemClock;
  const permits = createPermits(clock, options.requestsPerSecond ?? 18);
  const calls = createCallCounter();
  const env = options.env;
  const transport = options.transport ?? createHttp({ proxy: proxyFromEnvironment(env) });
  const endpoint = options.endpoint ?? endpointFromEnvironment(env);
  const signature = { name: signatureFrom(options.signature ?? null, env), nonce: nonces(Math.random) };
  const home = env.HOME || homedir();
  const cloudOptions = {
    transport,
    clock,
    credentials: ((profile, before) =>
      findCredentials(
        { env, readFile: readTextOrNull, home, profile, transport, clock, endpoint, signature },
        before,
      )) satisfies CredentialsOf,
    endpoint,
    signature,
    permits,
    onCall: calls.add,
    jitter: Math.random,
  };
  return {
    cloudOptions,
    joint: {
      permits,
      calls,
      clock,
      /** Where locks and the register of plans carried out live, by the environment that was given. */
      stateDirectory: stateDirectoryOf(env),
      /** The way to the network, and the environment that was given: what those who are told of a run are reached by. */
      transport,
      env,
    },
  };
}

/** Reaches the provider for planning: the client that comes back has no way to order. */
export function connectReader(options: ConnectOptions): CloudReader {
  return createReader(createParts(options).cloudOptions);
}

/** Reaches the provider for a run. */
export function connect(options: ConnectOptions): Connection {
  const { cloudOptions, joint } = createParts(options);
  const cloud = createCloud(cloudOptions);
  return {
    ...joint,
    cloud,
    askUrl: (url, timeout) => askUrl(cloudOptions.transport, url, timeout),
    close: () => cloud.close(),
  };
}

/** Who one is at the provider, and what one may: reads alone, each once. @throws RefitError where no keys are found. */
export async function examine(options: ConnectOptions, scope: Scope): Promise<Examination> {
  const { cloudOptions } = createParts(options);
  try {
    return await examineCloud({ ...cloudOptions, scope, proxy: proxyFromEnvironment(options.env) });
  } finally {
    await cloudOptions.transport.close();
  }
}
