import { HubError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround, startHub } from '../support/hub.ts';
import { createHub } from '@patchbay/engine';
import { loadEnvironment } from '@patchbay/config';

onBothBackends('the queue', (backend) => {
  it('can lose every job: each accepted contact still arrives', async () => {
    await using ground = await createGround(backend, carrierEnvironment('http://127.0.0.1:1'));
    const sids = Array.from({ length: 20 }, (_, index) => `SM${String(index).padStart(32, '7')}`);
    {
      // Nobody works here, so that the jobs lie in the queue.
      await using web = await createHub(loadEnvironment({ ...ground.env, ROLES: 'web' }));
      for (const sid of sids)
        await postSigned(
          ground.url,
          '/webhooks/twilio/sms',
          smsFields({ sid, from: `+4915100000${sid.slice(-2)}`, body: 'Hello' }),
        );
      await web.parts.jobs.obliterate();
    }
    await using hub = await createHub(loadEnvironment(ground.env));
    expect(hub.url).toBe(ground.url);
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const { body } = await eventually(
      () => api('GET', '/api/v1/inbox?state=done'),
      (answer) => answer.body.items.length === sids.length,
      40_000,
    );
    expect(body.items.map((item: { externalId: string }) => item.externalId).toSorted()).toEqual(sids.toSorted());
  });

  it('is not held up by poison, which is quarantined with its reason and can be replayed', async () => {
    let poisoned = true;
    await using hub = await startHub(backend, {
      env: carrierEnvironment('http://127.0.0.1:1'),
      overrides: {
        channels: (channels) => {
          const sms = channels.get('sms');
          if (!sms) throw new Error('no sms channel');
          // The provider's file store answers with rubbish for one contact.
          return new Map([
            ...channels,
            [
              'sms',
              {
                ...sms,
                fetchFile: async (url: string) => {
                  if (poisoned) throw new HubError('unprocessable', 'The file is rubbish');
                  return { bytes: Buffer.from(url), contentType: 'text/plain', filename: 'file.txt' };
                },
              },
            ],
          ]);
        },
      },
    });
    const bad: Record<string, string> = {
      ...smsFields({ sid: `MM${'b'.repeat(32)}`, from: '+4915100000001', body: 'With a picture' }),
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/media/1',
      MediaContentType0: 'image/png',
    };
    await postSigned(hub.url, '/webhooks/twilio/sms', bad);
    await postSigned(
      hub.url,
      '/webhooks/twilio/sms',
      smsFields({ sid: `SM${'c'.repeat(32)}`, from: '+4915100000002', body: 'Fine' }),
    );
    await eventually(
      () => hub.api('GET', '/api/v1/inbox?state=done'),
      ({ body }) => body.items.length === 1,
    );
    const { body } = await eventually(
      () => hub.api('GET', '/api/v1/inbox?state=quarantined'),
      (answer) => answer.body.items.length === 1,
    );
    expect(body.items[0]).toMatchObject({
      externalId: bad['MessageSid'],
      reason: 'The file is rubbish',
      channel: 'sms',
    });
    const raw = await hub.api('GET', `/api/v1/inbox/${body.items[0].id}/raw`);
    expect(String(raw.body)).toContain('Body=With');

    poisoned = false;
    expect((await hub.api('POST', `/api/v1/inbox/${body.items[0].id}/replay`)).status).toBeLessThan(300);
    await eventually(
      () => hub.api('GET', '/api/v1/inbox?state=done'),
      (answer) => answer.body.items.length === 2,
    );
    const { body: messages } = await hub.api('GET', `/api/v1/messages?externalId=${bad['MessageSid']}`);
    expect(messages.items[0].attachments).toHaveLength(1);
  });
});
