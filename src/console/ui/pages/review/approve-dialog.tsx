/** Shows exactly what a person signs, and asks the passkey. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { escapeControls } from '../../../../text.ts';
import type {
  ApprovalAnswer,
  ApprovalRequest,
  ApprovalTextView,
  ApprovalView,
  ApprovedView,
} from '../../../api/reviews.ts';
import { post } from '../../client.ts';
import { say } from '../../language.ts';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Time } from '../../parts/parts.tsx';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { signWithPasskey } from '../../passkey.ts';
import type { Reviewing } from './reviewing.ts';

const HOURS = [1, 2, 8, 24, 72, 168];
const USUAL = 24;

/** @param approval what is approved: the plan or a wave. */
export function ApproveDialog({
  view,
  base,
  approval: { wave, you },
  onApproved,
  onChange,
  onClose,
}: Reviewing & {
  readonly approval: ApprovalView;
  readonly onApproved: (approved: ApprovedView) => void;
  readonly onClose: () => void;
}) {
  const { digest, name } = view.plan;
  const choices = HOURS.filter((one) => one <= view.mostHours);
  const hours = useSignal(Math.min(USUAL, view.mostHours));
  const passkeys = you.may ? you.passkeys : [];
  const key = useSignal(passkeys[0] ?? '');
  const made = useSignal<ApprovalTextView | null>(null);
  const asking = useAsking();
  const prepare = (): Promise<void> =>
    asking.run(async () => {
      const asked: ApprovalRequest = { digest, wave, hours: hours.value, key: key.value };
      made.value = await post<ApprovalTextView>(`${base}/approval`, asked);
    });
  useEffect(() => void prepare(), []);
  const sign = (): Promise<void> =>
    asking.run(async () => {
      const { text, options } = made.value!;
      const credential = await signWithPasskey(options);
      const answer: ApprovalAnswer = { digest, wave, text, credential };
      onApproved(await post<ApprovedView>(`${base}/approved`, answer));
      await onChange();
      onClose();
    });
  const now = made.value;
  return (
    <Dialog
      title={
        wave === null ? say('approve.title', { plan: name }) : say('approve.title.wave', { plan: name, wave })
      }
      action={now === null ? null : say('approve.act')}
      onAct={() => void sign()}
      onClose={onClose}
    >
      <p>{say('approve.about')}</p>
      <p>
        <label>
          {say('approve.hours')}{' '}
          <select
            value={hours.value}
            onChange={({ currentTarget }) => {
              hours.value = Number(currentTarget.value);
              void prepare();
            }}
          >
            {[...new Set([...choices, hours.value])].map((one) => (
              <option key={one} value={one}>
                {say('approve.hours.one', { hours: one })}
              </option>
            ))}
          </select>
        </label>
      </p>
      {passkeys.length > 1 && (
        <p>
          <label>
            {say('approve.key')}{' '}
            <select
              value={key.value}
              onChange={({ currentTarget }) => {
                key.value = currentTarget.value;
                void prepare();
              }}
            >
              {passkeys.map((one) => (
                <option key={one} value={one}>
                  {one.slice(0, 23)}…
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      {now !== null && (
        <>
          <p>
            {say('approve.as')} <strong>{now.by}</strong>. {say('approve.until')} <Time at={now.expiresAt} />.
          </p>
          <h3>{say('approve.text')}</h3>
          <pre class="signed-text">
            {/* The text is one line of JSON; each member gets a line of its own on the screen. */}
            {escapeControls(now.text)
              .split(/,(?=")/)
              .map((line, at, all) => (
                <span key={line}>
                  {line}
                  {at < all.length - 1 && ','}
                </span>
              ))}
          </pre>
          {now.warnings.map((one) => (
            <p key={one} class="warn">
              {one}
            </p>
          ))}
        </>
      )}
      <RefusalLine error={asking.refused.value} />
    </Dialog>
  );
}
