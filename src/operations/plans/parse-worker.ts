/** The thread of `parse-apart.ts`: parses one plan, and ends. */
import { parsePlan } from '../../plan/parse/parse-plan.ts';
import { answerFrom } from '../in-thread.ts';

void answerFrom(({ text, file }: { readonly text: string; readonly file: string }) => parsePlan(text, file));
