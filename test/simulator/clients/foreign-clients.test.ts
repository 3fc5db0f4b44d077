/**
 * The conversations of two foreign clients, replayed over HTTP: the provider's Terraform plug-in and its command line
 * (docs/provider.md P189 and P190). `conversations.json` has each request in order, with what the client does with
 * the answer:
 *
 *   needs   fields that the client uses without a check. `*` stands for every row of a list.
 *   is      values that the client compares or shows
 *   until   the client repeats the request until the field has had these values in this order
 *   ends    fields of the instance after the operation
 *
 * A body has `ID` for the instance, and `$path` for a value of the answer before. The requests of the plug-in were
 * derived from its source, and those of the command line were recorded.
 */
import { readFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { given } from '../../../src/given.ts';
import { type Simulation, simulate } from '../../../src/simulator/simulate.ts';
import { signed } from '../signed-request.ts';
import type { Answer } from '../test-world.ts';

interface Step {
  readonly ask: string;
  readonly body: Answer;
  readonly needs?: readonly string[];
  readonly is?: Readonly<Record<string, unknown>>;
  readonly until?: Readonly<Record<string, readonly unknown[]>>;
}
interface Client {
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, readonly Step[]>>;
  readonly operations: Readonly<
    Record<
      string,
      { id?: string; steps: readonly (Step | string)[]; ends?: Readonly<Record<string, unknown>> }
    >
  >;
}
const { fleet, clients } = JSON.parse(
  readFileSync(new URL('./conversations.json', import.meta.url), 'utf8'),
) as { fleet: object[]; clients: Readonly<Record<string, Client>> };

/** The values at a path, such as `InstanceSet.0.NodeSet.*.ZoneId`. */
function valuesAt(value: Answer, path: string): unknown[] {
  const [first, ...rest] = path.split('.');
  if (first === undefined || value === null || value === undefined) return [value];
  const inner = first === '*' ? (value as Answer[]) : [value[first]];
  return rest.length === 0 ? inner : inner.flatMap((one) => valuesAt(one, rest.join('.')));
}
const valueAt = (value: Answer, path: string): unknown => valuesAt(value, path)[0];

/** Replaces `ID` and `$path` in a body. */
function filled(body: Answer, id: string, before: Answer): Answer {
  if (typeof body === 'string')
    return body.startsWith('$') ? valueAt(before, body.slice(1)) : body.replace(/\bID\b/, id);
  if (Array.isArray(body)) return body.map((one) => filled(one, id, before));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, filled(value, id, before)]));
}

for (const [name, client] of Object.entries(clients)) {
  describe(`the conversation of ${name}`, () => {
    let running: Simulation;
    beforeAll(async () => {
      const slow = { startLag: [60, 90], duration: [250, 300], lockTail: [1, 2] } as const;
      running = await simulate({ fleet: JSON.stringify(fleet), limit: 0, ...slow }, systemClock);
    });
    afterAll(() => running.close());

    async function answerTo(ask: string, body: Answer): Promise<Answer> {
      const host = client.host.replace('HOST', running.url.slice('http://'.length));
      const { secretId, secretKey } = running;
      const headers = { 'content-type': 'application/json', ...client.headers };
      const how = { secretId, secretKey, host, headers, region: 'ap-guangzhou' };
      const request = signed(ask, body, systemClock.now(), how);
      const sent = send(running.url, { method: 'POST', headers: given(request.headers) });
      sent.end(request.body);
      const response = await new Promise<Answer>((resolve, reject) => {
        sent.once('response', resolve).once('error', reject);
      });
      expect(response.headers['content-type']).toBe('application/json');
      return JSON.parse(await text(response)).Response;
    }

    async function replayed(step: Step, id: string, before: Answer): Promise<Answer> {
      const body = filled(step.body, id, before);
      const [[path, values] = ['', []]] = Object.entries(step.until ?? {});
      const left = [...values];
      for (let tries = 0; tries < 400; tries++) {
        const answer = await answerTo(step.ask, body);
        expect(answer.Error, step.ask).toBeUndefined();
        if (left.length > 0 && valueAt(answer, path) === left[0]) left.shift();
        if (left.length > 0) {
          await systemClock.sleep(10);
          continue;
        }
        for (const need of step.needs ?? [])
          for (const found of valuesAt(answer, need)) expect(found ?? null, need).not.toBeNull();
        for (const [field, expected] of Object.entries(step.is ?? {}))
          expect(valueAt(answer, field) ?? null, field).toBe(filled(expected, id, null));
        return answer;
      }
      throw new Error(`${step.ask} never returned ${path} ${values.join(', then ')}`);
    }

    for (const [operation, { id = '', steps, ends }] of Object.entries(client.operations)) {
      it(`completes: ${operation}`, async () => {
        let before: Answer = null;
        for (const step of steps.flatMap((one) => (typeof one === 'string' ? client.parts[one]! : [one])))
          before = await replayed(step, id, before);
        if (ends === undefined) return;
        const { InstanceSet } = await answerTo('redis.DescribeInstances', { InstanceId: id });
        for (const [field, expected] of Object.entries(ends))
          expect(valueAt(InstanceSet[0], field), field).toBe(expected);
      });
    }
  });
}
