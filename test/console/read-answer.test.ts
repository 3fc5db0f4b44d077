/** What the pages of the console take for an answer. */
import { expect, it } from 'vitest';
import { Refused, readAnswer } from '../../src/console/ui/read-answer.ts';

/** An answer whose body breaks off. */
function cut(status: number, before: () => void): Response {
  const body = new ReadableStream({
    pull(stream) {
      before();
      stream.error(new TypeError('the connection broke'));
    },
  });
  return new Response(body, { status });
}

it.each<{ title: string; response: (leave: () => void) => Response; result: unknown }>([
  { title: 'a whole answer', response: () => Response.json({ is: 'whole' }), result: { is: 'whole' } },
  { title: 'an answer that breaks off: nobody answered', response: () => cut(200, () => {}), result: 0 },
  {
    title: 'an answer that the page no longer wants: the page stops asking',
    response: (leave) => cut(200, leave),
    result: 'AbortError',
  },
  {
    title: 'a refusal with a fix',
    response: () => Response.json({ code: 'busy', message: 'later', fix: 'wait' }, { status: 429 }),
    result: 429,
  },
  { title: 'a refusal that breaks off', response: () => cut(503, () => {}), result: 503 },
  {
    title: 'a page of a proxy instead of a refusal',
    response: () => new Response('<p>', { status: 502 }),
    result: 502,
  },
])('$title', async ({ response, result }) => {
  const leaving = new AbortController();
  const answered = await readAnswer(
    response(() => leaving.abort()),
    leaving.signal,
  ).catch((error: Error) => (error instanceof Refused ? error.status : error.name));
  expect(answered).toEqual(result);
});
