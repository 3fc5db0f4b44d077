/** Passkeys in a real browser with a virtual authenticator: what Chromium answers counts, and what another page asks does not. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import type { Approver } from '../../src/model.ts';
import {
  finishPasskeyApproval,
  preparePasskeyApproval,
} from '../../src/operations/approvals/passkey-approval.ts';
import {
  finishPasskeyRegistration,
  preparePasskeyRegistration,
} from '../../src/operations/approvals/passkey-registration.ts';
import { folderSignatures } from '../../src/store/folder/signed-files.ts';
import { planFor } from '../approval/authenticator.ts';
import { HOUR, NOW } from '../approval/people.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

it.runIf(process.env.REFIT_REQUIRE_ALL === '1')('Chromium is installed', () => {
  expect(CHROMIUM, 'apt-get install chromium').toBeDefined();
});

describe.skipIf(CHROMIUM === undefined)('a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refit-passkey-browser-'));
  let server: Server;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  let address: { relyingParty: string; origin: string };
  let count = 0;

  beforeAll(async () => {
    server = createServer((_, answer) =>
      answer.setHeader('content-type', 'text/html').end('<title>console</title>'),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    address = { relyingParty: 'localhost', origin: `http://localhost:${port}` };
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(address.origin);
    devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs with an authenticator that has no passkey yet. */
  async function withAuthenticator<T>(isUserVerified: boolean, work: (id: string) => Promise<T>): Promise<T> {
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified,
        automaticPresenceSimulation: true,
      },
    });
    try {
      return await work(authenticatorId);
    } finally {
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    }
  }

  // The functions run in the browser, which has names that Node lacks.
  const inPage = (call: string, options: unknown): Promise<unknown> =>
    page.evaluate(`(async () => {
      const read = PublicKeyCredential.${call === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'};
      const publicKey = read.call(PublicKeyCredential, ${JSON.stringify(options)});
      return (await navigator.credentials.${call}({ publicKey })).toJSON();
    })()`);

  async function register(name: string, taken: readonly Approver[] = []) {
    const who = { name, address, taken };
    const options = await preparePasskeyRegistration(who);
    return finishPasskeyRegistration(await inPage('create', options), options.challenge, who);
  }

  function planOf(approver: Approver) {
    const file = join(folder, `plan-${++count}.json`);
    const saved = planFor([approver]);
    return { file, plan: { saved, signatures: folderSignatures(file, null), stored: null } };
  }

  it('registers a passkey, approves a plan and a wave with it, and its counter grows', async () => {
    await withAuthenticator(true, async () => {
      const { approver, isSynced } = await register('jun');
      expect(isSynced).toBe(false);
      const { plan, file } = planOf(approver);
      for (const [at, wave] of [undefined, 'rest'].entries()) {
        const request = { by: 'jun', wave, expires: HOUR, now: NOW + at, address };
        const { text, options } = await preparePasskeyApproval(plan, file, request);
        const credential = await inPage('get', options);
        await finishPasskeyApproval(plan, file, { text, credential }, request);
      }
      const offered = await plan.signatures.offered('approvals');
      for (const wave of [null, 2])
        expect(judgeApprovals(plan.saved, wave, offered, NOW + 2)).toMatchObject({
          enough: true,
          rejected: wave === null ? [{ reason: { id: 'approval.other-wave' } }] : [],
        });
    });
  });

  it('does not register the same authenticator twice', async () => {
    await withAuthenticator(true, async () => {
      const { approver } = await register('jun');
      await expect(register('li', [approver])).rejects.toThrow(
        /InvalidStateError|credentials already registered/,
      );
    });
  });

  it('that does not verify the person makes no approval', async () => {
    await withAuthenticator(true, async (authenticatorId) => {
      const { approver } = await register('jun');
      const { plan, file } = planOf(approver);
      const request = { by: 'jun', expires: HOUR, now: NOW, address };
      const { text, options } = await preparePasskeyApproval(plan, file, request);
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await expect(inPage('get', { ...options, timeout: 2000 })).rejects.toThrow(/NotAllowedError/);
      // A page that asks for less gets an assertion, which does not count.
      const credential = await inPage('get', { ...options, userVerification: 'discouraged' });
      await expect(finishPasskeyApproval(plan, file, { text, credential }, request)).rejects.toMatchObject({
        code: 'not-approved',
        message: expect.stringMatching(/did not verify the person/),
      });
    });
  });

  it('approves at the address of the list only', async () => {
    await withAuthenticator(true, async () => {
      const { approver } = await register('jun');
      const key = approver.key.replace(address.origin, 'http://localhost:1');
      const { plan, file } = planOf({ ...approver, key });
      const elsewhere = { relyingParty: 'localhost', origin: 'http://localhost:1' };
      const request = { by: 'jun', expires: HOUR, now: NOW, address: elsewhere };
      const { text, options } = await preparePasskeyApproval(plan, file, request);
      const credential = await inPage('get', options);
      await expect(finishPasskeyApproval(plan, file, { text, credential }, request)).rejects.toMatchObject({
        message: expect.stringMatching(
          /signed at http:\/\/localhost:\d+, and counts at http:\/\/localhost:1 only/,
        ),
      });
    });
  });
});
