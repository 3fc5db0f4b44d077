/** Serves the simulated provider on loopback, for trials without an account. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { given } from '../given.ts';
import { parseAccount } from '../simulator/fleet/accounts.ts';
import { type SimulateOptions, type Simulation, simulate } from '../simulator/simulate.ts';
import { makeThrowAwayCa } from '../simulator/throw-away-ca.ts';

import { parseFault } from '../simulator/world/faults.ts';

/** Options in the form that users type. */
export interface SimulatedProviderOptions extends Omit<SimulateOptions, 'faults' | 'accounts' | 'tls'> {
  /** `lost-answer:0.05` */
  readonly faults?: readonly string[];
  /** `other=20` */
  readonly accounts?: readonly string[];
  /** Serve https with a new temporary certificate. */
  readonly tls?: boolean;
}

/** A running simulation. `ca`: the certificate file that clients must trust; null for plain http. */
export interface SimulatedProvider
  extends Pick<Simulation, 'url' | 'secretId' | 'secretKey' | 'keys' | 'close'> {
  readonly ca: string | null;
}

/** @throws RefitError `usage` for an invalid fault or account, or if `openssl` is missing. */
export async function simulateProvider(
  { faults, accounts, tls, ...options }: SimulatedProviderOptions,
  clock: Clock,
): Promise<SimulatedProvider> {
  const parsed = given({ faults: faults?.map(parseFault), accounts: accounts?.map(parseAccount) });
  const certificate = tls ? await makeThrowAwayCa() : null;
  const simulation = await simulate({ ...options, ...parsed, ...given({ tls: certificate }) }, clock);
  if (certificate === null) return { ...simulation, ca: null };
  // A private folder for the certificate only. The key stays in this process.
  const folder = await mkdtemp(join(tmpdir(), 'refit-simulate-'));
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, certificate.cert, { mode: 0o600 });
  return {
    ...simulation,
    ca,
    async close() {
      await simulation.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
