/** `refit simulate`: the provider's API on loopback. The first line on stdout is JSON: url, secretId, secretKey. */
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { readInput } from '../../../operations/named-files.ts';
import { type SimulatedProvider, simulateProvider } from '../../../operations/simulate-provider.ts';
import { type GlobalOptions, rangeFrom, wholeFrom } from '../../options.ts';
import { onSignals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';

export interface SimulateCommandOptions extends GlobalOptions {
  readonly instances?: string;
  readonly fleet?: string;
  readonly port?: string;
  readonly fault?: readonly string[];
  readonly seed?: string;
  readonly limit?: string;
  readonly limitCounting?: string;
  readonly startLag?: string;
  readonly duration?: string;
  readonly lockTail?: string;
  readonly balance?: string;
  readonly account?: readonly string[];
  readonly tls?: boolean;
}

export async function simulate(
  _args: readonly [],
  options: SimulateCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { limitCounting = 'calendar', fleet: fleetFile, tls = false } = options;
  if (limitCounting !== 'calendar' && limitCounting !== 'sliding' && limitCounting !== 'bucket') {
    throw new RefitError('usage', `--limit-counting ${limitCounting}`, 'one of: calendar, sliding, bucket');
  }
  const asked = given({
    instances: wholeFrom('--instances', options.instances),
    fleet: fleetFile && (await readInput(fleetFile, 'the fleet')).toString('utf8'),
    port: wholeFrom('--port', options.port),
    faults: options.fault,
    seed: wholeFrom('--seed', options.seed),
    limit: wholeFrom('--limit', options.limit),
    startLag: rangeFrom('--start-lag', options.startLag),
    duration: rangeFrom('--duration', options.duration),
    lockTail: rangeFrom('--lock-tail', options.lockTail),
    balance: wholeFrom('--balance', options.balance),
    accounts: options.account,
  });
  const provider = await simulateProvider({ ...asked, limitCounting, tls }, terminal.clock);
  const { url, secretId, secretKey, ca, keys } = provider;
  // Everybody's keys where there is more than one to choose from.
  const accounts = keys.length > 1 ? keys : null;
  await terminal.out(`${JSON.stringify({ url, secretId, secretKey, ...given({ ca, accounts }) })}\n`);
  terminal.hint(howToReach(provider));
  const ended = onSignals({ ...terminal, err: () => undefined });
  await new Promise<void>((resolve) => {
    if (ended.drain.aborted) resolve();
    ended.drain.addEventListener('abort', () => resolve(), { once: true });
  });
  ended.close();
  await provider.close();
  return 0;
}

function howToReach({ url, secretId, secretKey, ca }: SimulatedProvider): string {
  return [
    'the provider in small listens; in another shell:',
    `  export TENCENTCLOUD_SECRET_ID=${secretId} TENCENTCLOUD_SECRET_KEY=${secretKey}`,
    ...(ca === null ? [] : [`  export NODE_EXTRA_CA_CERTS=${ca}`]),
    `  refit inventory --endpoint ${url}`,
    `counts of every call: ${url}/_refit/counts   (Ctrl-C ends it)`,
  ].join('\n');
}
