/** The thread of `parse-apart.ts`: parses one plan, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { parsePlan } from '../../plan/parse/parse-plan.ts';

const { text, file } = workerData as { readonly text: string; readonly file: string };
parentPort?.postMessage(parsePlan(text, file));
