/** What may happen to a message while a file of it is still to come. */
import { ingestContact } from '@patchbay/engine/pipeline/ingest';
import { fetchAwaited } from '@patchbay/engine/pipeline/awaited-files';
import { erase } from '@patchbay/engine/privacy/erasure';
import { removeFiles } from '@patchbay/engine/privacy/files';
import { quarantineInbox } from '@patchbay/store';
import { readCatalogue } from '@patchbay/store/privacy/catalogue';
import { exportedRows } from '@patchbay/store/privacy/exported';
import { insertPrivacyRequest, readPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import { attachAwaited, claimAwaited, giveAwaitedUp, postponeAwaited } from '@patchbay/store/queries/awaited-files';
import { describe, expect, it } from 'vitest';
import { postSigned, smsFields } from '../support/carrier.ts';
import { eventually } from '../support/client.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

const bytes = Buffer.from('a picture of a burning house');

describe('a message with a file that is still to come', () => {
  const centre = shared(() => startTextCentre('postgres', { fileGraceMs: 0 }));
  const parts = () => centre().hub.parts;
  const sql = () => parts().db.sql;
  const long = { 'retry-after': '1800' };

  const picture = (media: string) => ({ NumMedia: '1', MediaUrl0: media, MediaContentType0: 'image/png' });
  const rowOf = async ({ id }: { id: string }) =>
    (await sql().query<{ id: string; tries: number }>('select id, tries from awaited_file where message_id = $1', [id]))
      .rows[0] ?? { id: '', tries: 0 };
  /** The carrier cannot give its picture at first, and nobody asks again by itself. */
  async function awaiting(from: string, body: string, content = bytes) {
    const { carrier, textFrom } = centre();
    const media = carrier.addMedia('image/png', content);
    carrier.failMedia(media, 1, 503, long);
    const message = await textFrom(from, body, picture(media));
    return { message, media, row: await rowOf(message) };
  }
  const now = async ({ id, ticketId }: { id: string; ticketId: string }) =>
    (await centre().messages(ticketId)).find((message) => message.id === id);

  it('waits no longer than some seconds for a carrier that does not answer at all', async () => {
    const { carrier, textFrom } = centre();
    const media = carrier.addMedia('image/png', bytes);
    const release = carrier.holdMedia(media);
    try {
      const message = await textFrom('+4915112370001', 'Nobody answers', picture(media));
      expect(message).toMatchObject({ text: 'Nobody answers', awaitedFiles: [{ filename: 'media-1.png' }] });
    } finally {
      release();
    }
  }, 30_000);

  it('is erased with it, also while it is just being fetched, and nothing of it stays', async () => {
    const { carrier } = centre();
    const { message, media, row } = await awaiting(
      '+4915112370002',
      'I am on the picture',
      Buffer.from('nobody else has it'),
    );
    const catalogue = await readCatalogue(sql());
    const table = catalogue.get('awaited_file');
    if (!table) throw new Error('no such table');
    const exported = await Array.fromAsync(exportedRows(sql(), ['awaited_file', table], [message.customerId]));
    expect(exported).toMatchObject([{ message_id: message.id, filename: 'media-1.png', url: media }]);
    const release = carrier.holdMedia(media);
    const asked = () => carrier.calls.items.filter(({ path }) => media.endsWith(path)).length;
    const before = asked();
    const fetching = fetchAwaited(parts(), { awaitedFileId: row.id, round: row.tries });
    await eventually(
      async () => asked(),
      (count) => count > before,
    );
    const { id } = await insertPrivacyRequest(sql(), {
      kind: 'erasure',
      customerId: message.customerId,
      state: 'waiting',
      reason: 'Asked',
      askedBy: 'somebody',
      waitDays: 0,
    });
    await erase(parts(), id);
    expect(await readPrivacyRequest(sql(), id)).toMatchObject({ state: 'done' });
    release();
    await fetching;
    expect(await now(message)).toMatchObject({ text: '[erased]', attachments: [], awaitedFiles: [] });
    const { rows } = await sql().query<{ sha256: string }>('select sha256 from file_removal');
    expect(rows).toHaveLength(1);
    await removeFiles(parts());
    await expect(parts().files.read(rows[0]?.sha256 ?? '')).rejects.toThrow();
  });

  it('has it taken over from who is gone: what that one says later changes nothing', async () => {
    const { message, row } = await awaiting('+4915112370003', 'Two hubs');
    const [gone, ...others] = [
      await claimAwaited(sql(), row.id, row.tries, 0),
      await claimAwaited(sql(), row.id, row.tries, 0),
    ];
    expect(others).toEqual([null]);
    if (!gone) throw new Error('nobody got it');
    const over = await claimAwaited(sql(), row.id, gone.tries, 60_000);
    expect(over).toMatchObject({ tries: row.tries + 2 });
    expect(await postponeAwaited(sql(), gone, 1)).toBe(false);
    const given = await parts().db.transaction((tx) => giveAwaitedUp(tx, gone, () => ({ text: 'Never' })));
    expect(given).toBe(false);
    expect(await now(message)).toMatchObject({ text: 'Two hubs', awaitedFiles: [{ filename: 'media-1.png' }] });
    // A file is a file, whoever brings it; and it is there once.
    const { sha256, size } = await parts().files.put(bytes);
    const file = { filename: 'a.png', contentType: 'image/png', sha256, size, inline: false };
    const twice = await Promise.all([attachAwaited(sql(), row.id, file), attachAwaited(sql(), row.id, file)]);
    expect(twice.filter(Boolean)).toHaveLength(1);
    await removeFiles(parts());
    expect(await now(message)).toMatchObject({ attachments: [{ sha256 }], awaitedFiles: [] });
    expect(Buffer.from(await parts().files.read(sha256)).equals(bytes)).toBe(true);
  });

  it('has a line for each of several that are given up at once', async () => {
    const { carrier, textFrom } = centre();
    const [one, other] = [carrier.addMedia('image/png', bytes), carrier.addMedia('image/gif', bytes)];
    for (const media of [one, other]) carrier.failMedia(media, 1, 503, long);
    const message = await textFrom('+4915112370004', 'Two pictures', {
      ...picture(one),
      NumMedia: '2',
      MediaUrl1: other,
      MediaContentType1: 'image/gif',
    });
    await sql().query('update awaited_file set tries = 23 where message_id = $1', [message.id]);
    for (const media of [one, other]) carrier.failMedia(media, 1000, 503);
    const { rows } = await sql().query<{ id: string }>('select id from awaited_file where message_id = $1', [
      message.id,
    ]);
    await Promise.all(rows.map(({ id }) => fetchAwaited(parts(), { awaitedFileId: id, round: 23 })));
    const { text, awaitedFiles } = await now(message);
    expect(awaitedFiles).toEqual([]);
    expect(text.split('\n\n').toSorted()).toEqual(
      [
        'Two pictures',
        '[This file could not be fetched: media-1.png (image/png). Twilio answered HTTP 503 for the file]',
        '[This file could not be fetched: media-2.gif (image/gif). Twilio answered HTTP 503 for the file]',
      ].toSorted(),
    );
  });

  it('is written in seconds when it comes back from quarantine, and gets its file later', async () => {
    const { carrier, url, api, received, desk } = centre();
    const media = carrier.addMedia('image/png', bytes);
    carrier.failMedia(media, 1000);
    const release = carrier.holdMedia(media);
    const sid = `MM${'8'.repeat(32)}`;
    const fields = { ...smsFields({ sid, from: '+4915112370005', body: 'From quarantine' }), ...picture(media) };
    expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    const { rows } = await sql().query<{ id: string }>('select id from inbox where external_id = $1', [sid]);
    const inboxId = rows[0]?.id ?? '';
    expect(await quarantineInbox(sql(), inboxId, 'Put aside')).toBe(true);
    release();
    expect((await api('POST', `/api/v1/inbox/${inboxId}/replay`)).status).toBeLessThan(300);
    const message = await received(sid);
    expect(message).toMatchObject({ text: 'From quarantine', awaitedFiles: [{ filename: 'media-1.png' }] });
    await ingestContact(parts(), { inboxId });
    carrier.failMedia(media, 0);
    await desk.event('message.file-settled', ({ data }) => data['messageId'] === message.id);
    expect(await now(message)).toMatchObject({ attachments: [{ size: bytes.length }], awaitedFiles: [] });
  });

  it('keeps it awaited through a fault of the hub, however long that takes to mend', async () => {
    const { message, row } = await awaiting('+4915112370006', 'The disk is full');
    await sql().query('update awaited_file set tries = 40 where id = $1', [row.id]);
    const full: typeof parts extends () => infer P ? P : never = Object.create(parts(), {
      files: { value: { put: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })) } },
    });
    await fetchAwaited(full, { awaitedFileId: row.id, round: 40 });
    expect(await rowOf(message)).toMatchObject({ tries: 41 });
    await fetchAwaited(parts(), { awaitedFileId: row.id, round: 41 });
    expect(await now(message)).toMatchObject({ attachments: [{ size: bytes.length }], awaitedFiles: [] });
  });
});
