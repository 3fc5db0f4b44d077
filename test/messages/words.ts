/** A message with the given words, for tests in which the words do not matter. */
import { message } from '../../src/messages/messages.ts';
import type { Message } from '../../src/model.ts';

export const words = (text: string): Message => message('run.provider-answer', { answer: text });
