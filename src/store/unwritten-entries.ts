/** What a failed disk did not take, told on the way out: an order number that is on no disk must at least be read. */
import { RefitError } from '../errors.ts';
import type { Deed } from '../model.ts';

/** Deeds told one by one; the others are counted. Orders always are: each may be the only trace of money spent. */
const MOST_TOLD = 20;

/** The same failure, with what was in memory and is not on disk. Any other error, and one that lost nothing, stays as it is. */
export function withLost(error: unknown, lost: readonly Deed[]): unknown {
  if (!(error instanceof RefitError) || error.code !== 'disk-failed') return error;
  const lines = lost.flatMap((deed) => {
    const line = inWords(deed);
    return line === null ? [] : [{ line, isOrder: deed.kind === 'accepted' }];
  });
  if (lines.length === 0) return error;
  const told = [...lines.filter(({ isOrder }) => isOrder), ...lines.filter(({ isOrder }) => !isOrder)].filter(
    ({ isOrder }, index) => isOrder || index < MOST_TOLD,
  );
  const more = lines.length - told.length;
  const what = [
    error.message,
    `known and not on disk (${lines.length}); the next apply reads it from the provider:`,
    ...told.map(({ line }) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
  return new RefitError('disk-failed', what.join('\n'), error.mend, { cause: error });
}

/** Null for what tells of no step: it is made anew, or was for the reader alone. */
function inWords(deed: Deed): string | null {
  switch (deed.kind) {
    case 'intent':
      return `${deed.step}: about to be ordered, and nothing was sent`;
    case 'accepted':
      return `${deed.step}: accepted as order ${deed.order} (request ${deed.requestId}) at ${deed.sentAt}`;
    case 'refused':
      return `${deed.step}: refused with ${deed.code}`;
    case 'no-answer':
      return `${deed.step}: asked at ${deed.sentAt}, and no answer came: ${deed.why}`;
    case 'settled':
      return `${deed.step}: ${deed.landed ? 'had landed' : 'had not landed'}${deed.order === null ? '' : ` as order ${deed.order}`}: ${deed.evidence}`;
    case 'step-ended':
      return `${deed.step}: ${deed.outcome}: ${deed.what}`;
    default:
      return null;
  }
}
