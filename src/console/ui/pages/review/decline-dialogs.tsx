/** Declines a plan with a reason, and withdraws that. */
import { useSignal } from '@preact/signals';
import type { DeclineRequest, DeclineView, WithdrawRequest } from '../../../api/reviews.ts';
import { post, Refused } from '../../client.ts';
import { say } from '../../language.ts';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import type { Reviewing } from './reviewing.ts';

/** Characters of a reason. Source: `LONGEST_REASON`. */
const LONGEST = 1_000;

export function DeclineDialog({
  view,
  base,
  onChange,
  onClose,
}: Reviewing & { readonly onClose: () => void }) {
  const reason = useSignal('');
  const asking = useAsking();
  const send = async (): Promise<void> => {
    if (reason.value.trim() === '')
      throw new Refused(0, { code: 'usage', message: say('decline.reason.missing'), fix: '' });
    const asked: DeclineRequest = { digest: view.plan.digest, reason: reason.value };
    await post(`${base}/decline`, asked);
    await onChange();
    onClose();
  };
  return (
    <Dialog
      title={say('decline.title')}
      action={say('decline.act')}
      isDangerous
      onAct={() => void asking.run(send)}
      onClose={onClose}
    >
      <p>{say('decline.effect')}</p>
      <label class="reason">
        {say('decline.reason')}
        <textarea
          rows={3}
          maxLength={LONGEST}
          value={reason.value}
          onInput={({ currentTarget }) => (reason.value = currentTarget.value.replaceAll('\n', ' '))}
        />
      </label>
      <RefusalLine error={asking.refused.value} />
    </Dialog>
  );
}

export function WithdrawDialog({
  view,
  base,
  decline,
  onChange,
  onClose,
}: Reviewing & { readonly decline: DeclineView; readonly onClose: () => void }) {
  const asking = useAsking();
  return (
    <Dialog
      title={say('withdraw.title')}
      action={say('withdraw.act')}
      onAct={() =>
        void asking.run(async () => {
          const asked: WithdrawRequest = { digest: view.plan.digest, id: decline.id };
          await post(`${base}/withdraw`, asked);
          await onChange();
          onClose();
        })
      }
      onClose={onClose}
    >
      <p>{say('withdraw.effect')}</p>
      <RefusalLine error={asking.refused.value} />
    </Dialog>
  );
}
