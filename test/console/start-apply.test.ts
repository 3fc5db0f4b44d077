/** The process that the console starts: a script stands in for the command. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startApply } from '../../src/cli/commands/console/start-apply.ts';

it('starts refit apply with the environment of the console, except for the secret of its sign-in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'refit-start-'));
  const script = process.argv[1]!;
  onTestFinished(async () => {
    process.argv[1] = script;
    await rm(folder, { recursive: true, force: true });
  });
  const said = 'console.error(JSON.stringify({ env: process.env, args: process.argv.slice(2) }))';
  process.argv[1] = join(folder, 'refit.cjs');
  await writeFile(process.argv[1], said);
  const env = {
    REFIT_OIDC_CLIENT_SECRET: 'hunter2',
    REFIT_STORE: 'kept',
    TENCENTCLOUD_SECRET_ID: 'kept too',
  };
  const started = await startApply(['apply', '-q'], env);
  await expect.poll(() => started.exitCode(), { timeout: 60_000 }).toBe(0);
  const { env: given, args } = JSON.parse(await started.stderr());
  await started.forget();
  expect([given, args]).toEqual([
    expect.objectContaining({ REFIT_STORE: 'kept', TENCENTCLOUD_SECRET_ID: 'kept too' }),
    ['apply', '-q'],
  ]);
  expect(JSON.stringify(given)).not.toMatch(/OIDC|hunter2/);
});
