/** The texts of a page that are style and script. Only texts of `messages/` are in them, never data. */
import type { Words } from '../../messages/words.ts';

/** The page's style, for light and dark mode and for print. Outcomes differ in words, not only in colour. */
export const pageStyle = ({ frame }: Words): string => `
:root{color-scheme:light dark;--paper:#fff;--ink:#1d2327;--soft:#5c6770;--line:#d9dee2;--wash:#f5f7f8;
--verified:#2f7d5b;--failed:#b3261e;--refused:#d1602c;--drifted:#a87400;--skipped:#7b8790;--unknown:#7a4fb5;--not-run:#c3cad0;
--a0:#1f5f8b;--a1:#8fb8d3;--a2:#b9c6b0;--a3:#d8c39a;--a4:#c9b3cf;--limit:#b3261e;--link:#1f5f8b;--warn:#7d5700}
@media (prefers-color-scheme:dark){:root{--paper:#15191c;--ink:#e4e8ea;--soft:#9aa6ae;--line:#333b41;--wash:#1d2327;
--verified:#4fae85;--failed:#ef6f66;--refused:#ee8d5c;--drifted:#d9a43b;--skipped:#87939b;--unknown:#ae8be0;--not-run:#4a545b;
--a0:#5ba3d0;--a1:#345c77;--a2:#5c6b52;--a3:#766542;--a4:#6a5470;--limit:#ef6f66;--link:#7fbbe3;--warn:#d9a43b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:40px 32px 64px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:1.2;margin:0;font-weight:650;overflow-wrap:anywhere}
h2{font-size:18px;margin:48px 0 12px;font-weight:650;padding-top:12px;border-top:1px solid var(--line)}
h3{font-size:14px;margin:0 0 8px;font-weight:600}
p{margin:0 0 8px;max-width:80ch;overflow-wrap:anywhere}
.kind{margin:0 0 4px;color:var(--soft);font-size:13px}
.about{color:var(--soft);margin:4px 0 0}.about span+span::before{content:"·";margin-right:.5em}
.verdict{max-width:none;margin:20px 0;padding:12px 16px;border-left:4px solid var(--tone);background:var(--wash)}
.verdict strong{color:var(--tone);margin-right:8px}
.good{--tone:var(--verified)}.warn{--tone:var(--warn)}.bad{--tone:var(--failed)}.open{--tone:var(--link)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:2px 40px;margin:0}section+.facts{margin-top:32px}
.facts div{display:flex;gap:12px;padding:5px 0;border-bottom:1px solid var(--line)}
dt{flex:none;width:96px;color:var(--soft)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:24px 48px}
figure{margin:0 0 16px}figcaption,.note{color:var(--soft);font-size:13px;max-width:120ch}
svg{display:block;width:100%;height:auto}
.pair svg{max-width:520px}
.peaks{display:grid;grid-template-columns:190px minmax(0,1fr);gap:0 16px}.peaks figcaption{padding-top:12px;line-height:1.4}.peaks figcaption b{display:block;color:var(--ink);font-weight:600}.peaks figcaption span{display:block}
.peaks .scroll{margin:0;direction:rtl}.peaks svg{direction:ltr}
svg text{font-family:inherit;font-size:12px;fill:var(--ink)}svg .soft{fill:var(--soft)}svg .end{text-anchor:end}svg .mid{text-anchor:middle}
.grid{stroke:var(--line);stroke-width:1;fill:none}.base{stroke:var(--soft);stroke-width:1}.band{fill:var(--wash)}
.limit{stroke:var(--limit);stroke-width:1.5;fill:none}.plan{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4;fill:none}
.gap{fill:var(--line);opacity:.6}.tick{stroke:var(--o);stroke-width:2.5}
.mark{--o:var(--link)}.mark.died{--o:var(--failed)}.mark.stopped{--o:var(--warn)}.mark.resumed{--o:var(--verified)}.mark line{stroke:var(--o);stroke-width:1.5;stroke-dasharray:4 3}svg .mark text{fill:var(--o);paint-order:stroke;stroke:var(--paper);stroke-width:4px}
.faint{opacity:.45}.openend{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:2 2}
.m0{fill:var(--not-run)}.m1{fill:var(--a1)}.m2{fill:var(--a0)}.m3{fill:var(--verified)}
.a0{fill:var(--a0)}.a1{fill:var(--a1)}.a2{fill:var(--a2)}.a3{fill:var(--a3)}.a4{fill:var(--a4)}
.verified{--o:var(--verified)}.failed{--o:var(--failed)}.refused{--o:var(--refused)}.drifted{--o:var(--drifted)}
.skipped{--o:var(--skipped)}.unknown{--o:var(--unknown)}.not-run{--o:var(--not-run)}
.error{--o:var(--failed)}.warning{--o:var(--drifted)}.note-s{--o:var(--link)}
.blocked{--o:var(--failed)}.change{--o:var(--verified)}.unchanged{--o:var(--not-run)}
rect.o{fill:var(--o)}
span.o{white-space:nowrap}span.o::before,.key::before{content:"";display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:7px;background:var(--o)}
.key{--o:currentColor}.key.a0{--o:var(--a0)}.key.a1{--o:var(--a1)}.key.a2{--o:var(--a2)}.key.a3{--o:var(--a3)}.key.a4{--o:var(--a4)}
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;margin:8px 0 0;padding:0}ul.legend .zero{color:var(--soft)}
.scroll{overflow-x:auto;margin:8px 0 20px}a{color:var(--link)}.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin:8px 0 20px;font-size:13.5px;line-height:1.4}
caption{text-align:left;color:var(--soft);font-size:13px;padding:0 0 6px}caption b{color:var(--ink);font-weight:600}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--line)}td.w{overflow-wrap:anywhere}
thead th{position:sticky;top:0;z-index:1;background:var(--paper);box-shadow:inset 0 -1px var(--soft)}tr:target{background:var(--wash);outline:2px solid var(--link);outline-offset:-2px}tbody tr{scroll-margin-top:60px}
th{font-weight:600;vertical-align:bottom}.n{text-align:right;white-space:nowrap;padding-right:22px}.n:last-child{padding-right:0}td.n small{white-space:normal}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
th button{text-decoration:underline dotted var(--soft);text-underline-offset:4px}th[aria-sort=ascending] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
td small{display:block;color:var(--soft);font-size:.92em;overflow-wrap:anywhere}.nb{white-space:nowrap}
code,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em;overflow-wrap:anywhere}
td .id{white-space:nowrap}td small.id{font-size:.81em;white-space:normal}#steps td:first-child{min-width:15em}#attention td:first-child,#findings td:nth-child(2){min-width:13.5em}#findings td:nth-child(4){min-width:22em}
pre{margin:4px 0 0;font-size:12px;white-space:pre-wrap}
form.tools{display:flex;flex-wrap:wrap;align-items:center;gap:8px 20px;margin:0 0 8px}form.tools[hidden]{display:none}
input,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:4px;padding:4px 8px}
select{max-width:min(60vw,320px)}input:focus-visible,select:focus-visible{outline:2px solid var(--link);outline-offset:1px}output{color:var(--soft)}
footer{margin-top:48px;padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:13px}footer p{max-width:none;overflow-wrap:anywhere}
@media screen and (max-width:1000px){body{padding:24px 16px}.pair,.peaks{grid-template-columns:minmax(0,1fr)}.peaks figcaption span{display:inline-block}.peaks figcaption span:not(:last-child)::after{content:" ·"}.scroll svg{min-width:720px}
.facts div{display:block}table,tbody,caption{display:block}tbody tr{display:block;padding:8px 0;border-bottom:1px solid var(--line)}tbody tr[hidden]{display:none}
thead{display:none}form.tools:not([hidden])+table thead{display:block}thead tr{display:flex;flex-wrap:wrap;gap:4px 16px}thead th{position:static;padding:0 0 4px;border:0;box-shadow:none}
td,td.n{display:block;position:relative;min-width:0;padding:2px 0 2px 104px;border:0;text-align:left;white-space:normal}td:empty{display:none}td .id{white-space:normal}
#steps td:first-child,#attention td:first-child,#findings td:nth-child(n){min-width:0}td::before{position:absolute;left:0;width:96px;color:var(--soft);font-size:12px}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--wash:#fff}body{max-width:none;padding:0;font-size:11px}
form.tools{display:none}form.tools.on{display:block}.on label{display:none}.on output{color:var(--ink)}.on output::before{content:"${frame.filtered}"}.on output::after{content:" (" attr(data-by) ")"}thead th{position:static}.scroll{overflow:visible}table{font-size:9.5px}h2{font-size:15px;margin:24px 0 8px}figcaption,caption,.note,footer{font-size:10px}thead{display:table-header-group}tr,figure{break-inside:avoid}
h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}th button{text-decoration:none}}
`;

/** The style of cards of advice, each with a small picture. */
export const adviceStyle = `
.advice{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:16px}
.advice article{border:1px solid var(--line);border-radius:6px;padding:14px 16px;min-width:0}.advice article:target{outline:2px solid var(--link)}
.advice h3{font-size:15px;margin:0;overflow-wrap:anywhere}.advice p{font-size:13.5px;margin:0 0 6px}.advice .about{font-size:12.5px;margin:2px 0 6px}
.advice .id{font-weight:400;color:var(--soft)}.advice .sizes{font-size:15px;margin:0}.advice .soft{color:var(--soft)}.advice .soft b{color:var(--ink)}
.advice svg{margin:8px 0 10px;max-width:none;height:56px}.advice line{vector-effect:non-scaling-stroke}.advice .to{stroke:var(--verified);stroke-width:2}
.advice dl{display:grid;grid-template-columns:1fr 1fr;gap:2px 16px;margin:0 0 8px;font-size:12.5px}.advice dl div{display:flex;justify-content:space-between;gap:8px;border-bottom:1px solid var(--line)}.advice dt{width:auto;flex:1}
.tag{display:inline-block;font-size:12px;font-weight:600;padding:1px 7px;border-radius:4px;background:var(--wash);border:1px solid var(--line)}
.tag.grow,.tag.reshape{border-color:var(--failed)}.tag.shrink{border-color:var(--verified)}
@media print{.advice{grid-template-columns:1fr 1fr}.advice article{break-inside:avoid}}
`;

/**
 * The page's only script: filters and sorts tables, and labels the cells of tables that a narrow screen shows as cards.
 * It keeps the filters in the page's address: `#steps.outcome=failed&steps.find=cart`. The page is complete without it.
 */
export const tableScript = ({
  frame: {
    shown: [before, between, after],
    filterOf,
  },
}: Words): string => `(() => {
const sheet = document.styleSheets[0];
for (const table of document.querySelectorAll('table')) [...table.tHead.rows[0].cells].forEach((head, at) => sheet.insertRule(
  '@media screen and (max-width:1000px){#' + table.id + ' td:nth-child(' + (at + 1) + ')::before{content:' + JSON.stringify(head.textContent.split(',')[0]) + '}}', sheet.cssRules.length));
const all = [...document.querySelectorAll('form.tools')].map((tools) => {
  const table = document.getElementById(tools.dataset.for);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const fields = [...tools.elements].filter((field) => field.name);
  const [find, ...picks] = fields;
  let texts = null;
  const filter = () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = picks.map((pick) => pick.selectedIndex > 0 ? String(pick.selectedIndex - 1) : null);
    const used = fields.filter((field) => field.value).map((field) => ${filterOf}).join(', ');
    if (words.length) texts ??= rows.map((row) => row.textContent.toLowerCase());
    let shown = 0;
    rows.forEach((row, at) => {
      const own = used && (row.dataset.f ?? '').split(' ');
      const fits = !used || (wanted.every((one, n) => one === null || one === own[n]) && words.every((word) => texts[at].includes(word)));
      if (row.hidden === fits) row.hidden = !fits;
      if (fits) shown += 1;
    });
    const output = tools.querySelector('output');
    output.textContent = ${before === '' ? '' : `'${before}' + `}shown.toLocaleString('en') + '${between}' + rows.length.toLocaleString('en') + '${after}';
    output.dataset.by = used;
    tools.classList.toggle('on', used !== '');
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const was = head.getAttribute('aria-sort');
      const now = was === null ? 'ascending' : was === 'ascending' ? 'descending' : null;
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      if (now) head.setAttribute('aria-sort', now);
      const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = [...rows];
      if (now) order.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const by = x !== '' && y !== '' && !isNaN(x) && !isNaN(y) ? x - y : x.localeCompare(y, 'en', { numeric: true });
        return now === 'ascending' ? by : -by;
      });
      body.append(...order);
    });
  });
  tools.addEventListener('submit', (event) => event.preventDefault());
  tools.addEventListener('input', () => {
    filter();
    const kept = new URLSearchParams(all.flatMap(({ id, fields }) => fields.filter((field) => field.value).map((field) => [id + '.' + field.name, field.value])));
    history.replaceState(null, '', kept.size ? '#' + kept : location.href.split('#')[0]);
  });
  tools.hidden = false;
  return { id: table.id, fields, filter };
});
const read = () => {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const { id, fields, filter } of all) {
    for (const field of fields) {
      field.value = kept.get(id + '.' + field.name) ?? '';
      if (field.selectedIndex < 0) field.value = '';
    }
    filter();
  }
  document.querySelector('tr:target')?.scrollIntoView();
};
addEventListener('hashchange', read);
read();
})();`;
