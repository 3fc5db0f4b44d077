/**
 * A text that the server has rendered: amounts of money never break between sign, currency and digits, moments are in the
 * zone of the page, and fingerprints of keys are behind a click.
 */
import { useSignal } from '@preact/signals';
import { INSTANT, say } from '../language.ts';
import { Copy, Time } from './parts.tsx';

/** `+¥412.00`, `-12.30 USD`. */
const AMOUNT = /[+\-−]?¥[\d,]+(?:\.\d+)?|[+\-−]?\d[\d,]*(?:\.\d+)? [A-Z]{3}(?![A-Za-z])/;
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b/;
const KEY = /SHA256:[A-Za-z0-9+/]{43}/;
const PARTS = new RegExp(`(${MOMENT.source}|${KEY.source}|${AMOUNT.source})`);

export function Amounts({ text }: { text: string }) {
  const parts = text.split(PARTS);
  if (parts.length === 1) return <>{text}</>;
  return <>{parts.map((part, at) => (at % 2 === 1 ? <Part key={at} text={part} /> : part))}</>;
}

function Part({ text }: { text: string }) {
  const moment = INSTANT.exec(text);
  if (moment !== null) return <Time at={`${moment[1]}T${moment[2]}Z`} />;
  if (text.startsWith('SHA256:')) return <KeyOf fingerprint={text} />;
  return <span class="amount">{text}</span>;
}

/** The fingerprint of a key, which few people need: behind a click. */
export function KeyOf({ fingerprint }: { fingerprint: string }) {
  const isShown = useSignal(false);
  if (isShown.value) return <Copy text={fingerprint} />;
  return (
    <button type="button" class="link" title={say('approvals.key')} onClick={() => (isShown.value = true)}>
      {say('approvals.key.short')}
    </button>
  );
}
