/** The condition of a run in words, for screens and for programs. */
import type { RunCondition } from '../../operations/picture/run-picture.ts';
import { formatLocalTime } from '../local-time.ts';

/** Why a run is slow or stopped, in one sentence. */
export function describeCondition(condition: RunCondition): string {
  switch (condition.kind) {
    case 'stopping':
      return `stopping: ${condition.because}`;
    case 'paused':
      return `paused by ${condition.by} since ${formatLocalTime(condition.since)}`;
    case 'slowed':
      return 'request limit reached: slower for now';
    case 'soaking':
      return `soaking until ${formatLocalTime(condition.until)}`;
  }
}
