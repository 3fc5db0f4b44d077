/** Two consoles on the same run directories agree, also when two people start the same saved plan at the same time. */
import { expect, it, type TestContext } from 'vitest';
import type { RunList, RunView, WholeRunView } from '../../src/console/api/runs.ts';
import type { SessionInfo } from '../../src/console/api/session.ts';
import { type Desk, desk, growPlan, plainFleet, startRefit, until } from './refit.ts';

/** Starts a console, and signs in. @returns what its pages do. */
async function serve(test: TestContext, at: Desk) {
  const server = startRefit(
    ['serve', '-q', '--listen', '127.0.0.1:0', '--plans', '.', '--endpoint', at.simulator.url],
    { cwd: at.folder, env: at.env },
  );
  test.onTestFinished(() => server.kill('SIGKILL'));
  await until('the console', () => server.stdout().includes('\n'));
  const { origin, hash } = new URL((JSON.parse(server.stdout()) as { url: string }).url);
  const headers: Record<string, string> = { origin, 'content-type': 'application/json' };
  const send = async <T>(path: string, body?: unknown): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${origin}/api${path}`, {
      ...{ method: body === undefined ? 'GET' : 'POST', headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) headers.cookie = cookie.split(';')[0]!;
    return { status: answer.status, body: (await answer.json()) as T };
  };
  const { body } = await send<SessionInfo>('/login', { token: hash.slice('#login='.length) });
  headers['x-refit-csrf'] = body.csrf;
  const status = async (run: string): Promise<RunView['status']> =>
    (await send<WholeRunView>(`/runs/${run}?first=1`)).body.run.status;
  return { send, status };
}

it('one of two people starts a plan, and what one console does the other shows', async (test) => {
  const at = await desk(test, {
    simulator: ['--start-lag', '20ms..100ms', '--duration', '1s..2s'],
    fleet: plainFleet(8),
  });
  await at.write('plan.yaml', growPlan(['execution: { inFlight: 1, requestsPerSecond: 10, patience: 2s }']));
  expect(await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).toMatchObject({ code: 0 });
  const { digest } = await at.savedPlan('saved.json');
  const [one, two] = await Promise.all([serve(test, at), serve(test, at)]);

  const start = { saved: 'saved.json', digest, allowHooks: false };
  const answers = await Promise.all(
    [one, two].map(({ send }) => send<Record<string, string>>('/runs', start)),
  );
  expect(answers.map(({ status }) => status).sort(), JSON.stringify(answers)).toEqual([200, 409]);
  const { run } = answers.find(({ status }) => status === 200)!.body as { run: string };
  for (const { send } of [one, two]) {
    const { runs } = (await send<RunList>('/runs')).body;
    expect(runs.map(({ id }) => id)).toEqual([run]);
  }

  expect((await one.send(`/runs/${run}/control`, { command: 'pause' })).body).toMatchObject({
    accepted: true,
  });
  await until('the pause', async () => (await two.status(run)) === 'paused');
  expect((await two.send(`/runs/${run}/control`, { command: 'continue' })).body).toMatchObject({
    accepted: true,
  });
  await until('the end', async () => (await one.status(run)) === 'ended');
  expect(await two.status(run)).toBe('ended');
  expect(Object.values((await at.simulator.counts()).orders)).toEqual(Array.from({ length: 8 }, () => 1));
});
