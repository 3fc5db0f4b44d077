/** What is said over the control socket of a run. Pure. */
import type { ControlCommand, Operator } from '../../model.ts';

/** What can be asked of a live run. */
export type ControlRequest =
  /** How it goes on: answered by a `Standing`. */
  | { readonly kind: 'status' }
  /** Answered by a `SteerAnswer`. */
  | { readonly kind: 'steer'; readonly command: ControlCommand; readonly by: Operator };

/** Characters of a request at most: more are no request. */
export const LONGEST_REQUEST = 4_096;
const LONGEST_NAME = 200;

/** One line, without its line feed. */
export function encodeControlRequest(request: ControlRequest): string {
  return JSON.stringify(request);
}

/** Reads a line that anybody may have written. @returns why it is no request, where it is none. */
export function decodeControlRequest(line: string): ControlRequest | string {
  if (line.length > LONGEST_REQUEST) return `not understood: longer than ${LONGEST_REQUEST} characters`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not understood: no JSON';
  }
  if (!isRecord(value)) return 'not understood: no object';
  if (value.kind === 'status') return { kind: 'status' };
  if (value.kind !== 'steer') return 'not understood: its kind is neither status nor steer';
  const command = commandFrom(value.command);
  if (command === null) return 'not understood: no such command';
  const by = operatorFrom(value.by);
  return by === null ? 'not understood: it does not say who asks' : { kind: 'steer', command, by };
}

function commandFrom(value: unknown): ControlCommand | null {
  if (!isRecord(value)) return null;
  switch (value.kind) {
    case 'pause':
    case 'continue':
    case 'drain':
    case 'abort':
      return { kind: value.kind };
    case 'set': {
      const { setting, value: to } = value;
      if (setting !== 'inFlight' && setting !== 'requestsPerSecond') return null;
      return typeof to === 'number' ? { kind: 'set', setting, value: to } : null;
    }
    default:
      return null;
  }
}

function operatorFrom(value: unknown): Operator | null {
  if (!isRecord(value)) return null;
  const { user, host, pid } = value;
  if (!isName(user) || !isName(host) || !Number.isSafeInteger(pid)) return null;
  return { user, host, pid: Math.max(0, pid as number) };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_NAME;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
