/** The YAML server of editors as a process, spoken to as an editor does. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

export interface Position {
  readonly line: number;
  readonly character: number;
}
export interface Diagnostic {
  readonly message: string;
  readonly severity?: number;
  readonly range: { readonly start: Position; readonly end: Position };
}
export interface Completion {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
}

export interface Editor {
  /** Opens a text and waits for what is wrong with it. */
  diagnostics(text: string): Promise<readonly Diagnostic[]>;
  /** What is offered at `|` in the text. */
  completion(text: string): Promise<readonly Completion[]>;
  /** What is shown over the place of `|` in the text; empty where nothing is. */
  hover(text: string): Promise<string>;
  close(): void;
}

/** @param folder that the documents are said to lie in; they are never written. Nothing is fetched from anywhere. */
export async function openEditor(folder: string): Promise<Editor> {
  const server = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const waiting = new Map<string, (found: readonly Diagnostic[]) => void>();
  connection.onNotification(
    'textDocument/publishDiagnostics',
    (published: { uri: string; diagnostics: Diagnostic[] }) =>
      waiting.get(published.uri)?.(published.diagnostics),
  );
  const settings = {
    yaml: {
      validate: true,
      hover: true,
      completion: true,
      schemaStore: { enable: false },
      kubernetesCRDStore: { enable: false },
    },
    http: { proxy: '', proxyStrictSSL: true },
    'yaml.format': {},
    editor: {},
    files: {},
  } as const;
  connection.onRequest(
    'workspace/configuration',
    ({ items }: { items: { section: keyof typeof settings }[] }) =>
      items.map(({ section }) => settings[section] ?? null),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      workspace: { configuration: true },
      textDocument: {
        completion: {
          completionItem: { documentationFormat: ['markdown', 'plaintext'], snippetSupport: true },
        },
        hover: { contentFormat: ['markdown'] },
      },
    },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('workspace/didChangeConfiguration', { settings });

  let documents = 0;
  const open = async (text: string) => {
    documents += 1;
    const uri = pathToFileURL(`${folder}/plan-${documents}.yaml`).href;
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    await connection.sendNotification('textDocument/didOpen', { textDocument });
    return uri;
  };
  const at = async (marked: string) => {
    const before = marked.slice(0, marked.indexOf('|')).split('\n');
    const uri = await open(marked.replace('|', ''));
    return { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1)!.length } };
  };
  return {
    async diagnostics(text) {
      const uri = pathToFileURL(`${folder}/plan-${documents + 1}.yaml`).href;
      const found = new Promise<readonly Diagnostic[]>((resolve) => waiting.set(uri, resolve));
      await open(text);
      return found;
    },
    async completion(text) {
      const answer = await connection.sendRequest<{ items: Completion[] } | null>(
        'textDocument/completion',
        await at(text),
      );
      return answer?.items ?? [];
    },
    async hover(text) {
      const answer = await connection.sendRequest<{ contents: { value: string } | string } | null>(
        'textDocument/hover',
        await at(text),
      );
      const contents = answer?.contents ?? '';
      return typeof contents === 'string' ? contents : contents.value;
    },
    close() {
      connection.dispose();
      child.kill();
    },
  };
}
