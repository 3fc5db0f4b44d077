/** A part of the overview. */
import type { ComponentChildren } from 'preact';

/** @param count shown beside the heading; null: nothing to count. */
export function Card({
  id,
  title,
  count = null,
  children,
}: {
  id: string;
  title: string;
  count?: number | null;
  children: ComponentChildren;
}) {
  return (
    <section class={`card ${id}`} aria-labelledby={id}>
      <h2 id={id}>
        {title} {count !== null && count > 0 && <span class="soft">{count}</span>}
      </h2>
      {children}
    </section>
  );
}
