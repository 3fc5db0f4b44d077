/**
 * `refit demo`: plans, applies and audits a simulated fleet with the commands that users type. The simulator is a
 * separate process. The commands reach it over HTTP with signatures, like the real provider.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RefitError } from '../../../errors.ts';
import { installed } from '../../../operations/installed-files.ts';
import { RUN_FILES } from '../../../operations/runs/read-run.ts';
import { ink } from '../../../report/document/ink.ts';
import type { CommandCode } from '../../command-row.ts';

const RUNS = 'runs';
/** The demo has a state folder of its own, so that it leaves nothing in the user's. */
const STATE = join(RUNS, '.demo-state');

export const demo: CommandCode<[]> = async (_args, _options, terminal) => {
  const program = process.argv[1]!;
  const planFile = await installed('plans/demo.yaml');
  const saved = join(RUNS, 'demo.saved.json');
  await mkdir(RUNS, { recursive: true, mode: 0o700 });
  const inks = ink(terminal.color.err);
  const heading = (text: string) => terminal.err(`\n${inks.bold(text)}\n`);

  heading('$ refit simulate --instances 280');
  const simulator = spawn(
    process.execPath,
    [program, '-q', 'simulate', '--instances', '280', '--duration', '1s..4s'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const { url, secretId, secretKey } = await firstLine(simulator);
    terminal.err(`a simulated cloud with 280 instances in two regions listens at ${url}\n`);
    const env = {
      ...terminal.env,
      TENCENTCLOUD_SECRET_ID: secretId,
      TENCENTCLOUD_SECRET_KEY: secretKey,
      XDG_STATE_HOME: STATE,
    };
    const refit = async (...args: string[]): Promise<number> => {
      const shown = args.map((arg) => (arg === planFile ? 'plans/demo.yaml' : arg)).join(' ');
      heading(`$ refit ${shown}`);
      const child = spawn(process.execPath, [program, ...args, '--endpoint', url], { env, stdio: 'inherit' });
      const [code] = (await once(child, 'exit')) as [number | null];
      return code ?? 1;
    };
    const planned = await refit('plan', planFile, '-o', saved);
    if (planned !== 0) return planned;
    const applied = await refit('apply', saved, '--auto-approve');
    const run = join(RUNS, (await newestRun()) ?? '');
    const verified = await refit('audit', 'verify', run);
    heading('The files of this run');
    for (const [what, path] of [
      ['the saved plan, which people approve', saved],
      ['the audit report as a page', join(run, RUN_FILES.page)],
      ['the same as JSON', join(run, RUN_FILES.report)],
      ['the journal: each event with its hash', join(run, RUN_FILES.journal)],
    ])
      terminal.err(`  ${path}   ${what}\n`);
    terminal.err(`  every step: XDG_STATE_HOME=${STATE} refit report latest\n`);
    return applied === 0 ? verified : applied;
  } finally {
    simulator.kill('SIGTERM');
  }
};

async function firstLine(
  simulator: ChildProcess,
): Promise<{ url: string; secretId: string; secretKey: string }> {
  for await (const line of createInterface({ input: simulator.stdout! })) {
    return JSON.parse(line) as { url: string; secretId: string; secretKey: string };
  }
  throw new RefitError('internal', 'the simulator did not start', 'run refit simulate to see the error');
}

async function newestRun(): Promise<string | undefined> {
  const names = await readdir(RUNS);
  return names
    .filter((name) => /^\d{8}T\d{6}Z-/.test(name))
    .sort()
    .at(-1);
}
