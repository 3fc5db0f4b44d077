/** Questions to a person, at a real terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { COMMAND, type Desk, desk, growPlan, plainFleet } from './refit.ts';

/** `script` of util-linux runs a command at a terminal of its own. */
const HAS_SCRIPT = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('this machine can open a terminal', () => {
  expect(HAS_SCRIPT).toBe(true);
});

/** Runs a command at a terminal, and types an answer when it asks. */
async function answered(at: Desk, args: readonly string[], answer: string) {
  const line = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: at.folder,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...at.env },
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = screen.includes('is accepted:');
    screen += text;
    if (!before && screen.includes('is accepted:')) child.stdin.write(`${answer}\r`);
  });
  const [code] = await once(child, 'close');
  return { code, screen };
}

it.skipIf(!HAS_SCRIPT).for<[answer: string, code: number, orders: number]>([
  ['yes', 0, 3],
  ['y', 11, 0],
])('apply asks, and %s exits with %i after %i orders', async ([answer, code, orders], test) => {
  const at = await desk(test, { fleet: plainFleet(3) });
  await at.write('plan.yaml', growPlan());
  await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  const url = at.simulator.url;
  const ended = await answered(at, ['apply', 'saved.json', '--endpoint', url, '--run-dir', 'run'], answer);
  expect(ended.code, ended.screen).toBe(code);
  expect(Object.keys((await at.simulator.counts()).orders)).toHaveLength(orders);
});
