/** Signing in at a provider of another site, in Chromium, which keeps cookies by its own rules. And pages that frame the console. */
import { createServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openSignIn } from '../../src/operations/people/open-sign-in.ts';
import { CLIENT_SECRET } from '../../src/operations/people/sign-in.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser, violations } from './console-page.ts';
import { pagesOf, startTestConsole } from './test-console.ts';
import { CLIENT_ID, SECRET, startTestIssuer } from './test-issuer.ts';

/** A folder for pictures; absent: none. */
const PICTURES = process.env.REFIT_PICTURES;

/** Looks at a page in each width, theme and language. */
async function look(page: Page, name: string): Promise<void> {
  for (const language of ['en', 'zh'] as const) {
    for (const width of [390, 1440]) {
      const colorScheme = (width === 390) === (language === 'en') ? 'dark' : 'light';
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const state = `${name}-${language}-${width}`;
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${state}.png`, fullPage: true });
      expect(await violations(page), state).toEqual([]);
      expect(await cutOff(page), state).toEqual([]);
    }
    await page.getByRole('button', { name: language === 'en' ? '中文' : 'English' }).click();
    await page.locator(`html[lang^="${language === 'en' ? 'zh' : 'en'}"]`).waitFor();
  }
}

describe.skipIf(CHROMIUM === undefined)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('a person signs in at a provider of another site, gets the page that was asked for, and no frame shows it', async (test) => {
    const port = 40_000 + (process.pid % 10_000);
    const issuer = await startTestIssuer([`http://localhost:${port}/api/oidc/callback`], '127.0.0.1');
    test.onTestFinished(() => issuer.close());
    const people = {
      ...{ issuer: issuer.issuer, clientId: CLIENT_ID, scopes: ['openid', 'profile', 'groups'] },
      ...{ nameClaim: 'preferred_username', groupsClaim: 'groups', domains: null, defaultRole: null },
      roles: { viewer: ['engineering'] },
    };
    const signIn = openSignIn({ people, env: { [CLIENT_SECRET]: SECRET }, clock: systemClock });
    const at = await startTestConsole({
      ...{ signIn, pages: await pagesOf(inject('built')) },
      listen: { option: '--listen', host: '127.0.0.1', port },
    });
    test.onTestFinished(() => at.close());
    const { origin } = at.server;
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(PATIENCE);

    // Without a group that has a role, the page says why, and keeps the address that was asked for.
    issuer.next = { sub: '1', preferred_username: 'wei', groups: ['guests'] };
    await page.goto(`${origin}/runs?state=ended`);
    const link = page.getByRole('link', { name: `Sign in with ${new URL(issuer.issuer).host}` });
    await link.waitFor();
    await look(page, 'sign-in');
    await link.click();
    const alert = page.getByRole('alert');
    await alert.getByText(/none of your groups has a role/).waitFor();
    await look(page, 'sign-in-refused');

    issuer.next = { ...issuer.next, groups: ['engineering'] };
    await link.click();
    await page.getByText('No run yet').waitFor();
    expect(page.url()).toBe(`${origin}/runs?state=ended`);
    const own = (await page.context().cookies(origin)).filter(({ name }) => name.startsWith('refit-'));
    expect(own.map(({ sameSite, httpOnly }) => [sameSite, httpOnly])).toEqual([['Strict', true]]);

    // A link in a chat of another site: the page itself asks for the session.
    const elsewhere = createServer((request, answer) =>
      answer
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          request.url === '/link'
            ? `<a href="${origin}/runs">the run</a>`
            : `<iframe src="${origin}/runs"></iframe>`,
        ),
    );
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    test.onTestFinished(() => void elsewhere.close());
    const { port: other } = elsewhere.address() as { readonly port: number };
    await page.goto(`http://127.0.0.1:${other}/link`);
    await page.getByRole('link', { name: 'the run' }).click();
    await page.getByText('No run yet').waitFor();

    // The second is of the same site, so its frame gets the cookie. It shows nothing either.
    for (const host of ['127.0.0.1', 'localhost']) {
      const refused = page.waitForEvent('console', (said) => /frame-ancestors 'none'/.test(said.text()));
      await page.goto(`http://${host}:${other}/frame`);
      await refused;
      const texts = page.frames().map((frame) => frame.url());
      expect(texts, host).not.toContain(`${origin}/runs`);
    }
  });
});
