/**
 * The provider's client: it retries reads without a message, and sends each order once.
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
import { sizingFactReads } from './reads/sizing-facts.ts';
import { usageReads } from './reads/usage.ts';
import { ORDER } from './wire/actions.ts';
import type { Answer } from './wire/answer.ts';
import { decodeOrder, encodeOrder } from './wire/order.ts';

export interface CloudOptions extends ApiClientOptions, ReadOptions {}

/** The options of a client over another API client. */
export type ClientOptions = ReadOptions & Pick<CloudOptions, 'endpoint' | 'transport'>;

/**
 * Creates a client for planning, which cannot order. It has no such function, and its API client refuses every action
 * that is not in `READS`.
 */
export function createReader(options: CloudOptions): CloudReader {
  return createReaderOver(onlyReads(createApiClient(options)), options);
}

/** Creates a client for a run. */
export function createCloud(options: CloudOptions): Cloud {
  return createCloudOver(createApiClient(options), options);
}

/** Creates a client over another API client, such as that of a simulated provider. */
export function createCloudOver(apiClient: ApiClient, options: ClientOptions): Cloud {
  return {
    ...createReaderOver(onlyReads(apiClient), options),
    order: (request, goAhead) => sendOrder(apiClient, options, request, goAhead),
    orderLane: (scope) => apiClient.laneSync(ORDER, scope),
  };
}

/** Sends an order once. `run/` holds the permit, because it belongs to the intent that is already on disk. */
async function sendOrder(
  apiClient: ApiClient,
  { clock }: ClientOptions,
  request: OrderRequest,
  goAhead: () => boolean,
): Promise<OrderAnswer> {
  let sentAt = clock.now();
  const guard = () => {
    let isAllowed: boolean;
    try {
      isAllowed = goAhead();
    } catch {
      // A guard that throws allows nothing.
      isAllowed = false;
    }
    sentAt = clock.now();
    return isAllowed;
  };
  let answer: Answer;
  try {
    answer = await apiClient.send({ action: ORDER, scope: request, fields: encodeOrder(request) }, guard);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown failure';
    // A RefitError comes before the transport: no keys or no host. After any other error the order may have left.
    const notSent = error instanceof RefitError || (error instanceof TransportError && !error.sent);
    return notSent ? { kind: 'not-sent', reason } : { kind: 'no-answer', reason, sentAt };
  }
  if (answer.kind === 'refused') return { ...answer, sentAt };
  if (answer.kind === 'unusable') return { kind: 'no-answer', reason: answer.reason, sentAt };
  const order = decodeOrder(answer.fields);
  if (order === null) return { kind: 'no-answer', reason: 'the answer has no order number', sentAt };
  return { kind: 'accepted', ...order, requestId: answer.requestId ?? '', sentAt };
}

function createReaderOver(apiClient: ReadApiClient, options: ClientOptions): CloudReader {
  const { clock, transport, endpoint } = options;
  if (endpoint !== null) endpointHost(endpoint); // Throws for a wrong endpoint before anything else happens.
  const source = { clock, ask: createRead(apiClient, options) };
  const zoneCodes = createZoneCodes(source);
  return {
    endpoint: endpoint ?? 'tencentcloudapi.com',
    providerNow: apiClient.providerNow,
    ...catalogueReads(source, zoneCodes),
    ...instanceReads(source, zoneCodes),
    ...orderReads(source),
    ...memoryReads(source),
    ...usageReads(source),
    ...sizingFactReads(source),
    ...accountReads(source),
    close: () => transport.close(),
  };
}
