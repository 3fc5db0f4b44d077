// A terminal's screen as a picture: text with colours (SGR sequences) to SVG.

const CELL = { width: 8.4, height: 19 };
const MARGIN = 16;
/** Of a dark terminal: the contrast of each to the ground is above 4.5. */
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
 * `screen` is what `tmux capture-pane -e` prints; `title` is the picture's name for who cannot see it. Returns the SVG.
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
        // Each span has the width of its cells, whatever the font.
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

/** The parts of a line that look alike, each with the column in which it begins. */
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
    // Characters outside the basic plane or wider than a cell are not on these screens.
    if (text !== '') spans.push({ text, at, colour, isBold, isDim });
    at += text.length;
  }
  return spans;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
