/** What a system says about a process, read through ports, so that each system is tested on each machine. */
import { describe, expect, it } from 'vitest';
import { type ProcessPorts, readProcess } from '../../src/store/folder/process-state.ts';

const missing = () => Promise.reject(new Error('no such file'));
const ports = (some: Partial<ProcessPorts>): ProcessPorts => ({
  platform: 'linux',
  readFile: missing,
  readFolder: missing,
  ps: missing,
  ...some,
});
const stat = (state: string, name = 'refit') =>
  `42 (${name}) ${state} 1 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1`;

describe('a process', () => {
  it.each<{ what: string; system: ProcessPorts; state: Awaited<ReturnType<typeof readProcess>> }>([
    {
      what: 'that runs on Linux',
      system: ports({ readFile: async () => stat('S') }),
      state: { startedAt: '98765', ended: false },
    },
    {
      what: 'whose name looks like the fields of another',
      system: ports({ readFile: async () => stat('R', ') Z 1 2 (x') }),
      state: { startedAt: '98765', ended: false },
    },
    {
      what: 'that is a zombie on Linux',
      system: ports({ readFile: async () => stat('Z'), readFolder: async () => ['42'] }),
      state: { startedAt: '98765', ended: true },
    },
    {
      what: 'whose first thread ended before the others',
      system: ports({ readFile: async () => stat('Z'), readFolder: async () => ['42', '43'] }),
      state: { startedAt: '98765', ended: false },
    },
    { what: 'on a Linux without /proc', system: ports({}), state: null },
    {
      what: 'that runs on macOS',
      system: ports({ platform: 'darwin', ps: async () => 'Ss   Tue Dec  1 04:44:33 2026    \n' }),
      state: { startedAt: 'Tue Dec 1 04:44:33 2026', ended: false },
    },
    {
      what: 'that is a zombie on macOS',
      system: ports({ platform: 'darwin', ps: async () => 'Z+   Tue Dec  1 04:44:33 2026    \n' }),
      state: { startedAt: 'Tue Dec 1 04:44:33 2026', ended: true },
    },
    { what: 'that ps does not know', system: ports({ platform: 'darwin' }), state: null },
    {
      what: 'of which ps says nothing',
      system: ports({ platform: 'darwin', ps: async () => '\n' }),
      state: null,
    },
  ])('$what', async ({ system, state }) => {
    expect(await readProcess(42, system)).toEqual(state);
  });

  it('is asked for in one call of ps', async () => {
    const asked: (readonly string[])[] = [];
    const ps = async (args: readonly string[]) => {
      asked.push(args);
      return '';
    };
    await readProcess(42, ports({ platform: 'darwin', ps }));
    expect(asked).toEqual([['-o', 'stat=,lstart=', '-p', '42']]);
  });
});
