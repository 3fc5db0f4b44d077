/** The page's only script: filters and sorts tables that have a sieve. Everything is in the page without it. */
export const SIFT_SCRIPT = `(() => {
for (const tools of document.querySelectorAll('form.tools')) {
  const table = document.getElementById(tools.dataset.for);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const [find, pick] = [tools.querySelector('input'), tools.querySelector('select')];
  const sift = () => {
    const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = (!pick.value || row.cells[tools.dataset.by].dataset.v === pick.value) &&
        words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    tools.querySelector('output').textContent = shown.toLocaleString('en') + ' of ' + rows.length.toLocaleString('en') + ' shown';
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
  tools.addEventListener('input', sift);
  tools.hidden = false;
  sift();
}
})();`;
