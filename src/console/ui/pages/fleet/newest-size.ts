/** The newest size of an instance that anybody knows: of the fleet that was read, or of a run that read it back later. Pure. */
import type { Size } from '../../../../model.ts';
import type { FleetInstanceView, InstanceStep } from '../../../api/fleet.ts';

/** What a run knows. */
export interface SizeOfRun {
  readonly size: Size;
  /** When the run read it, ISO 8601 UTC. */
  readonly at: string;
  readonly step: InstanceStep;
}

/**
 * @param read null: no fleet that was read has the instance. @param steps the newest first.
 * @returns the size that a run has verified after the fleet was read; null: the fleet is newer, or no run verified one.
 */
export function newerSize(
  read: Pick<FleetInstanceView, 'readAt'> | null,
  steps: readonly InstanceStep[],
): SizeOfRun | null {
  const verified = steps
    .flatMap((step) =>
      step.outcome === 'verified' && step.endedAt !== null
        ? [{ size: step.after, at: step.endedAt, step }]
        : [],
    )
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  const [newest] = verified;
  return newest === undefined || (read !== null && newest.at <= read.readAt) ? null : newest;
}
