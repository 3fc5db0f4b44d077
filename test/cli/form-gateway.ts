/**
 * A gateway in front of the provider, as some companies have one. It forwards only forms, which carry the older
 * signature, and records them. It answers all other requests itself.
 */
import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'vitest';

export interface FormGateway {
  readonly url: string;
  /** The parameters of each forwarded form, in order. */
  readonly forms: readonly Readonly<Record<string, string>>[];
  /** How many other requests it rejected. */
  readonly rejected: () => number;
}

/** A gateway to a provider for one test. It forwards the Host header unchanged, because the header is signed. */
export async function formGateway(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  provider: string,
): Promise<FormGateway> {
  const forms: Record<string, string>[] = [];
  let rejected = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
    if (request.method !== 'POST' || !isForm || request.headers.authorization !== undefined) {
      rejected += 1;
      response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>not through here</h1>');
      return;
    }
    forms.push(Object.fromEntries(new URLSearchParams(body.toString('utf8'))));
    const on = ask(provider, { method: 'POST', headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    // If the provider closes the connection, the gateway closes it too.
    on.on('error', () => response.destroy());
    on.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, forms, rejected: () => rejected };
}
