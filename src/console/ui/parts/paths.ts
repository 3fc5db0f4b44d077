/** Addresses that several pages lead to. */
import type { WaitingPlan } from '../../api/schedule.ts';

/** The address of a run. */
export const runPath = (id: string): string => `/runs/${encodeURIComponent(id)}`;

/** The review of one wave of a run, for the people who approve it. */
export function wavePath(run: string, wave: string): string {
  return `${runPath(run)}/review?${new URLSearchParams({ wave, in: wave })}`;
}

/** Where a person can do something about what waits. */
export function waitingPath({ run, file, kind }: Pick<WaitingPlan, 'run' | 'file' | 'kind'>): string {
  const needsReview = kind === 'approval' || kind === 'declined' || kind === 'declined-unread';
  if (run === null) return `/reviews/${encodeURIComponent(file ?? '')}`;
  return needsReview ? `${runPath(run.id)}/review` : runPath(run.id);
}
