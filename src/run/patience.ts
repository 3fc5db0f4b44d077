/**
 * How long `patience` must be if several hosts can carry out one run. A process can freeze directly before it sends, while
 * another host takes its run over. The new owner may order again only after the old order would be visible:
 *
 *     intent ── guard ──► the request leaves ── time-out ──► no answer can come ── lag of reads ──► visible for sure
 */
import { REQUEST_TIMEOUT } from '../cloud/calls/send-call.ts';
import { RefitError } from '../errors.ts';
import type { SavedPlan } from '../model.ts';
import { planAgain } from '../next-command.ts';
import { VISIBLE_WITHIN } from '../plan/order-visibility.ts';
import type { RunPlace } from '../store/ports.ts';
import { isLoopback } from '../store/provider-of.ts';
import { SECOND } from '../units.ts';
import { INTENT_VALID } from './engine/order.ts';

/** Milliseconds from an intent until its order is visible for sure. `patience` must be longer if hosts share a run. */
export const LATEST_TRACE: number = INTENT_VALID + REQUEST_TIMEOUT + VISIBLE_WITHIN;

/** Why a plan may not be carried out by hosts that share its run; null: it may. */
export function whyTooImpatient({
  execution: { patience },
}: Pick<SavedPlan, 'execution'>): { readonly message: string; readonly reason: string } | null {
  if (patience > LATEST_TRACE) return null;
  const [guard, timeout, lag] = [INTENT_VALID, REQUEST_TIMEOUT, VISIBLE_WITHIN].map(inSeconds);
  return {
    message: `patience is ${inSeconds(patience)}, and several hosts can carry out this run: it must be longer than ${inSeconds(LATEST_TRACE)}`,
    reason: `an order leaves up to ${guard} after its entry, its answer may take ${timeout}, and reads may show it ${lag} later`,
  };
}

/** Requires enough patience for hosts that share the run. @throws RefitError `plan-invalid` */
export function mustOutlastOrders(saved: Pick<SavedPlan, 'execution' | 'file' | 'source'>): void {
  const refused = whyTooImpatient(saved);
  if (refused === null) return;
  throw new RefitError(
    'plan-invalid',
    `${refused.message}; ${refused.reason}`,
    `execution: { patience: 3m }, then: ${planAgain(saved, 'SAVED')}`,
  );
}

/**
 * The same at the start of a process, if the store lets other hosts take the run over. A simulated provider costs nothing, so
 * there a notice is enough. @throws RefitError `plan-invalid`
 */
export function mustShareSafely(
  saved: Pick<SavedPlan, 'execution' | 'file' | 'source'>,
  { kind }: Pick<RunPlace, 'kind'>,
  { endpoint, onNotice }: { readonly endpoint: string; readonly onNotice?: (notice: string) => void },
): void {
  if (kind === 'folder') return;
  if (!isLoopback(endpoint)) return mustOutlastOrders(saved);
  const refused = whyTooImpatient(saved);
  if (refused !== null) onNotice?.(`only a simulated provider allows this: ${refused.message}`);
}

function inSeconds(ms: number): string {
  return `${ms / SECOND} s`;
}
