/** What refused a request, below the button that sent it. */
import type { Refused } from '../client.ts';
import { sayRefusal } from './say-refusal.ts';

/** @param error null: nothing did. */
export function RefusalLine({ error }: { error: Refused | null }) {
  return (
    <p class="refusal-line" role="alert">
      {error !== null && (
        <>
          <strong>{sayRefusal(error).message}</strong>
          {error.fix !== '' && ` · ${sayRefusal(error).fix}`}
        </>
      )}
    </p>
  );
}
