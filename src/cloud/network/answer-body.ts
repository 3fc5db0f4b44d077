/**
 * Collects the body of an answer in bounded memory. A hostile server can send a million chunks of one byte, so chunks are
 * copied into one buffer.
 */

const MIB = 1024 * 1024;

/** A page of 1,000 instances with all their fields is about 4 MB. */
export const MAX_ANSWER_BYTES = 16 * MIB;

/** The maximum of all answers that arrive at the same time. */
const MAX_BUFFERED_BYTES = 4 * MAX_ANSWER_BYTES;

/** Enough for the answer to an order. Node takes so small a buffer from a pool. */
const FIRST_BYTES = 1024;

/** The bytes that all answers of a transport hold. */
export interface AnswerBudget {
  used: number;
}

export function createAnswerBody(budget: AnswerBudget) {
  let bytes: Buffer | null = null;
  let length = 0;

  const grow = (least: number): void => {
    const size = Math.min(MAX_ANSWER_BYTES, Math.max(FIRST_BYTES, least, 2 * (bytes?.length ?? 0)));
    const larger = Buffer.allocUnsafe(size);
    bytes?.copy(larger, 0, 0, length);
    budget.used += size - (bytes?.length ?? 0);
    bytes = larger;
  };

  return {
    get length(): number {
      return length;
    },
    /** Appends a chunk. @returns null, or why the answer cannot be kept. */
    add(chunk: Buffer): string | null {
      const total = length + chunk.length;
      if (total > MAX_ANSWER_BYTES) return tooLarge();
      if (bytes === null || total > bytes.length) {
        grow(total);
        if (budget.used > MAX_BUFFERED_BYTES)
          return `too many large answers arrive at the same time: more than ${MAX_BUFFERED_BYTES / MIB} MB`;
      }
      chunk.copy(bytes!, length);
      length = total;
      return null;
    },
    text: (): string => bytes?.toString('utf8', 0, length) ?? '',
    /** Gives the memory back. */
    release(): void {
      budget.used -= bytes?.length ?? 0;
      bytes = null;
    },
  };
}

/** Why an answer with this Content-Length cannot be kept; null: it can. */
export function declaredProblem(contentLength: string | null): string | null {
  return contentLength !== null && Number(contentLength) > MAX_ANSWER_BYTES ? tooLarge() : null;
}

function tooLarge(): string {
  return `the answer is larger than ${MAX_ANSWER_BYTES / MIB} MB`;
}
