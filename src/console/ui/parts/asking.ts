/** One request of a page that changes something: whether it is on its way, and what refused it. */
import { type Signal, useSignal } from '@preact/signals';
import { Refused } from '../client.ts';

export interface Asking {
  readonly isBusy: Signal<boolean>;
  /** Why the last one did not work; null: it did, or there was none. */
  readonly refused: Signal<Refused | null>;
  /** Carries a request out, unless one is on its way. */
  run(work: () => Promise<void>): Promise<void>;
}

/** Keeps what a page asked. */
export function useAsking(): Asking {
  const isBusy = useSignal(false);
  const refused = useSignal<Refused | null>(null);
  return {
    isBusy,
    refused,
    async run(work) {
      if (isBusy.value) return;
      isBusy.value = true;
      refused.value = null;
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused.value = error;
      } finally {
        isBusy.value = false;
      }
    },
  };
}
