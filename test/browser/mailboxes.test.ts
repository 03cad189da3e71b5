import type { Page } from 'playwright-core';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bounceMail } from '../support/bounce-mail.ts';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { logIn, openSetting } from '../support/browser-desk.ts';
import { eventually } from '../support/client.ts';
import { mailPassword, startDovecot, type Dovecot } from '../support/dovecot.ts';
import { admin, startHub, type TestHub } from '../support/hub.ts';
import { startMailSink, type MailSink } from '../support/mail.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';

describe.skipIf(inject('chromium') === null || inject('dovecot') === null)('a mailbox at the console', () => {
  const browser = useBrowser();
  let dovecot: Dovecot;
  let sink: MailSink;
  let hub: TestHub;
  let page: Page;
  let problems: string[] = [];
  const row = () => page.getByTestId('mail-account-row').filter({ hasText: 'support@patchbay.test' });
  const state = (look: string) => row().locator(`[data-testid=mail-account-state].status-${look}`);

  beforeAll(async () => {
    [dovecot, sink] = [await startDovecot(), await startMailSink()];
    hub = await startHub('postgres', { env: { SMTP_URL: sink.url }, overrides: { mailAccounts: quickAccounts } });
    {
      await using client = await dovecot.session('support');
      await client.mailboxCreate('Customers');
    }
    await dovecot.append('support', [mailNamed('gone-1', 0, 'gone@example.org')], 'Customers');
    const { status, body } = await hub.api('POST', '/api/v1/mail-accounts', {
      address: 'support@patchbay.test',
      host: '127.0.0.1',
      port: dovecot.port,
      security: 'none',
      username: 'support',
      password: mailPassword,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    const opened = await browser.open();
    ({ page, problems } = opened);
    await logIn(page, hub.url, admin);
    problems.length = 0;
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await dovecot?.[Symbol.asyncDispose]();
  });

  it('is tried out, turned to a folder that its server has, paused, resumed and looked at at once', async () => {
    await openSetting(page, 'mailAccounts');
    await state('resolved').waitFor();
    await row().getByTestId('mail-account-edit').click();
    await page.getByTestId('mail-account-password').fill('not the password');
    await page.getByTestId('mail-account-test').click();
    await page.getByRole('alert').filter({ hasText: 'refused' }).waitFor();
    await page.getByTestId('mail-account-password').fill(mailPassword);
    await page.getByTestId('mail-account-test').click();
    await page.getByText(/Signed in; [2-9] folders/).waitFor();
    await page.getByRole('combobox', { name: 'Folder', exact: true }).fill('Cust');
    await page.getByTitle('Customers', { exact: true }).click();
    expect(await keepPictures(page, 'mailbox-form')).toEqual([]);

    // Where its mail is to leave is tried, too, and not kept: IMAP is no SMTP.
    const port = page.getByTestId('mail-account-smtp-port');
    await page.getByTestId('mail-account-smtp-host').fill('127.0.0.1');
    await port.fill(String(dovecot.port));
    await page.getByRole('combobox', { name: 'SMTP encryption' }).click();
    await page
      .locator('.ant-select-dropdown:visible')
      .getByTitle('None (only for a server of your own network)')
      .click();
    // What was tried before is no word about this.
    await page.getByText(/Signed in; [2-9] folders/).waitFor({ state: 'detached' });
    await page.getByTestId('mail-account-test').click();
    const problem = page.getByTestId('mail-account-sending-problem');
    await problem.filter({ hasText: 'SMTP server: Trouble with the server' }).waitFor();
    await page.getByText(/Signed in; [2-9] folders/).waitFor();
    expect(await keepPictures(page, 'mailbox-form-sending')).toEqual([]);
    await port.fill(new URL(sink.url).port);
    await problem.waitFor({ state: 'detached' });
    await page.getByTestId('mail-account-test').click();
    await page.getByTestId('mail-account-sending-tested').waitFor();
    await page.getByTestId('mail-account-smtp-host').fill('');
    await page.getByTestId('mail-account-sending-tested').waitFor({ state: 'detached' });
    await page.getByTestId('mail-account-save').click();
    await row().getByText('127.0.0.1 · Customers').waitFor();
    await eventually(
      async () =>
        (await hub.api('GET', `/api/v1/messages?externalId=${encodeURIComponent('<gone-1@example.org>')}`)).body.items,
      (items) => items.length === 1,
    );

    await row().getByTestId('mail-account-toggle').click();
    await row().getByTestId('mail-account-try').waitFor({ state: 'detached' });
    await eventually(
      async () => (await hub.api('GET', '/api/v1/mail-accounts')).body.items[0].state,
      (now) => now === 'off',
    );
    await row().getByTestId('mail-account-toggle').click();
    await state('resolved').waitFor();
    await row().getByTestId('mail-account-try').click();
    await page.getByText('The mailbox is looked at now.').waitFor();
    expect(await keepPictures(page, 'mailboxes')).toEqual([]);
  });

  it('an address from which mail came back for good is marked where its customer is looked at', async () => {
    const { items } = (
      await hub.api('GET', `/api/v1/messages?externalId=${encodeURIComponent('<gone-1@example.org>')}`)
    ).body;
    const { ticketId } = items[0];
    await hub.api('POST', `/api/v1/tickets/${ticketId}/messages`, { text: 'Are you there?' });
    const { mail, envelopeFrom: to } = await sink.mails.until(
      ({ mail: { text } }) => text?.includes('Are you there?') === true,
      'the answer',
    );
    await page.goto(`${hub.url}/desk/${ticketId}`);
    await page.getByTestId('identifier').first().waitFor();
    expect(await page.getByTestId('address-mark').count()).toBe(0);
    const raw = bounceMail({
      id: '<back@example.org>',
      to,
      recipient: 'gone@example.org',
      fields: ['Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 User unknown'],
      about: mail.messageId,
    });
    const { smtpPort: port } = hub.ground;
    await createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
      envelope: { from: '', to },
      raw,
    });
    const mark = page.getByTestId('address-mark');
    await eventually(
      async () => {
        const { customerId } = (await hub.api('GET', `/api/v1/tickets/${ticketId}`)).body;
        return (await hub.api('GET', `/api/v1/customers/${customerId}`)).body.identifiers;
      },
      (identifiers) => identifiers.some((one: { mark: unknown }) => one.mark !== null),
    );
    await page.reload();
    await mark.waitFor();
    expect(await mark.getAttribute('data-mark')).toBe('undeliverable');
    await mark.focus();
    await page.getByRole('tooltip').filter({ hasText: 'User unknown' }).waitFor();
    expect(await keepPictures(page, 'address-mark')).toEqual([]);
  });

  it('is removed, and what came from it stays', async () => {
    await openSetting(page, 'mailAccounts');
    await row().getByTestId('mail-account-remove').click();
    await page.getByRole('tooltip').getByRole('button', { name: 'Remove' }).click();
    await row().waitFor({ state: 'detached' });
    expect((await hub.api('GET', '/api/v1/mail-accounts')).body.items).toEqual([]);
    const { body } = await hub.api('GET', `/api/v1/messages?externalId=${encodeURIComponent('<gone-1@example.org>')}`);
    expect(body.items).toHaveLength(1);
    expect(problems).toEqual([]);
  });
});
