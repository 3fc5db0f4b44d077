/**
 * The editor of plans: CodeMirror with YAML colours, completion from the schema, and findings as marks. It lives in a shadow
 * root, because there its style sheets need no style element, which the policy of the pages forbids.
 */
import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { EditorFinding, InventoryNames } from '../../../api/plans.ts';
import { placeIn } from './plan-path.ts';
import { describePath, type SchemaNode, type Suggestion, suggest } from './plan-schema.ts';

/** What an editor needs of its page. */
export interface EditorPorts {
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onSave: () => void;
  readonly onDryRun: () => void;
  /** The schema of plans; null until it is read. */
  readonly schema: () => SchemaNode | null;
  /** The names that it completes, as of now. */
  readonly names: () => InventoryNames | null;
  /** The words on the button of a fix. */
  readonly applyWord: (text: string) => string;
}

export interface CodeEditor {
  text(): string;
  /** Replaces the whole text, as a step that can be undone. */
  replace(text: string): void;
  /** Marks findings of this text. Findings of an older text are left out. */
  mark(text: string, findings: readonly EditorFinding[]): void;
  /** Puts the cursor at a line and column, from 1. */
  goTo(line: number, column: number): void;
  /** Carries out the fix of a finding. */
  fix(finding: EditorFinding): void;
  close(): void;
}

/** @param host an element without content. */
export function createCodeEditor(host: HTMLElement, ports: EditorPorts): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({ doc: ports.text, extensions: extensionsOf(ports) }),
  });
  const change = (from: number, to: number, insert: string): void =>
    view.dispatch({ changes: { from, to, insert } });
  const fix = (finding: EditorFinding): void => {
    const range = rangeOf(view.state, finding);
    if (finding.replacement !== null) change(range.from, range.to, finding.replacement);
    view.focus();
  };
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => change(0, view.state.doc.length, text),
    mark(text, findings) {
      if (view.state.doc.toString() !== text) return;
      const marks = findings.flatMap((one) =>
        one.line === null ? [] : [markOf(view.state, one, ports, fix)],
      );
      view.dispatch(setDiagnostics(view.state, marks));
    },
    goTo(line, column) {
      const { from, to } = view.state.doc.line(Math.min(line, view.state.doc.lines));
      const anchor = Math.min(from + column - 1, to);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    fix,
    close: () => view.destroy(),
  };
}

function extensionsOf(ports: EditorPorts): Extension[] {
  const run = (call: () => void) => () => {
    call();
    return true;
  };
  return [
    ...[
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
    ],
    ...[yaml(), indentUnit.of('  '), syntaxHighlighting(COLOURS), THEME, EditorView.lineWrapping],
    EditorState.readOnly.of(ports.isReadOnly),
    EditorView.contentAttributes.of({ 'aria-label': ports.label, 'data-editor': 'plan', tabindex: '0' }),
    autocompletion({ override: [(context) => complete(context, ports)], icons: false }),
    hoverTooltip((view, at) => describe(view.state, at, ports.schema())),
    keymap.of([
      { key: 'Mod-s', run: run(ports.onSave), preventDefault: true },
      { key: 'Mod-Enter', run: run(ports.onDryRun), preventDefault: true },
      ...[...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap],
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) ports.onChange(update.state.doc.toString());
    }),
  ];
}

function complete(context: CompletionContext, { names, schema: schemaNow }: EditorPorts) {
  const before = context.state.sliceDoc(0, context.pos);
  const place = placeIn(before);
  if (place === null || (place.word === '' && !context.explicit && !/[:{[,-] $/.test(before))) return null;
  const schema = schemaNow();
  const options = [...ofInventory(place.path, names()), ...(schema === null ? [] : suggest(schema, place))];
  if (options.length === 0) return null;
  return {
    from: context.pos - place.word.length,
    validFor: /^[\w.*%-]*$/,
    options: options.map(({ text, insert, kind, about }) => ({
      ...{ label: text, apply: insert, type: kind },
      ...(kind === 'instance' ? { detail: about ?? '' } : about === null ? {} : { info: about }),
    })),
  };
}

/** Ids and regions of the chosen inventory. */
function ofInventory(path: readonly (string | 0)[], names: InventoryNames | null): Suggestion[] {
  if (names === null) return [];
  const key = path.findLast((one) => one !== 0);
  if (key === 'region' || key === 'regions')
    return names.regions.map((text) => ({ text, insert: text, kind: 'instance', about: null }));
  if (key !== 'instance' && key !== 'ids' && key !== 'exclude') return [];
  return names.instances.map(({ id, name, about }) => ({
    ...{ text: id, insert: id, kind: 'instance' as const },
    about: `${name}, ${about}`,
  }));
}

/** The description of the key under the pointer. */
function describe(state: EditorState, at: number, schema: SchemaNode | null) {
  const line = state.doc.lineAt(at);
  const word = [...line.text.matchAll(/[\w.]+(?=\s*:)/g)].find(
    ({ index, 0: text }) => line.from + index <= at && at <= line.from + index + text.length,
  );
  if (word === undefined || schema === null) return null;
  const from = line.from + word.index;
  const to = from + word[0].length;
  const place = placeIn(`${state.sliceDoc(0, to)}: `);
  const text = place && describePath(schema, place.path);
  if (!text) return null;
  return {
    ...{ pos: from, end: to, above: true },
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-about';
      dom.textContent = text;
      return { dom };
    },
  };
}

function rangeOf(state: EditorState, { line, column, length }: EditorFinding) {
  const { from, to } = state.doc.line(Math.min(line ?? 1, state.doc.lines));
  const start = Math.min(from + (column ?? 1) - 1, to);
  return { from: start, to: Math.min(start + length, to) };
}

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' } as const;

function markOf(
  state: EditorState,
  finding: EditorFinding,
  { applyWord, isReadOnly }: EditorPorts,
  fix: (finding: EditorFinding) => void,
): Diagnostic {
  const { severity, message, code, replacement } = finding;
  const isFixable = replacement !== null && !isReadOnly;
  return {
    ...rangeOf(state, finding),
    ...{ severity: SEVERITIES[severity], message, source: code },
    ...(isFixable ? { actions: [{ name: applyWord(replacement), apply: () => fix(finding) }] } : {}),
  };
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--link)' },
  { tag: tags.string, color: 'var(--verified)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--soft)' },
  { tag: [tags.keyword, tags.meta], color: 'var(--unknown)' },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: 'var(--soft)' },
]);

const THEME = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--paper)', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
    lineHeight: '1.6',
  },
  '.cm-content': { caretColor: 'var(--ink)', paddingBottom: '40px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    backgroundColor: 'var(--raised)',
    color: 'var(--soft)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--live) 8%, transparent)',
  },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--live) 28%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    maxWidth: 'min(480px, 90vw)',
    fontFamily: 'system-ui, sans-serif',
  },
  '.cm-about': { padding: '6px 10px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', fontSize: '13px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: '#0f6cbd', color: '#fff' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.85', marginLeft: '12px' },
  '.cm-diagnostic': { padding: '6px 10px', borderLeftWidth: '4px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warning)' },
  '.cm-diagnosticSource': { opacity: '1', color: 'var(--soft)', fontSize: '12px' },
  '.cm-diagnosticAction': {
    font: 'inherit',
    backgroundColor: '#0f6cbd',
    color: '#fff',
    borderRadius: '4px',
    padding: '2px 8px',
    marginTop: '4px',
    display: 'block',
  },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--failed)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dotted var(--warning)' },
  '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '2px dotted var(--live)' },
  '.cm-lint-marker': {
    content: 'none',
    width: '10px',
    height: '10px',
    borderRadius: '50%',
    marginTop: '5px',
  },
  '.cm-lint-marker-error': { content: 'none', backgroundColor: 'var(--failed)' },
  '.cm-lint-marker-warning': { content: 'none', backgroundColor: 'var(--warning)' },
  '.cm-lint-marker-info': { content: 'none', backgroundColor: 'var(--live)' },
});
