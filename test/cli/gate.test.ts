/** Gates of a real run: a real program, a real address, and no command without --allow-hooks. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { BRISK, desk, growPlan, plainFleet, until } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const wave = (gate: string) => [
  `waves: [{ name: canary, take: 1, gate: ${gate} }, { name: rest, take: rest }]`,
  'execution: { patience: 2s }',
];

it('a gate command runs only with --allow-hooks, gets the wave on stdin but no keys, and can halt the run', async (test) => {
  const at = await desk(test, { simulator: BRISK, fleet: plainFleet(2) });
  await at.write(
    'check.mjs',
    `import { readFileSync, writeFileSync, existsSync } from 'node:fs';
const facts = JSON.parse(readFileSync(0, 'utf8'));
const keys = Object.keys(process.env).filter((name) => name.startsWith('TENCENTCLOUD_'));
writeFileSync('received.json', JSON.stringify({ facts, keys }));
console.log('p99 is 40 ms');
process.exit(existsSync('calm') ? 0 : 3);
`,
  );
  const command = JSON.stringify([process.execPath, 'check.mjs']);
  await at.write('plan.yaml', growPlan(wave(`{ command: ${command} }`)));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout.replace(/\s+/g, ' ')).toContain(
    `run command after wave canary: ${process.execPath} check.mjs; it must exit 0 within`,
  );

  const refused = await at.refit(APPLY);
  expect(refused.code).toBe(64);
  expect(refused.stderr).toContain('the gate after wave canary runs a command: ');
  expect(refused.stderr).toContain('--allow-hooks');
  expect(Object.values((await at.simulator.counts()).orders)).toEqual([]);

  const halted = await at.refit([...APPLY, '--allow-hooks']);
  expect(halted.code, halted.stderr).toBe(4);
  expect(halted.stderr).toContain('gate after wave canary: command failure, exit 3: p99 is 40 ms');
  expect(halted.stdout).toContain('Gates');
  const { facts, keys } = JSON.parse(await at.text('received.json'));
  expect(keys).toEqual([]);
  expect(facts).toMatchObject({ phase: 'gate', wave: { name: 'canary' }, steps: [{ outcome: 'verified' }] });

  await at.write('calm', '');
  const done = await at.refit([...APPLY, '--allow-hooks']);
  expect(done.code, done.stderr).toBe(0);
  expect((await at.report()).waves[0]!.gate!.map(({ outcome }) => outcome)).toEqual(['failure', 'success']);
  expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
});

it('a gate command that does not end is killed with its child processes, and gives no answer', async (test) => {
  const at = await desk(test, { simulator: BRISK, fleet: plainFleet(2) });
  const gate = `{ command: [sh, -c, "sleep 600 & echo $! > child; wait"], timeout: 1s, onInconclusive: halt }`;
  await at.write('plan.yaml', growPlan(wave(gate)));
  expect((await at.refit(['plan', 'plan.yaml', '-o', 'saved.json'])).code).toBe(0);
  const halted = await at.refit([...APPLY, '--allow-hooks']);
  expect(halted.code, halted.stderr).toBe(4);
  expect(halted.stderr).toContain('command inconclusive, the command did not end within 1 s');
  const child = Number(await at.text('child'));
  await until('it is gone', async () => {
    const state = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => 'gone');
    return state === 'gone' || / Z /.test(state);
  });
});

it('a gate address gets an unsigned GET, and its answer decides', async (test) => {
  const asked: string[] = [];
  let status = 503;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'unsigned'}`);
    response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  test.onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const at = await desk(test, { simulator: BRISK, fleet: plainFleet(2) });
  await at.write('plan.yaml', growPlan(wave(`{ url: "http://127.0.0.1:${port}/health?app=cart" }`)));
  expect((await at.refit(['plan', 'plan.yaml', '-o', 'saved.json'])).code).toBe(0);
  const halted = await at.refit(APPLY);
  expect(halted.code, halted.stderr).toBe(4);
  expect(halted.stderr).toContain('url failure, answered 503');
  status = 200;
  expect((await at.refit(APPLY)).code).toBe(0);
  expect(asked).toEqual(Array(2).fill('GET /health?app=cart unsigned'));
});
