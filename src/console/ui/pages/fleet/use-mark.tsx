/** Memory in use: its colour, its words, and the legend. Unknown values are hatched. */
import { BAND_STARTS, bandOf } from '../../../../operations/fleet/use-bands.ts';
import { say } from '../../language.ts';

/** The fill of a band, from 0; -1: hatched. */
export const bandClass = (band: number): string => (band < 0 ? 'band-unknown' : `band-${band}`);

/** The hatching for unknown values, to be put into an SVG. @param id of it on the page. */
export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch-paper" width="6" height="6" />
        <line class="hatch-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </defs>
  );
}

/** A small square of a band. */
function Square({ band }: { band: number }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {band < 0 && <Hatch id="hatch-small" />}
      <rect
        class={bandClass(band)}
        width="14"
        height="14"
        fill={band < 0 ? 'url(#hatch-small)' : undefined}
      />
    </svg>
  );
}

/** `63 %`, or that it is not known. */
export const useText = (use: number | null): string =>
  use === null ? say('fleet.use.unknown') : `${Math.round(use * 100)} %`;

/** A use with its colour. */
export function Use({ use }: { use: number | null }) {
  return (
    <span class="use">
      <Square band={bandOf(use)} />
      {use === null ? <span class="soft">–</span> : useText(use)}
    </span>
  );
}

/** The words of a band: `70–85 %`. */
export function bandText(band: number): string {
  if (band < 0) return say('fleet.use.unknown');
  const from = Math.round(BAND_STARTS[band]! * 100);
  const next = BAND_STARTS[band + 1];
  return next === undefined ? `≥ ${from} %` : `${from}–${Math.round(next * 100)} %`;
}

/** What the colours mean. */
export function Legend() {
  return (
    <ul class="legend">
      {[...BAND_STARTS.keys(), -1].map((band) => (
        <li key={band}>
          <Square band={band} />
          {bandText(band)}
        </li>
      ))}
      <li>{say('fleet.map.legend')}</li>
    </ul>
  );
}
