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
import { replaceOwnFile } from '../../../files/write-file.ts';
import { installedPath, readInstalled } from '../../../operations/installed-files.ts';
import { RUN_FILES } from '../../../operations/runs/read-run.ts';
import { thisProgram } from '../../../operations/this-program.ts';
import { ink } from '../../../report/document/ink.ts';
import type { CommandCode } from '../../command-row.ts';

const RUNS = 'runs';
/** The plan of the demo, and where a copy goes if it is no file on disk. */
const PLAN = 'plans/demo.yaml';
const COPY = join(RUNS, 'demo.yaml');
/** The demo has a state folder of its own, so that it leaves nothing in the user's. */
const STATE = join(RUNS, '.demo-state');

export const demo: CommandCode<[]> = async (_args, _options, terminal) => {
  const [program, ...first] = thisProgram();
  const saved = join(RUNS, 'demo.saved.json');
  await mkdir(RUNS, { recursive: true, mode: 0o700 });
  const planFile = await planOfDemo();
  const inks = ink(terminal.color.err);
  const heading = (text: string) => terminal.err(`\n${inks.bold(text)}\n`);

  heading('$ refit simulate --instances 280');
  const simulator = spawn(
    program,
    [...first, '-q', 'simulate', '--instances', '280', '--duration', '1s..4s'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
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
      const shown = args.map((arg) => (arg === planFile && arg !== COPY ? PLAN : arg)).join(' ');
      heading(`$ refit ${shown}`);
      const child = spawn(program, [...first, ...args, '--endpoint', url], { env, stdio: 'inherit' });
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

/** The path of the plan. The single executable writes it, because the plan is inside. */
async function planOfDemo(): Promise<string> {
  const installed = await installedPath(PLAN);
  if (installed !== null) return installed;
  await replaceOwnFile(COPY, await readInstalled(PLAN));
  return COPY;
}

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
