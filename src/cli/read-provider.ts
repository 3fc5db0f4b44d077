/** Reads the provider for commands, with a client that cannot order and with a progress bar. */
import { type CloudReader, connectReader, proxyProblems } from '../operations/connect.ts';
import { connectionOf, type Options } from './options.ts';
import { progressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** Says what Refit does not understand in the proxy variables, and ignores. */
export function warnOfProxy(terminal: Terminal): void {
  for (const problem of proxyProblems(terminal.env)) terminal.err(`warning: ${problem}\n`);
}

/** Connects, reads, and always releases the network. */
export async function readProvider<T>(
  options: Options,
  terminal: Terminal,
  read: (
    reader: CloudReader,
    listeners: { onProgress: ReturnType<typeof progressBar>['show']; onNotice: (text: string) => void },
  ) => Promise<T>,
): Promise<T> {
  const bar = progressBar(terminal);
  const reader = connectReader(connectionOf(options, terminal));
  warnOfProxy(terminal);
  const onNotice = (text: string) => {
    bar.clear();
    terminal.hint(text);
  };
  try {
    return await read(reader, { onProgress: bar.show, onNotice });
  } finally {
    bar.clear();
    await reader.close();
  }
}
