/** Light or dark: as the system says, or as the person chose in this browser. */
const THEME = 'refit-theme';

/** Shows what the person chose earlier. */
export function startTheme(): void {
  show(localStorage.getItem(THEME));
}

/** Changes from light to dark or back, and remembers it. */
export function toggleTheme(): void {
  const isDark =
    (document.documentElement.dataset.theme ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const name = isDark ? 'light' : 'dark';
  show(name);
  localStorage.setItem(THEME, name);
}

function show(name: string | null): void {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
}
