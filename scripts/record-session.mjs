// Plans, applies and reports against the simulator in a real terminal of 80 columns. Writes the screen to
// docs/session.md, and the README's pictures: docs/terminal.svg in the middle of the run, docs/report.png of the report.
// Needs tmux and chromium. The output has no name and no path of this machine.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.mjs';
import { root } from './install.mjs';
import { terminalPicture } from './terminal-picture.mjs';

const URL = 'http://127.0.0.1:8420';
const COLUMNS = 80;
/** Neutral names for this machine in the recording. */
const FOLDER = '/srv/fleet';
const USER = 'wei';
const HOST = 'ops-1';
const LIMIT = 120_000;

build();
const node = join(root, 'node_modules/.bin/node');
const main = join(root, 'dist/cli/main.js');
const base = mkdtempSync(join(tmpdir(), 'refit-session-'));
const folder = join(base, 'fleet');
const socket = join(base, 'tmux.sock');

const tmux = (...args) =>
  execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
const screen = () => tmux('capture-pane', '-p').trimEnd();
const everything = () => tmux('capture-pane', '-p', '-S', '-').trimEnd();
const isAtPrompt = () => screen().split('\n').at(-1) === '$';

async function until(condition, isTrue) {
  for (const startedAt = Date.now(); !isTrue(); await sleep(50))
    if (Date.now() - startedAt > LIMIT)
      throw new Error(`not within ${LIMIT / 1000} s: ${condition}\n${screen()}`);
}

/** Types a command on an empty screen and waits for its end. @returns the screen from the command on. */
async function type(command, during = async () => {}) {
  tmux('send-keys', 'clear', 'Enter');
  await until('an empty screen', () => screen() === '$');
  tmux('clear-history');
  tmux('send-keys', '-l', command);
  tmux('send-keys', 'Enter');
  await during();
  await until(`the end of ${command}`, () => isAtPrompt() && everything().length > command.length + 4);
  return masked(everything().replace(/\n\$$/, ''));
}

function masked(text) {
  const words = [
    [folder, FOLDER],
    [userInfo().username, USER],
    [hostname(), HOST],
  ];
  const word = (one) =>
    new RegExp(`(?<![\\w:-])${one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g');
  return words.reduce((masked, [own, neutral]) => masked.replace(word(own), neutral), text);
}

/** Takes a screenshot of the top of a page in a browser. */
function photograph(page, picture) {
  const neutral = join(base, 'page.html');
  writeFileSync(neutral, masked(readFileSync(page, 'utf8')));
  const flags =
    '--headless --no-sandbox --disable-gpu --disable-background-networking --hide-scrollbars'.split(' ');
  const profile = `--user-data-dir=${join(base, 'profile')}`;
  const size = ['--window-size=1180,980', `--screenshot=${picture}`];
  execFileSync('chromium', [...flags, profile, ...size, `file://${neutral}`], { stdio: 'ignore' });
}

const fenced = (text) => `\`\`\`text\n${text}\n\`\`\`\n`;

const simulator = spawn(
  node,
  [main, 'simulate', '-q', '--port', '8420', '--duration', '2s..7s', '--start-lag', '200ms..600ms'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const [line] = await once(createInterface({ input: simulator.stdout }), 'line');
  const { secretId, secretKey } = JSON.parse(line);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(join(root, 'plans/session.yaml'), join(folder, 'plan.yaml'));
  writeFileSync(join(folder, 'bin/refit'), `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`);
  chmodSync(join(folder, 'bin/refit'), 0o755);
  const env = {
    PS1: '$ ',
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: base,
    TERM: 'screen-256color',
    LC_ALL: 'C.UTF-8',
    XDG_STATE_HOME: join(base, 'state'),
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
  };
  const shell = `exec env -i ${Object.entries(env)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')} sh`;
  tmux('-u', 'new-session', '-d', '-x', String(COLUMNS), '-y', '44', '-c', folder, shell);
  await until('a prompt', isAtPrompt);

  const planned = await type(`refit plan plan.yaml --price -o saved.json --endpoint ${URL}`);
  let inProgress = '';
  let drawn = '';
  const applied = await type(`refit apply saved.json --endpoint ${URL}`, async () => {
    await until('the question', () => screen().includes('Only "yes" is accepted'));
    tmux('send-keys', '-l', 'yes');
    tmux('send-keys', 'Enter');
    // During the second wave, when some steps have ended and some are in progress.
    await until('the middle of the run', () => /^▸ rest .* [3-9]\/\d+/m.test(screen()));
    inProgress = masked(screen());
    drawn = masked(tmux('capture-pane', '-e', '-p').trimEnd());
  });
  const run = readdirSync(join(folder, 'runs')).find((name) => /^\d{8}T/.test(name));
  const reported = await type(`refit report runs/${run}`);
  const verified = await type(`refit audit verify runs/${run}`);

  const isFirstOfRun = (text) => text.includes('run directory ');
  /** The text from the last matching line. */
  const from = (text, isFirst) => {
    const lines = text.split('\n');
    return lines.slice(Math.max(0, lines.findLastIndex(isFirst))).join('\n');
  };
  /** The lines during the run and the end. The report between them is shown below. */
  const lines = from(applied, isFirstOfRun).split('\n');
  const waveEnded = lines.findLastIndex((text) => /^wave \d+ of \d+ .* has ended$/.test(text));
  const ending = from(applied, (text) => text.startsWith('VERIFIED '));
  const ended = [...lines.slice(0, waveEnded + 1), '…', ending].join('\n');
  const document = [
    '# A session at the terminal',
    '',
    'The output of a terminal with 80 columns, against the simulated cloud. `npm run record-session` records it. The plan is',
    '[plans/session.yaml](../plans/session.yaml).',
    '',
    '## Plan',
    '',
    'At the provider, this command only reads. It shows the orders, what is blocked and why, and the costs.',
    '',
    fenced(planned),
    '## Apply',
    '',
    '`refit apply` shows the plan again, asks, and carries it out. During the second wave:',
    '',
    fenced(from(inProgress, isFirstOfRun)),
    'Refit draws the picture in place, and keeps important lines above it. At the end it prints the report:',
    '',
    fenced(ended),
    '## Report',
    '',
    'The report is available at any time, also after a crash. It is computed from the saved plan and the journal only:',
    '',
    fenced(reported),
    'The last command checks that no byte of the journal has changed:',
    '',
    fenced(verified),
  ];
  writeFileSync(join(root, 'docs/session.md'), `${document.join('\n').trimEnd()}\n`);
  const title = 'A run in a terminal of 80 columns, during the second wave';
  writeFileSync(
    join(root, 'docs/terminal.svg'),
    terminalPicture(from(drawn, isFirstOfRun), { title, columns: COLUMNS }),
  );
  photograph(join(folder, 'runs', run, 'report.html'), join(root, 'docs/report.png'));
  process.stderr.write('docs/session.md docs/terminal.svg docs/report.png\n');
} finally {
  try {
    tmux('kill-server');
  } catch {
    // tmux was never started.
  }
  simulator.kill('SIGTERM');
  rmSync(base, { recursive: true, force: true });
}
