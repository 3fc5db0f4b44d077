/** What has changed since an earlier seal: another saved plan of the folder, or the plan of a run. The choice is in the address. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ComparableView, PlanComparison } from '../../../api/reviews.ts';
import { get, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { query, setQuery } from '../../router.ts';

/** @param base the address of the review below `/api`. */
export function Comparison({ base }: { base: string }) {
  const [plan, run] = [query('plan'), query('run')];
  const spoken = language();
  const isOpen = useSignal(plan !== '' || run !== '');
  const others = useSignal<ComparableView | null>(null);
  const found = useSignal<PlanComparison | Refused | null>(null);
  useEffect(() => {
    if (!isOpen.value) return;
    get<ComparableView>(`${base}/others`).then(
      (view) => (others.value = view),
      () => undefined,
    );
  }, [base, isOpen.value]);
  useEffect(() => {
    found.value = null;
    if (plan === '' && run === '') return;
    const over = new AbortController();
    const with_ = plan === '' ? `run=${encodeURIComponent(run)}` : `plan=${encodeURIComponent(plan)}`;
    get<PlanComparison>(`${base}/diff?${with_}&language=${spoken}`, over.signal).then(
      (comparison) => (found.value = comparison),
      (error: unknown) => {
        if (error instanceof Refused) found.value = error;
      },
    );
    return () => over.abort();
  }, [base, plan, run, spoken]);
  return (
    <details open={isOpen.value} onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>{say('review.diff')}</summary>
      <label class="compare">
        {say('review.diff.choose')}{' '}
        <select
          value={plan === '' ? (run === '' ? '' : `run ${run}`) : `plan ${plan}`}
          onChange={({ currentTarget: { value } }) => {
            setQuery('plan', value.startsWith('plan ') ? value.slice('plan '.length) : '');
            setQuery('run', value.startsWith('run ') ? value.slice('run '.length) : '');
          }}
        >
          <option value="">{say('review.diff.nothing')}</option>
          <optgroup label={say('review.diff.plans')}>
            {named(others.value?.plans ?? [], plan).map((name) => (
              <option key={name} value={`plan ${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
          <optgroup label={say('review.diff.runs')}>
            {(others.value?.runs ?? []).map(({ id, plan: of }) => (
              <option key={id} value={`run ${id}`}>
                {of} · {id}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {found.value instanceof Refused && <RefusalLine error={found.value} />}
      {found.value !== null && !(found.value instanceof Refused) && <Differences comparison={found.value} />}
    </details>
  );
}

/** The plan of the address is a choice, also before the list is there. */
function named(plans: readonly string[], plan: string): readonly string[] {
  return plan === '' || plans.includes(plan) ? plans : [plan, ...plans];
}

const SIGNS: Readonly<Record<string, 'review.diff.added' | 'review.diff.removed' | 'review.diff.changed'>> = {
  '+': 'review.diff.added',
  '-': 'review.diff.removed',
  '~': 'review.diff.changed',
};

function Differences({ comparison: { isSame, from, to, tables } }: { comparison: PlanComparison }) {
  return (
    <div class="differences">
      <p>
        {say('review.diff.from')} <Amounts text={from} />
        <br />
        {say('review.diff.to')} <Amounts text={to} />
      </p>
      {isSame && <p class="good">{say('review.diff.same')}</p>}
      {tables.map(({ heading, rows }) => (
        <section key={heading}>
          <h3>{heading}</h3>
          <ul>
            {rows.map(([sign = '~', name, change], at) => (
              <li key={at} class={`sign-${sign === '+' ? 'added' : sign === '-' ? 'removed' : 'changed'}`}>
                <span class="sign" role="img" aria-label={say(SIGNS[sign] ?? 'review.diff.changed')}>
                  {sign}
                </span>
                <span>
                  <strong>{name}</strong> <Amounts text={change} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
