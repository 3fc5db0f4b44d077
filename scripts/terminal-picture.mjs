// Converts a terminal screen to a picture: text with colours (SGR sequences) to SVG.

const CELL = { width: 8.4, height: 19 };
const MARGIN = 16;
/** Colours of a dark terminal. Each has a contrast above 4.5 to the background. */
const GROUND = '#15181c';
const PLAIN = '#d8dee4';
const COLOURS = {
  31: '#ff7b87',
  32: '#7fd18b',
  33: '#e8c46a',
  34: '#7db8f0',
  35: '#d7a1ee',
  36: '#76d0d0',
  90: '#98a2ad',
};

/**
 * `screen` is the output of `tmux capture-pane -e`; `title` is the text for screen readers. Returns the SVG.
 */
export function terminalPicture(screen, { title, columns }) {
  const lines = screen.split('\n');
  const width = 2 * MARGIN + columns * CELL.width;
  const height = 2 * MARGIN + lines.length * CELL.height;
  const rows = lines.map((line, row) => {
    const y = MARGIN + (row + 0.75) * CELL.height;
    return spansOf(line)
      .filter(({ text }) => text.trim() !== '')
      .map(({ text, at, colour, isBold, isDim }) => {
        const style = [
          `fill="${colour ?? PLAIN}"`,
          ...(isBold ? ['font-weight="bold"'] : []),
          ...(isDim ? ['opacity="0.7"'] : []),
        ].join(' ');
        // Each span has the width of its cells in every font.
        const x = (MARGIN + at * CELL.width).toFixed(1);
        const length = (text.length * CELL.width).toFixed(1);
        return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${style}>${escaped(text)}</text>`;
      })
      .join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>`,
    ...rows.filter((row) => row !== ''),
    '</svg>',
    '',
  ].join('\n');
}

/** Splits a line into parts with the same style, each with its first column. */
function spansOf(line) {
  const spans = [];
  let [at, colour, isBold, isDim] = [0, null, false, false];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a sequence
  for (const [, codes, text] of line.matchAll(/(?:\x1b\[([\d;]*)m)?([^\x1b]*)/g)) {
    for (const code of codes === undefined ? [] : codes.split(';').map(Number)) {
      if (code === 0) [colour, isBold, isDim] = [null, false, false];
      else if (code === 1) isBold = true;
      else if (code === 2) isDim = true;
      else if (code === 22) [isBold, isDim] = [false, false];
      else if (code === 39) colour = null;
      else colour = COLOURS[code] ?? colour;
    }
    // These screens have no characters outside the basic plane, and none wider than a cell.
    if (text !== '') spans.push({ text, at, colour, isBold, isDim });
    at += text.length;
  }
  return spans;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
