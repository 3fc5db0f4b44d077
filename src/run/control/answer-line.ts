import { type Control, createAnswer } from './control.ts';
import { decodeControlRequest } from './control-request.ts';

/** Answers one line that any process may have written: a status, or the result of a command. Never rejects. */
export async function answerLine(control: Control, line: string): Promise<string> {
  const request = decodeControlRequest(line);
  if ('id' in request) return JSON.stringify(createAnswer(false, request));
  if (request.kind === 'status') return JSON.stringify(control.status());
  return JSON.stringify(await control.handle(request.command, request.by));
}
