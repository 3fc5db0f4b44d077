/** `refit simulate`: the provider's API on loopback. The first line on stdout is JSON: url, secretId, secretKey. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { parseAccount } from '../../simulator/fleet/accounts.ts';
import { simulate as startSimulator } from '../../simulator/simulate.ts';
import { makeThrowAwayCa } from '../../simulator/throw-away-ca.ts';
import { parseFault } from '../../simulator/world/faults.ts';
import { readInput } from '../files.ts';
import { type GlobalOptions, rangeFrom, wholeFrom } from '../options.ts';
import { onSignals } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

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

export async function simulate(options: SimulateCommandOptions, terminal: Terminal): Promise<number> {
  const counting = options.limitCounting ?? 'calendar';
  if (counting !== 'calendar' && counting !== 'sliding' && counting !== 'bucket') {
    throw new RefitError('usage', `--limit-counting ${counting}`, 'one of: calendar, sliding, bucket');
  }
  const whole = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : wholeFrom(flag, text);
  const range = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : rangeFrom(flag, text);
  const given = {
    instances: whole('--instances', options.instances),
    fleet:
      options.fleet === undefined
        ? undefined
        : (await readInput(options.fleet, 'the fleet')).toString('utf8'),
    port: whole('--port', options.port),
    faults: options.fault?.map(parseFault),
    seed: whole('--seed', options.seed),
    limit: whole('--limit', options.limit),
    limitCounting: counting,
    startLag: range('--start-lag', options.startLag),
    duration: range('--duration', options.duration),
    lockTail: range('--lock-tail', options.lockTail),
    balance: whole('--balance', options.balance),
    accounts: options.account?.map(parseAccount),
  } as const;
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const certificate = options.tls ? await makeThrowAwayCa() : null;
  const simulation = await startSimulator(
    { ...known, ...(certificate ? { tls: certificate } : {}) },
    terminal.clock,
  );
  // A folder that nobody else may write to, for the certificate alone: the key stays in this process.
  const folder = certificate ? await mkdtemp(join(tmpdir(), 'refit-simulate-')) : null;
  const ca = folder && join(folder, 'ca.pem');
  if (certificate && ca) await writeFile(ca, certificate.cert, { mode: 0o600 });
  const { url, secretId, secretKey, keys } = simulation;
  // Everybody's keys where there is more than one to choose from.
  const accounts = keys.length > 1 ? { accounts: keys } : {};
  await terminal.out(`${JSON.stringify({ url, secretId, secretKey, ...(ca ? { ca } : {}), ...accounts })}\n`);
  if (!terminal.quiet) {
    terminal.err(
      [
        'the provider in small listens; in another shell:',
        `  export TENCENTCLOUD_SECRET_ID=${secretId} TENCENTCLOUD_SECRET_KEY=${secretKey}`,
        ...(ca ? [`  export NODE_EXTRA_CA_CERTS=${ca}`] : []),
        `  refit inventory --endpoint ${url}`,
        `counts of every call: ${url}/_refit/counts   (Ctrl-C ends it)`,
        '',
      ].join('\n'),
    );
  }
  const ended = onSignals({ ...terminal, err: () => undefined });
  await new Promise<void>((resolve) => {
    if (ended.drain.aborted) resolve();
    ended.drain.addEventListener('abort', () => resolve(), { once: true });
  });
  ended.close();
  await simulation.close();
  if (folder) await rm(folder, { recursive: true, force: true });
  return 0;
}
