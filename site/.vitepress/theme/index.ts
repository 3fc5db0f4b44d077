/** The default theme without its fonts, so that pages use those of the system, and a menu of versions. */
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { VersionMenu } from './version-menu.ts';
import './style.css';

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component('VersionMenu', VersionMenu),
};
export default theme;
