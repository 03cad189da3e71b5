/** A hub that is killed while it fetches files for which their messages did not wait: each is attached all the same, and once. */
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { fetchAwaited } from '@patchbay/engine/pipeline/awaited-files';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

const sid = `MM${'7'.repeat(32)}`;
const bytes = Buffer.from('a burning house');

onBothBackends('a hub killed while it fetches a file', (backend) => {
  it('has the words before, and the file after it, though its job is lost and others want it at the same time', async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const media = carrier.addMedia('image/png', bytes);
    const asked = () => carrier.calls.items.filter(({ path }) => media.endsWith(path)).length;
    const message = async () => (await api('GET', `/api/v1/messages?externalId=${sid}`)).body.items?.[0];
    carrier.failMedia(media, 3);
    let release = () => {};
    {
      await using first = await startHubProcess(ground.env);
      await postSigned(ground.url, '/webhooks/twilio/sms', {
        ...smsFields({ sid, from: '+4915400000300', body: 'My house is on fire' }),
        NumMedia: '1',
        MediaUrl0: media,
        MediaContentType0: 'image/png',
      });
      expect(await eventually(message, Boolean)).toMatchObject({
        text: 'My house is on fire',
        attachments: [],
        awaitedFiles: [{ filename: 'media-1.png' }],
      });
      release = carrier.holdMedia(media);
      await eventually(
        async () => asked(),
        (count) => count > 3,
      );
      await first.kill('SIGKILL');
    }
    release();

    await using hub = await createHub(loadEnvironment(ground.env));
    await hub.parts.jobs.obliterate();
    const sql = hub.parts.db.sql;
    const { rows } = await sql.query<{ id: string; tries: number }>(
      `update awaited_file set next_try_at = now() - interval '1 minute' returning id, tries`,
    );
    expect(rows).toMatchObject([{ tries: expect.any(Number) }]);
    const { id, tries: round } = rows[0] ?? { id: '', tries: 0 };
    const before = asked();
    await Promise.all([
      sweep(hub.parts),
      sweep(hub.parts),
      ...Array.from({ length: 5 }, () => fetchAwaited(hub.parts, { awaitedFileId: id, round })),
    ]);
    expect(await eventually(message, ({ awaitedFiles }) => awaitedFiles.length === 0)).toMatchObject({
      text: 'My house is on fire',
      attachments: [{ contentType: 'image/png', size: bytes.length }],
    });
    expect(asked() - before).toBe(1);
    // Whatever is repeated of it, nothing is left of which anything could come.
    await fetchAwaited(hub.parts, { awaitedFileId: id, round });
    await fetchAwaited(hub.parts, { awaitedFileId: id, round: round + 1 });
    expect(asked() - before).toBe(1);
    const { rows: told } = await sql.query(`select data from event where type = 'message.file-settled'`);
    expect(told).toHaveLength(1);
  }, 60_000);

  it('has a file by the sweep whose job was lost', async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const message = async () => (await api('GET', `/api/v1/messages?externalId=${sid}`)).body.items?.[0];
    const media = carrier.addMedia('image/png', bytes);
    carrier.failMedia(media, 1, 503, { 'retry-after': '600' });
    await using hub = await createHub(loadEnvironment(ground.env));
    await postSigned(ground.url, '/webhooks/twilio/sms', {
      ...smsFields({ sid, from: '+4915400000301', body: 'Look' }),
      NumMedia: '1',
      MediaUrl0: media,
      MediaContentType0: 'image/png',
    });
    await eventually(message, Boolean);
    await hub.parts.jobs.obliterate();
    await hub.parts.db.sql.query(`update awaited_file set next_try_at = now() - interval '1 minute'`);
    await sweep(hub.parts);
    expect(await eventually(message, ({ awaitedFiles }) => awaitedFiles.length === 0)).toMatchObject({
      attachments: [{ size: bytes.length }],
    });
  });
});
