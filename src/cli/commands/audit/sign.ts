/** `refit audit sign RUN`: signs the head of its journal. */
import { signRun } from '../../../operations/audit/sign-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { noteTrust } from '../../note-trust.ts';
import { print } from '../../output.ts';
import { onRun } from '../../with-run.ts';

export const auditSign = onRun(async (run, options, terminal) => {
  const { key, as, out } = options;
  const signing = { key, as, out, env: terminal.env, now: terminal.clock.now() };
  const { signature, path, fingerprint, saved, ended, notTrusted } = await signRun(run, signing);
  await print(terminal, options, {
    text: () => `${escapeControls(path)}\n`,
    json: { file: path, signature },
    indent: 2,
  });
  const { by, entries, head } = signature;
  terminal.hint(
    `${by} signed entry ${entries} of ${escapeControls(saved.name)} (journal head ${head.slice(0, 8)}) with ${fingerprint}`,
  );
  noteTrust(notTrusted, run, options, terminal);
  if (!ended) terminal.hint('the run has not ended: the signature does not cover later entries');
  return 0;
});
