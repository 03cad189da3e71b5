import { HubError, inboundContact } from '@patchbay/contracts';
import { expect, describe, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { acceptOffer, addAgent, chooseLanguage, grace, logIn, message, setPresence } from '../support/browser-desk.ts';
import { startHub } from '../support/hub.ts';
import { insertPending } from '../support/inbox-row.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(inject('chromium') === null)('a picture that the carrier cannot give at the moment', () => {
  const browser = useBrowser();

  it('is said to be awaited under the words, in both languages, and takes the place of that by itself', async () => {
    let given = false;
    await using hub = await startHub('postgres', {
      overrides: {
        channels(channels) {
          const sms = channels.get('sms');
          if (!sms) throw new Error('no sms channel');
          const fetchFile = async () => {
            if (!given) throw new HubError('provider_unavailable', 'Not now', { retryAfterMs: 3_600_000 });
            return { bytes: png, contentType: 'image/png', filename: 'house.png' };
          };
          return new Map([...channels, ['sms', { ...sms, fetchFile }]]);
        },
      },
    });
    await addAgent(hub.api);
    const { page, problems } = await browser.open();
    await logIn(page, hub.url, grace);
    problems.length = 0;
    await setPresence(page, 'online');
    const { sql } = hub.hub.parts.db;
    const from = '+4915112380077';
    const contact = inboundContact.parse({
      channel: 'sms',
      channelAccount: '+15005550006',
      externalId: `MM${'5'.repeat(32)}`,
      identifiers: [{ kind: 'phone', value: from, grade: 'known' }],
      from,
      text: 'My house is on fire',
      remoteFiles: [{ filename: 'media-1.png', contentType: 'image/png', url: 'https://api.twilio.com/media/1' }],
      receivedAt: new Date().toISOString(),
    });
    const inboxId = await insertPending(sql, contact);
    hub.hub.parts.jobs.add('ingest-contact', { inboxId, round: 0, media: true });
    await acceptOffer(page, 'My house is on fire');
    const shown = message(page, 'in', 'My house is on fire');
    const awaited = shown.getByTestId('awaited-file');
    await awaited.getByText('media-1.png is still being fetched').waitFor();
    expect(await keepPictures(page, 'awaited-file')).toEqual([]);
    await chooseLanguage(page, 'zh');
    await awaited.getByText('media-1.png 仍在从服务商处获取').waitFor();

    given = true;
    // Another round than the one that the hub has put off itself: of two jobs of one round the first counts.
    const { rows } = await sql.query<{ id: string }>('update awaited_file set tries = 5 returning id');
    hub.hub.parts.jobs.add('fetch-file', { awaitedFileId: rows[0]?.id ?? '', round: 5 });
    await shown.locator('img[alt="house.png"]').waitFor();
    await awaited.waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
