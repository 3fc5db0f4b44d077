/** The man page refit(1), made from the table of commands. */

/**
 * The text of the page, for `man`.
 * @param table the commands, families, groups, program options and exit codes, as the help shows them.
 * @param about the version, and the date as `2026-12-01`.
 */
export function manPage({ commands, families, groups, options, exitCodes }, { version, date }) {
  const rowsIn = (entries) =>
    entries.flat().flatMap((word) => commands.filter(({ name }) => name.split(' ')[0] === word));
  const lines = [
    `.TH REFIT 1 ${quoted(date)} ${quoted(`Refit ${version}`)} ${quoted('User Commands')}`,
    '.SH NAME',
    String.raw`refit \- plan, review and apply size changes of TencentDB for Redis instances`,
    '.SH SYNOPSIS',
    '.B refit',
    '.RI [ options ] " command " [ arguments ]',
    '.SH DESCRIPTION',
    escaped(
      'Refit plans, reviews and applies size changes across a fleet of TencentDB for Redis instances. You write a plan of target sizes. Refit checks it against the live fleet, prices it, and seals it for review. Then it carries the plan out under the request limit of the provider, and leaves an audit report.',
    ),
    '.SH OPTIONS',
    'Every command takes these options.',
    ...[...options, HELP].flatMap(optionLines),
    ...Object.entries(groups).flatMap(([group, entries]) => [
      `.SH ${quoted(group.toUpperCase())}`,
      ...rowsIn(entries).flatMap((row) => commandLines(row, families)),
    ]),
    '.SH EXIT STATUS',
    ...exitCodes.flatMap(([code, means]) => ['.TP', bold(code), sentence(means)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, means]) => ['.TP', bold(name), sentence(means)]),
    '.SH FILES',
    ...FILES.flatMap(([name, means]) => ['.TP', italic(name), sentence(means)]),
  ];
  return `${lines.join('\n')}\n`;
}

const HELP = { flags: '-h, --help', summary: 'show the help of a command' };

const ENVIRONMENT = [
  ['TENCENTCLOUD_SECRET_ID', 'id of the key of the cloud account'],
  ['TENCENTCLOUD_SECRET_KEY', 'secret of that key'],
  ['REFIT_STORE', 'store of the runs: folder, or the URL of a PostgreSQL database'],
  ['REFIT_SIGNATURE', 'form of signatures of requests, as --signature'],
  ['REFIT_OIDC_CLIENT_SECRET', 'secret of the console at the provider of OpenID Connect'],
  ['XDG_STATE_HOME', 'folder of the state that Refit keeps for you; it uses refit below it'],
  ['NO_COLOR', 'print without colors'],
];

const FILES = [
  ['runs/', 'the directories of the runs, below the current folder'],
  ['~/.local/state/refit/', 'what Refit keeps for you: locks, and the runs that it has seen'],
  ['~/.tencentcloud/credentials', 'keys of the cloud account, in sections'],
];

function commandLines(row, families) {
  const family = row.name.split(' ')[0];
  const about = families[family] === undefined || family === row.name ? '' : ` (${families[family]})`;
  return [
    `.SS ${quoted(['refit', row.name, ...row.arguments.map(({ term }) => term)].join(' '))}`,
    sentence(row.summary + about),
    ...row.arguments.flatMap(({ term, summary }) => ['.TP', italic(term), sentence(summary)]),
    ...row.options.flatMap(optionLines),
    '.PP',
    row.examples.length === 1 ? 'Example:' : 'Examples:',
    '.PP',
    '.nf',
    '.RS 4',
    ...row.examples.map(escaped),
    '.RE',
    '.fi',
  ];
}

function optionLines({ flags, summary }) {
  return ['.TP', bold(flags), sentence(summary)];
}

/** A summary as a sentence. */
function sentence(text) {
  return escaped(`${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`);
}

/** A text as it is: a backslash and a hyphen mean themselves, and a line never starts a request. */
function escaped(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replace(/^\./gm, '\\&.');
}

function bold(text) {
  return `\\fB${escaped(text)}\\fR`;
}

function italic(text) {
  return `\\fI${escaped(text)}\\fR`;
}

/** An argument of a request, in which a quotation mark is written twice. */
function quoted(text) {
  return `"${escaped(text).replaceAll('"', '""')}"`;
}
