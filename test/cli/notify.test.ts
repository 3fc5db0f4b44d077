/** Webhooks of a plan, with the real command over the network of this machine. */
import { createHmac } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it, type TestContext } from 'vitest';
import { listen, textOf } from './listen.ts';
import { type Desk, desk, growPlan, plainFleet } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const SECRET = 'a-secret-that-is-nowhere';

async function sealed(test: Pick<TestContext, 'onTestFinished'>, notify: string): Promise<Desk> {
  const at = await desk(test, { fleet: plainFleet(2) });
  await at.write('plan.yaml', growPlan([`notify: [${notify}]`]));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  expect(planned.stdout).toMatch(/This plan will:[\s\S]*notify /);
  return at;
}

describe.concurrent('a plan with a webhook', () => {
  it('sends signed notifications, and stores no address and no secret', async (test) => {
    const heard: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
    const url = await listen(test, async (request, response) => {
      heard.push({ path: request.url!, headers: request.headers, body: await textOf(request) });
      response.end('thanks');
    });
    const at = await sealed(test, '{ urlEnv: HOOK_URL, secretEnv: HOOK_SECRET }');
    const env = { HOOK_URL: `${url}/in/the-token?x=1`, HOOK_SECRET: SECRET };
    const applied = await at.refit(APPLY, { env });
    expect(applied.code, applied.stderr).toBe(0);
    expect(heard.map(({ headers }) => headers['x-refit-event'])).toEqual(['run-start', 'run-end']);
    for (const { path, headers, body } of heard) {
      expect(path).toBe('/in/the-token?x=1');
      const signed = createHmac('sha256', SECRET).update(`${headers['x-refit-timestamp']}.${body}`);
      expect(headers['x-refit-signature']).toBe(`sha256=${signed.digest('hex')}`);
    }
    const report = await at.report();
    expect(report.run.notifications).toMatchObject([
      { by: 'webhook', event: 'run-start', to: url, ok: true },
    ]);
    expect(await at.text('run/notifications.log')).toMatch(/run-end \(entry \d+\) http:\S+: sent: 1 try/);
    const files = ['journal.jsonl', 'plan.json', 'report.json', 'report.html', 'notifications.log'];
    for (const name of files) {
      const text = await at.text(`run/${name}`);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('the-token');
    }
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
  });

  it.for<[string, RequestListener]>([
    ['that never answers', () => undefined],
    ['that answers with errors', (_, response) => response.writeHead(500).end('no')],
    ['that answers rubbish', (_, response) => response.socket!.end('\u0000\u0001 200 rubbish\r\n\r\n')],
    ['that hangs up', (request) => request.socket.destroy()],
    ['that never ends its answer', (_, response) => response.writeHead(200).write('x')],
  ])('runs normally with a webhook %s', async ([, handle], test) => {
    const url = await listen(test, handle);
    const at = await sealed(test, `{ url: "${url}" }`);
    const applied = await at.refit(APPLY);
    expect(applied.code, applied.stderr).toBe(0);
    expect((await at.report()).totals.verified).toBe(2);
    expect(await at.text('run/notifications.log')).toMatch(
      /run-end .*NOT SENT: not tried, because the run is over/,
    );
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
  });
});
