/**
 * The provider behind the port: reads that are retried quietly, and the order, which is sent once.
 */
import { RefitError } from '../errors.ts';
import { type ApiClientOptions, createApiClient } from './api-client.ts';
import { type ApiClient, onlyReads, type ReadApiClient } from './calls/call.ts';
import { createRead, type ReadOptions } from './calls/read.ts';
import type { Cloud, CloudReader, OrderAnswer, OrderRequest } from './cloud.ts';
import { endpointHost } from './network/hosts.ts';
import { TransportError } from './network/transport.ts';
import { accountReads } from './reads/account.ts';
import { catalogueReads, createZoneCodes } from './reads/catalogue.ts';
import { instanceReads } from './reads/instances.ts';
import { memoryReads } from './reads/memory.ts';
import { orderReads } from './reads/orders.ts';
import { ORDER } from './wire/actions.ts';
import type { Answer } from './wire/answer.ts';
import { decodeOrder, encodeOrder } from './wire/order.ts';

export interface CloudOptions extends ApiClientOptions, ReadOptions {}

/** What the client needs beside what sends its calls. */
export type ClientOptions = ReadOptions & Pick<CloudOptions, 'endpoint' | 'transport'>;

/**
 * A client for planning. It has no way to order: it has no such function, and what it sends through refuses every
 * action that is not on the list of reads.
 */
export function createReader(options: CloudOptions): CloudReader {
  return createReaderOver(onlyReads(createApiClient(options)), options);
}

/** A client for a run. */
export function createCloud(options: CloudOptions): Cloud {
  return createCloudOver(createApiClient(options), options);
}

/** The same over another way of sending calls, as for a simulated provider in the same process. */
export function createCloudOver(caller: ApiClient, options: ClientOptions): Cloud {
  return {
    ...createReaderOver(onlyReads(caller), options),
    order: (request, goAhead) => sendOrder(caller, options, request, goAhead),
    orderLane: (scope) => caller.laneSync(ORDER, scope),
  };
}

/** Once, whatever happens. The permit is the caller's business: it belongs to the entry that is already on disk. */
async function sendOrder(
  caller: ApiClient,
  { clock }: ClientOptions,
  request: OrderRequest,
  goAhead: () => boolean,
): Promise<OrderAnswer> {
  let sentAt = clock.now();
  const guard = () => {
    let goes: boolean;
    try {
      goes = goAhead();
    } catch {
      // A guard that fails has not allowed anything: nothing is sent.
      goes = false;
    }
    sentAt = clock.now();
    return goes;
  };
  let answer: Answer;
  try {
    answer = await caller.send({ action: ORDER, scope: request, fields: encodeOrder(request) }, guard);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown failure';
    // A RefitError comes before the transport: no keys, no host. Anything else unexpected may have been sent.
    const notSent = error instanceof RefitError || (error instanceof TransportError && !error.sent);
    return notSent ? { kind: 'not-sent', reason } : { kind: 'no-answer', reason, sentAt };
  }
  if (answer.kind === 'refused') return { ...answer, sentAt };
  if (answer.kind === 'unusable') return { kind: 'no-answer', reason: answer.reason, sentAt };
  const order = decodeOrder(answer.fields);
  if (order === null) return { kind: 'no-answer', reason: 'the answer names no order', sentAt };
  return { kind: 'accepted', order, requestId: answer.requestId ?? '', sentAt };
}

function createReaderOver(caller: ReadApiClient, options: ClientOptions): CloudReader {
  const { clock, transport, endpoint } = options;
  if (endpoint !== null) endpointHost(endpoint); // A wrong one is told before anything else is done.
  const source = { clock, ask: createRead(caller, options) };
  const zoneCodes = createZoneCodes(source);
  return {
    endpoint: endpoint ?? 'tencentcloudapi.com',
    providerNow: caller.providerNow,
    ...catalogueReads(source, zoneCodes),
    ...instanceReads(source, zoneCodes),
    ...orderReads(source),
    ...memoryReads(source),
    ...accountReads(source),
    close: () => transport.close(),
  };
}
