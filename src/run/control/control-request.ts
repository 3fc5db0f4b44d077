/** The requests that the control socket of a run accepts. Pure. */
import { message } from '../../messages/messages.ts';
import type { ControlCommand, Message, Operator } from '../../model.ts';

/** A request to a live run. */
export type ControlRequest =
  /** The answer is a `LiveRunStatus`. */
  | { readonly kind: 'status' }
  /** The answer is a `ControlAnswer`. */
  | { readonly kind: 'command'; readonly command: ControlCommand; readonly by: Operator };

/** The longest request, in characters. */
const LONGEST_REQUEST = 4_096;
const LONGEST_NAME = 200;

/** Writes a request as one line, without its line feed. */
export function encodeControlRequest(request: ControlRequest): string {
  return JSON.stringify(request);
}

/** Reads a line that any process may have written. @returns a `Message` with the reason if it is not a request. */
export function decodeControlRequest(line: string): ControlRequest | Message {
  if (line.length > LONGEST_REQUEST) return message('control.request-too-long', { limit: LONGEST_REQUEST });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return message('control.request-not-json');
  }
  if (!isRecord(value)) return message('control.request-not-object');
  if (value.kind === 'status') return { kind: 'status' };
  if (value.kind !== 'command') return message('control.request-kind');
  const command = commandFrom(value.command);
  if (command === null) return message('control.request-command');
  const by = operatorFrom(value.by);
  return by === null ? message('control.request-operator') : { kind: 'command', command, by };
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
