/** A plan in the editor, with its dry run beside it. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { InventoryNames, PlanList } from '../../../api/plans.ts';
import { permits } from '../../../api/roles.ts';
import type { Person } from '../../../api/session.ts';
import { get, Refused } from '../../client.ts';
import { say } from '../../language.ts';
import { usePageCommands } from '../../parts/page-commands.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Empty, Problem } from '../../parts/parts.tsx';
import { go } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { DuePanel } from '../schedule/due-panel.tsx';
import { type CodeEditor, createCodeEditor } from './code-editor.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { DryRunPanel, useDryRun } from './dry-run.tsx';
import { FindingList } from './finding-list.tsx';
import { useLeaveWarning, useSaveKey } from './leave-warning.tsx';
import { type OpenedPlan, openPlan } from './plan-edit.ts';
import type { SchemaNode } from './plan-schema.ts';
import { SealDialog } from './seal-dialog.tsx';
import { type PlanEdit, usePlanEdit } from './use-plan-edit.ts';
import './plans.css';

/** `/plans/NAME`, or `/plans/new` without parts. */
export function EditorPage({ person, parts }: PageProps) {
  const name = parts[0] ?? null;
  usePageTitle(name ?? say('editor.new'));
  const opened = useSignal<OpenedPlan | Refused | undefined>(undefined);
  const folder = useSignal<PlanList | undefined>(undefined);
  useEffect(() => {
    const open = async () => {
      const list = await get<PlanList>('/plans');
      folder.value = list;
      if (list.folder !== null) opened.value = await openPlan(name);
    };
    open().catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      opened.value = error;
    });
  }, [name]);
  if (folder.value?.folder === null)
    return <Empty title="plans.none.title" text="plans.none.text" command="refit serve --plans plans" />;
  const now = opened.value;
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} />;
  const inventories = folder.value?.inventories.filter(({ damage }) => damage === null) ?? [];
  return <PlanEditor opened={now} inventories={inventories.map(({ file }) => file)} person={person} />;
}

function PlanEditor({
  opened,
  inventories,
  person,
}: {
  opened: OpenedPlan;
  inventories: readonly string[];
  person: Person;
}) {
  const mayPlan = permits(person.roles, 'plan');
  const edit = usePlanEdit(opened, mayPlan);
  const { name, text, checker, editor } = edit;
  const isSealing = useSignal(false);
  const { value: checked } = checker.checked;
  const isOfText = checked !== null && checked.text === text.value;
  const verdict = !isOfText ? 'unknown' : checked.isValid ? 'valid' : 'invalid';
  const dryRun = useDryRun({ name, text, inventories, verdict });
  const leave = useLeaveWarning(edit.isDirty);
  const save = (): void => void edit.save();
  const start = (): void => void dryRun.start();
  useSaveKey(mayPlan ? save : null);
  const seal = (): void => {
    isSealing.value = true;
  };
  usePageCommands(
    mayPlan
      ? [
          { text: say('editor.save'), run: save },
          { text: say('dry.run'), run: start },
          ...(verdict === 'invalid' ? [] : [{ text: say('seal.title'), run: seal }]),
        ]
      : [],
  );
  return (
    <article>
      <PlanBar edit={edit} mayPlan={mayPlan} isInvalid={verdict === 'invalid'} onSeal={seal} />
      <Notices edit={edit} opened={opened} mayPlan={mayPlan} />
      {edit.version.value !== null && <DuePanel name={name.value} person={person} />}
      <div class="plan-editor">
        <div class="plan-code">
          <CodeHost
            {...{ editor, text: text.value, isReadOnly: !mayPlan, names: dryRun.names }}
            onChange={edit.change}
            onSave={save}
            onDryRun={start}
          />
          {mayPlan && (
            <FindingList
              checker={checker}
              onOpen={({ line, column }) => editor.current?.goTo(line ?? 1, column ?? 1)}
              onFix={(finding) => editor.current?.fix(finding)}
            />
          )}
        </div>
        {mayPlan && <DryRunPanel dryRun={dryRun} inventories={inventories} />}
      </div>
      <Conflict edit={edit} />
      {isSealing.value && (
        <SealDialog
          plan={{ ...opened, name: name.value, version: edit.version.value, isDirty: edit.isDirty }}
          save={edit.save}
          onBlocked={({ review, findings }) => {
            isSealing.value = false;
            edit.note.value = say('seal.blocked');
            dryRun.show({ review, findings, changedSince: null, took: 0 }, text.value);
          }}
          onSealed={(saved) => go(`/reviews/${encodeURIComponent(saved)}`)}
          onClose={() => {
            isSealing.value = false;
          }}
        />
      )}
      {leave}
    </article>
  );
}

/** The name of the plan, whether it is saved, and what can be done with it. */
function PlanBar({
  edit,
  mayPlan,
  isInvalid,
  onSeal,
}: {
  edit: PlanEdit;
  mayPlan: boolean;
  isInvalid: boolean;
  onSeal: () => void;
}) {
  const { name, version, isDirty, note } = edit;
  return (
    <div class="title">
      <h1>{version.value === null ? say('editor.new') : name.value}</h1>
      {version.value === null && (
        <input
          aria-label={say('editor.file')}
          value={name.value}
          spellcheck={false}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        />
      )}
      {mayPlan && (
        <>
          <Badge
            tone={isDirty ? 'warning' : 'verified'}
            text={say(isDirty ? 'editor.unsaved' : 'editor.saved')}
          />
          <button type="button" onClick={() => void edit.save()} disabled={!isDirty} title="Ctrl+S">
            {say('editor.save')}
          </button>
          <button
            type="button"
            class="primary"
            onClick={onSeal}
            disabled={isInvalid}
            title={isInvalid ? say('dry.invalid') : undefined}
          >
            {say('seal.act')}…
          </button>
        </>
      )}
      <span role="status">{note.value}</span>
    </div>
  );
}

function Notices({ edit, opened, mayPlan }: { edit: PlanEdit; opened: OpenedPlan; mayPlan: boolean }) {
  if (mayPlan && !edit.isRestored.value) return null;
  return (
    <div class="notices">
      {!mayPlan && <p>{say('editor.mayNot')}</p>}
      {edit.isRestored.value && (
        <p>
          {say('editor.restored')}{' '}
          <button type="button" onClick={() => edit.take(opened)}>
            {say('editor.discard')}
          </button>
        </p>
      )}
    </div>
  );
}

function Conflict({ edit }: { edit: PlanEdit }) {
  const { conflict, name, text } = edit;
  if (conflict.value === null) return null;
  const close = (): void => {
    conflict.value = null;
  };
  return (
    <ConflictDialog
      {...{ name: name.value, mine: text.value, theirs: conflict.value, onClose: close }}
      onOverwrite={(base) => {
        close();
        void edit.save(base);
      }}
      onTake={(theirs) => {
        close();
        edit.take(theirs);
      }}
    />
  );
}

function CodeHost({
  editor,
  text,
  isReadOnly,
  names,
  ...ports
}: {
  editor: { current: CodeEditor | null };
  text: string;
  isReadOnly: boolean;
  names: Signal<InventoryNames | null>;
  onChange: (text: string) => void;
  onSave: () => void;
  onDryRun: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const schema = useRef<SchemaNode | null>(null);
  // The editor lives as long as the page, and calls what the page is now.
  const latest = useRef(ports);
  latest.current = ports;
  useEffect(() => {
    const created = createCodeEditor(host.current!, {
      ...{ label: say('editor.label'), isReadOnly, text },
      onChange: (changed) => latest.current.onChange(changed),
      onSave: () => latest.current.onSave(),
      onDryRun: () => latest.current.onDryRun(),
      names: () => names.value,
      schema: () => schema.current,
      applyWord: (value) => say('editor.apply', { text: value }),
    });
    editor.current = created;
    // Without it, nothing is completed.
    get<SchemaNode>('/plans/schema').then(
      (read) => {
        schema.current = read;
      },
      () => undefined,
    );
    return () => {
      created.close();
      editor.current = null;
    };
  }, []);
  return <div class="code-host" ref={host} />;
}
