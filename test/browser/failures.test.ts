/// <reference lib="dom" />
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn as openSession } from '../support/api-centre.ts';
import { keepPictures, useBrowser } from '../support/browser.ts';
import type { OpenedPage } from '../support/browser.ts';
import { addAgent, grace, logIn } from '../support/browser-desk.ts';
import { optedOut, startCarrierRest } from '../support/carrier-rest.ts';
import type { CarrierRest } from '../support/carrier-rest.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { eventually } from '../support/client.ts';
import type { ApiClient } from '../support/client.ts';
import { startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

describe.skipIf(inject('chromium') === null)('what failed, at the console of who wrote it', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let carrier: CarrierRest;
  let opened: OpenedPage;
  let page: Page;
  /** The same agent without a screen. */
  let asGrace: ApiClient;

  beforeAll(async () => {
    carrier = await startCarrierRest();
    hub = await startHub('postgres', { env: carrierEnvironment(carrier.url) });
    await addAgent(hub.api);
    ({ api: asGrace } = await openSession(hub.url, grace));
    opened = await browser.open();
    ({ page } = opened);
    await logIn(page, hub.url, grace);
    opened.problems.length = 0;
    await page.getByTestId('nav-outbox').click();
  });
  afterAll(async () => {
    await page?.context().close();
    await hub?.[Symbol.asyncDispose]();
    await carrier?.[Symbol.asyncDispose]();
  });

  async function ticketFrom(from: string): Promise<string> {
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    await postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid, from, body: 'Hello' }));
    const [message] = await eventually(
      async () => (await hub.api('GET', `/api/v1/messages?externalId=${sid}`)).body.items,
      (items) => items.length === 1,
    );
    return message.ticketId;
  }

  it('a refused message is told wherever they are, and leads to its ticket', async () => {
    const ticketId = await ticketFrom('+4915112340001');
    carrier.answerOnce('Refused', optedOut);
    expect((await asGrace('POST', `/api/v1/tickets/${ticketId}/messages`, { text: 'Refused' })).status).toBe(201);
    const notice = page.getByRole('alert').filter({ hasText: 'was not delivered' });
    await notice.waitFor();
    expect(await page.getByTestId('undelivered-count').textContent()).toBe('1');
    expect(await keepPictures(page, 'failure-told')).toEqual([]);
    await page.getByTestId('failure-ticket').click();
    await page.waitForURL(`**/desk/${ticketId}`);
    await notice.waitFor({ state: 'detached' });
    await page.getByTestId('nav-outbox').click();
    await page.getByTestId('outbox-decide-failed').click();
    await page.getByTestId('undelivered-count').waitFor({ state: 'detached' });
    expect(opened.problems).toEqual([]);
  });

  it('what is being written when somebody closes the ticket stays in sight', async () => {
    const ticketId = await ticketFrom('+4915112340003');
    await page.goto(`${hub.url}/desk/${ticketId}`);
    await page.getByTestId('composer-text').fill('Half a sentence that');
    await hub.api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'closed' });
    expect(await page.getByTestId('composer-unsent').inputValue()).toBe('Half a sentence that');
    expect(await keepPictures(page, 'failure-closed')).toEqual([]);
    await page.getByTestId('nav-outbox').click();
    expect(opened.problems).toEqual([]);
  });

  it('a reply that was held back and could not leave is told, and waits in the outbox', async () => {
    const ticketId = await ticketFrom('+4915112340002');
    await asGrace('PATCH', '/api/v1/me', { undoSeconds: 60 });
    const { body: held } = await asGrace('POST', `/api/v1/tickets/${ticketId}/held-replies`, { text: 'Too late' });
    await hub.api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'closed' });
    expect((await asGrace('POST', `/api/v1/held-replies/${held.id}/send-now`)).body.state).toBe('failed');
    await page.getByText('A message of yours could not be sent').waitFor();
    const row = page.getByTestId('failed-reply').filter({ hasText: 'Too late' });
    await row.filter({ hasText: 'The ticket is closed' }).waitFor();
    expect(await page.getByTestId('undelivered-count').textContent()).toBe('1');
    expect(await keepPictures(page, 'failure-held')).toEqual([]);
    await row.getByTestId('failed-reply-discard').click();
    await row.waitFor({ state: 'detached' });
    await page.getByTestId('undelivered-count').waitFor({ state: 'detached' });
    expect(opened.problems).toEqual([]);
  });
});
