/** Two consoles on one store, as processes: they agree, start a run for workers, and show that another worker takes it over. */
import { expect, it } from 'vitest';
import type { RunView, StartedRun, WholeRunView } from '../../src/console/api/runs.ts';
import type { SessionInfo } from '../../src/console/api/session.ts';
import type { SavedPlan } from '../../src/model.ts';
import { until } from '../cli/refit.ts';
import { withPostgres } from './shared.ts';
import { type StoreDesk, storeDesk } from './worker-desk.ts';

/** Two changes at the same time, so that a run of 6 takes some seconds. */
const SLOW = ['execution: { inFlight: 2, requestsPerSecond: 20, patience: 2s }'];

/** A console, and a person who is signed in there. */
async function openConsole(desk: StoreDesk) {
  const server = desk.start('serve', '--listen', '127.0.0.1:0', '--plans', '.');
  await until('the console', () => server.stdout().includes('\n'));
  const { origin, hash } = new URL((JSON.parse(server.stdout()) as { url: string }).url);
  const own = { origin, 'content-type': 'application/json' };
  const login = await fetch(`${origin}/api/login`, {
    ...{ method: 'POST', headers: own },
    body: JSON.stringify({ token: hash.replace('#login=', '') }),
  });
  const { csrf, person } = (await login.json()) as SessionInfo;
  const headers = { ...own, cookie: login.headers.get('set-cookie')!.split(';')[0]!, 'x-refit-csrf': csrf };
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const asked = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${origin}/api${path}`, { headers, ...asked });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return JSON.parse(text) as T;
  };
  /** The processes that have had a run, as its page shows them, until it ends. */
  const holders = async (run: string): Promise<readonly number[]> => {
    const pids: number[] = [];
    const { body } = await fetch(`${origin}/api/runs/${run}/events?after=0`, { headers });
    let text = '';
    for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, kind, data] = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        if (kind !== 'event: run') continue;
        const { holder, status } = JSON.parse(data!.slice('data: '.length)) as RunView;
        if (holder !== null && pids.at(-1) !== holder.pid) pids.push(holder.pid);
        if (status === 'ended') return pids;
      }
    }
    return pids;
  };
  return { ask, holders, person };
}

withPostgres('the console of a store', { concurrent: true }, () => {
  it('submits a plan in the name of the person, and shows how another worker takes over', async (test) => {
    const desk = await storeDesk(test, { lines: SLOW, instances: 6 });
    const { digest } = await desk.at.json<SavedPlan>('saved.json');
    const [one, other] = [await openConsole(desk), await openConsole(desk)];
    const first = await desk.worker();
    const { run } = await one.ask<StartedRun>('/runs', { saved: 'saved.json', digest, allowHooks: false });
    const seen = other.holders(run!);
    await until('two orders', async () => (await desk.orders()).length >= 2);
    const second = await desk.worker();
    first.kill('SIGKILL');
    expect(await seen).toEqual([first.pid, second.pid]);

    const views = await Promise.all([one, other].map(({ ask }) => ask<WholeRunView>(`/runs/${run}`)));
    expect(views[0]!.run).toMatchObject({ status: 'ended', starts: 2, exitCode: 0 });
    expect(views[0]!.steps).toEqual(views[1]!.steps);
    expect(views[0]!.run.head).toBe(views[1]!.run.head);
    expect(await desk.orders()).toEqual(Array.from({ length: 6 }, () => 1));
    const [approved] = JSON.parse(
      await desk.value(
        `SELECT json_agg(line::json) FROM refit.journal WHERE line LIKE '%"kind":"approved"%'`,
      ),
    ) as { how: string; by: string }[];
    expect(approved).toMatchObject({ how: 'console', by: one.person.name });
  });
});
