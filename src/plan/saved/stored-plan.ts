/**
 * The stored form of a saved plan: the JSON of its file. It holds each fact once, because anyone can seal a file again.
 * `store` leaves out what `expand` computes. The whole size after a step is the one exception: people read it in the file.
 */
import type {
  BlockedTarget,
  Durations,
  Finding,
  Precondition,
  SavedPlan,
  SourceLocation,
  Step,
  Wave,
} from '../../model.ts';

/** A location. `file` is absent when it is the file of the plan. */
export type StoredLocation = Omit<SourceLocation, 'file'> & Partial<Pick<SourceLocation, 'file'>>;

/**
 * A step. Computed: its id, its place in its wave, the size before it, the step that it needs, and from its precondition
 * region, profile and edition. Checked, although redundant: `change.from` and `after`.
 */
export interface StoredStep extends Pick<Step, 'instance' | 'change' | 'nodes' | 'after' | 'wave' | 'quote'> {
  readonly location: StoredLocation | null;
}

/** A precondition. Computed: the size after its last step, and when it was read. */
export type StoredPrecondition = Omit<Precondition, 'target' | 'readAt'>;

/** A finding that does not follow from the plan alone. Computed: severity, message, fix and example. It has no excerpt. */
export interface StoredFinding extends Pick<Finding, 'code' | 'messageId' | 'params' | 'instance'> {
  readonly location: StoredLocation | null;
}

/** A blocked target. Its findings are about its instance. */
export interface StoredBlocked extends Omit<BlockedTarget, 'findings'> {
  readonly findings: readonly Omit<StoredFinding, 'instance'>[];
}

/** The inputs of the forecast. `durations` is absent for a plan without steps. */
export interface StoredForecast {
  readonly durations?: Durations;
  readonly monitorCalls?: number;
}

/** Everything that the digest covers. */
export interface StoredPlan
  extends Omit<
    SavedPlan,
    | 'digest'
    | 'waves'
    | 'steps'
    | 'preconditions'
    | 'blocked'
    | 'findings'
    | 'prices'
    | 'priceShares'
    | 'forecast'
  > {
  readonly waves: readonly Omit<Wave, 'steps'>[];
  readonly steps: readonly StoredStep[];
  readonly preconditions: readonly StoredPrecondition[];
  readonly blocked: readonly StoredBlocked[];
  readonly findings: readonly StoredFinding[];
  readonly forecast: StoredForecast;
}
