/** `refit simulate`: serves the provider's API on loopback. The first line on stdout is JSON: url, secretId, secretKey. */
import { given } from '../../../given.ts';
import { ORDER_NUMBER_SCHEMES } from '../../../operations/known-names.ts';
import { readInput } from '../../../operations/named-files.ts';
import {
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulateProvider,
} from '../../../operations/simulate-provider.ts';
import { jsonLine } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { rangeFrom, wholeFrom } from '../../options.ts';
import { onSignals } from '../../signals.ts';
import { unknownWord } from '../../unknown-word.ts';

export const simulate: CommandCode<[]> = async (_args, options, terminal) => {
  const { limitCounting = 'calendar', fleet: fleetFile, tls = false } = options;
  if (limitCounting !== 'calendar' && limitCounting !== 'sliding' && limitCounting !== 'bucket') {
    const what = `--limit-counting ${limitCounting}: unknown way`;
    const ways = ['calendar', 'sliding', 'bucket'];
    throw unknownWord(what, limitCounting, ways, (near) => `--limit-counting ${near}`);
  }
  const orderNumbers = schemeFrom(options.orderNumbers);
  const settings = given({
    orderNumbers,
    instances: wholeFrom('--instances', options.instances),
    fleet: fleetFile && (await readInput(fleetFile, 'fleet')).toString('utf8'),
    port: wholeFrom('--port', options.port),
    faults: options.fault,
    seed: wholeFrom('--seed', options.seed),
    limit: wholeFrom('--limit', options.limit),
    startLag: rangeFrom('--start-lag', options.startLag),
    duration: rangeFrom('--duration', options.duration),
    lockTail: rangeFrom('--lock-tail', options.lockTail),
    accounts: options.account,
  });
  const provider = await simulateProvider({ ...settings, limitCounting, tls }, terminal.clock);
  const { url, secretId, secretKey, ca, keys } = provider;
  // The keys of every account, if there is more than one.
  const accounts = keys.length > 1 ? keys : null;
  await terminal.out(jsonLine({ url, secretId, secretKey, ...given({ ca, accounts }) }));
  terminal.hint(howToReach(provider));
  const ended = onSignals({ ...terminal, err: () => undefined });
  await new Promise<void>((resolve) => {
    if (ended.drain.aborted) resolve();
    ended.drain.addEventListener('abort', () => resolve(), { once: true });
  });
  ended.close();
  await provider.close();
  return 0;
};

/** @throws RefitError `usage` */
function schemeFrom(typed: string | undefined): SimulatedProviderOptions['orderNumbers'] | null {
  const known = [...Object.keys(ORDER_NUMBER_SCHEMES), 'random'];
  if (typed === undefined || known.includes(typed))
    return (typed as SimulatedProviderOptions['orderNumbers'] | undefined) ?? null;
  const what = `--order-numbers ${typed}: unknown scheme`;
  throw unknownWord(what, typed, known, (near) => `--order-numbers ${near}`);
}

function howToReach({ url, secretId, secretKey, ca }: SimulatedProvider): string {
  return [
    'the simulated provider is running; in another shell, type:',
    `  export TENCENTCLOUD_SECRET_ID=${secretId} TENCENTCLOUD_SECRET_KEY=${secretKey}`,
    ...(ca === null ? [] : [`  export NODE_EXTRA_CA_CERTS=${ca}`]),
    `  refit inventory --endpoint ${url}`,
    `call counts: ${url}/_refit/counts   (stop with Ctrl-C)`,
  ].join('\n');
}
