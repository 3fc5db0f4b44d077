/**
 * Sends one order to each of the given servers, one after the other, in a process of its own:
 * `node test/attacks/meet-hostile-servers.ts URL…`. Prints one line of JSON: the answers, and the peak memory in MB.
 */
import { systemClock } from '../../src/clock.ts';
import { createCloud } from '../../src/cloud/client.ts';
import { createHttp } from '../../src/cloud/network/http.ts';
import { clientOptions, ORDER } from '../cloud/scripted-client.ts';

/** A shorter time-out than that of real calls, so that the test is short. */
const TIMEOUT = 700;

const answers = [];
for (const endpoint of process.argv.slice(2)) {
  const http = createHttp();
  const transport = {
    ...http,
    send: (request: Parameters<typeof http.send>[0]) => http.send({ ...request, timeout: TIMEOUT }),
  };
  const cloud = createCloud(clientOptions({ clock: systemClock, endpoint, transport }));
  const startedAt = performance.now();
  const answer = await cloud.order(ORDER, () => true);
  answers.push({ ...answer, ms: performance.now() - startedAt });
}
const memory = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ memory, polluted: 'DealName' in {}, answers })}\n`, () =>
  process.exit(0),
);
