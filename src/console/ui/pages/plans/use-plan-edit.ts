/** Edits one plan: keeps what is typed, checks it, saves it, and shows another version if there is one. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { PlanFile } from '../../../api/plans.ts';
import { get, post, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import type { CodeEditor } from './code-editor.ts';
import { createChecker, keepDraft, type OpenedPlan, refusalText } from './plan-edit.ts';

export interface PlanEdit {
  readonly name: Signal<string>;
  readonly text: Signal<string>;
  /** The version on disk that the editor comes from; null: the plan is new. */
  readonly version: Signal<string | null>;
  /** The text has changes that are not on disk. */
  readonly isDirty: boolean;
  /** The text in the editor was typed earlier and not saved. */
  readonly isRestored: Signal<boolean>;
  /** What happened last, in words. */
  readonly note: Signal<string>;
  /** The version that somebody else wrote; `gone`: the file was removed; null: there is none. */
  readonly conflict: Signal<PlanFile | 'gone' | null>;
  readonly checker: ReturnType<typeof createChecker>;
  readonly editor: { current: CodeEditor | null };
  change(text: string): void;
  /** @param base the version to overwrite; default: the one that was opened. @returns the new version; null: it was not saved. */
  save(base?: string | null): Promise<string | null>;
  /** Replaces the text by a version on disk. */
  take(theirs: { readonly text: string; readonly version: string | null }): void;
}

/** @param mayPlan without it nothing is checked. */
export function usePlanEdit(opened: OpenedPlan, mayPlan: boolean): PlanEdit {
  const name = useSignal(opened.name);
  const text = useSignal(opened.draft ?? opened.text);
  const saved = useSignal(opened.version === null ? null : opened.text);
  const version = useSignal(opened.version);
  const isRestored = useSignal(opened.draft !== null);
  const note = useSignal('');
  const conflict = useSignal<PlanFile | 'gone' | null>(null);
  const editor = useRef<CodeEditor | null>(null);
  const checker = useMemo(() => createChecker(() => name.value), []);
  useEffect(() => {
    if (mayPlan) checker.check(text.value, 0);
    return () => checker.close();
  }, [language()]);
  useEffect(() => {
    const { value } = checker.checked;
    if (value !== null) editor.current?.mark(value.text, value.findings);
  });
  return {
    ...{ name, text, version, isRestored, note, conflict, checker, editor },
    isDirty: saved.value !== text.value,
    change(changed) {
      text.value = changed;
      note.value = '';
      if (mayPlan) checker.check(changed);
      keepDraft(name.value, saved.value === changed ? null : changed);
    },
    async save(base = version.value) {
      const sent = text.value;
      const isNew = version.value === null;
      try {
        const written = await post<PlanFile>('/plans/save', { name: name.value, text: sent, base });
        saved.value = sent;
        version.value = written.version;
        isRestored.value = false;
        keepDraft(name.value, text.value === sent ? null : text.value);
        note.value = say('editor.savedAt', { file: name.value });
        if (isNew) history.replaceState(null, '', `/plans/${encodeURIComponent(name.value)}`);
        return written.version;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.code === 'file-changed' && !isNew) conflict.value = await onDisk(name.value);
        else note.value = refusalText(error);
        return null;
      }
    },
    take(theirs) {
      saved.value = theirs.version === null ? null : theirs.text;
      version.value = theirs.version;
      editor.current?.replace(theirs.text);
      isRestored.value = false;
      keepDraft(name.value, null);
    },
  };
}

const onDisk = (name: string): Promise<PlanFile | 'gone'> =>
  get<PlanFile>(`/plans/${encodeURIComponent(name)}`).catch(() => 'gone' as const);
