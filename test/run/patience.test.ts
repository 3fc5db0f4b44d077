/** How long `patience` must be where several hosts can carry out one run. */
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import type { Execution } from '../../src/model.ts';
import { LATEST_TRACE, mustShareSafely } from '../../src/run/patience.ts';

const REAL = 'https://redis.tencentcloudapi.com';
const LOOPBACK = 'http://127.0.0.1:4010';

/** The refusal and the notices at the start of a process. */
function start(patience: number, kind: 'folder' | 'database', endpoint: string) {
  const notices: string[] = [];
  const execution = { patience } as Execution;
  const saved = { execution, file: 'resize.yaml' };
  try {
    mustShareSafely(saved, { kind }, { endpoint, onNotice: (notice) => notices.push(notice) });
    return { refusal: null, notices };
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return { refusal: error, notices };
  }
}

describe('patience of a run that hosts share', () => {
  it('must be longer than guard, request time-out and lag of reads together', () => {
    expect(LATEST_TRACE).toBe(2_000 + 60_000 + 60_000);
  });

  it.each([
    ['of 3 minutes, the default, is enough', 180_000, 'database', REAL, 'starts'],
    ['just above the sum is enough', LATEST_TRACE + 1_000, 'database', REAL, 'starts'],
    ['of exactly the sum is refused', LATEST_TRACE, 'database', REAL, 'plan-invalid'],
    ['of a minute is refused', 60_000, 'database', REAL, 'plan-invalid'],
    ['of a minute is noticed with a simulated provider', 60_000, 'database', LOOPBACK, 'notice'],
    ['of a minute is enough in a folder, where one host has the run', 60_000, 'folder', REAL, 'starts'],
  ] as const)('%s', (_, patience, kind, endpoint, expected) => {
    const { refusal, notices } = start(patience, kind, endpoint);
    expect(refusal?.code ?? (notices.length > 0 ? 'notice' : 'starts')).toBe(expected);
  });

  it('says what is wrong, why, and what to type', () => {
    const { refusal } = start(8_000, 'database', REAL);
    expect([refusal!.message, refusal!.fix, refusal!.exitCode]).toEqual([
      'patience is 8 s, and several hosts can carry out this run: it must be longer than 122 s; an order leaves up to 2 s after its entry, its answer may take 60 s, and reads may show it 60 s later',
      'execution: { patience: 3m }, then: refit plan resize.yaml -o SAVED',
      65,
    ]);
  });
});
