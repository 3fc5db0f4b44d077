/** What the parts of a review share. */
import type { ReviewView } from '../../../api/reviews.ts';
import type { Person } from '../../../api/session.ts';

/** What the parts of the page work with. */
export interface Reviewing {
  readonly view: ReviewView;
  readonly person: Person;
  /** The address below `/api`. */
  readonly base: string;
  /** Reads the review again. */
  readonly onChange: () => Promise<void>;
}
