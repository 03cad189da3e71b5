import { randomUUID } from 'node:crypto';
import { readMediaToken } from '@patchbay/channels/twilio/media-link';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { postSigned, smsFields } from '../support/carrier.ts';
import { eventually } from '../support/client.ts';
import { apiKey } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

const png = Buffer.from('89504e470d0a1a0a', 'hex');

onBothBackends('a message with pictures', (backend) => {
  const centre = shared(() => startTextCentre(backend));

  async function upload(filename: string, contentType: string, bytes: Uint8Array): Promise<string> {
    const headers = { 'content-type': contentType, 'x-filename': encodeURIComponent(filename) };
    const { status, body } = await centre().api('POST', '/api/v1/files', bytes, headers);
    expect(status).toBe(201);
    return body.id;
  }
  const answerWith = (ticketId: string, text: string, attachments: string[]) =>
    centre().api('POST', `/api/v1/tickets/${ticketId}/messages`, { text, attachments });

  it('comes in with all its files, whatever they are', async () => {
    const { carrier, textFrom, url } = centre();
    const kinds = [
      ['image/png', 'png'],
      ['image/jpeg', 'jpg'],
      ['video/mp4', 'mp4'],
      ['text/vcard', 'vcf'],
      ['application/pdf', 'pdf'],
    ] as const;
    const fields = kinds.flatMap(([type, name], index) => [
      [`MediaUrl${index}`, carrier.addMedia(type, Buffer.from(name))],
      [`MediaContentType${index}`, type],
    ]);
    const message = await textFrom('+4915112360001', 'See these', {
      NumMedia: String(kinds.length),
      ...Object.fromEntries(fields),
    });
    expect(message.attachments.map((file: { contentType: string }) => file.contentType)).toEqual(
      kinds.map(([type]) => type),
    );
    for (const [index, kind] of kinds.entries()) {
      const file = message.attachments[index];
      expect(file.filename.endsWith(`.${kind[1]}`)).toBe(true);
      const answer = await fetch(new URL(file.url, url), { headers: { authorization: `Bearer ${apiKey}` } });
      expect(await answer.text()).toBe(kind[1]);
    }
  });

  it.each([
    ['cannot give its picture', 503, '+4915112360002'],
    ['does not know its picture yet', 404, '+4915112360012'],
  ])('is not lost while the carrier %s', async (_what, status, from) => {
    const { carrier, textFrom } = centre();
    const media = carrier.addMedia('image/png', png);
    carrier.failMedia(media, 2, status);
    const message = await textFrom(from, 'Look', {
      NumMedia: '1',
      MediaUrl0: media,
      MediaContentType0: 'image/png',
    });
    expect(message).toMatchObject({ text: 'Look', attachments: [{ contentType: 'image/png', size: png.length }] });
    expect(carrier.calls.items.filter(({ path }) => media.endsWith(path))).toHaveLength(3);
  });

  it('has its words on a ticket in seconds when the carrier no longer has a file, with the files that it has', async () => {
    const { carrier, textFrom, whatsappFrom, ticket } = centre();
    const there = carrier.addMedia('image/png', png);
    const gone = there.replace(/ME\d+$/, `ME${'9'.repeat(32)}`);
    const large = carrier.addMedia('video/mp4', Buffer.alloc(25 * 1024 * 1024 + 1));
    const both = await textFrom('+4915112360010', 'It came like this', {
      NumMedia: '3',
      MediaUrl0: gone,
      MediaContentType0: 'image/jpeg',
      MediaUrl1: there,
      MediaContentType1: 'image/png',
      MediaUrl2: large,
      MediaContentType2: 'video/mp4',
    });
    expect(both.text.split('\n')).toEqual([
      'It came like this',
      '',
      '[This file could not be fetched: media-1.jpg (image/jpeg). Twilio answered HTTP 404 for the file]',
      '[This file could not be fetched: media-3.mp4 (video/mp4). The file is larger than 26214400 bytes]',
    ]);
    expect(both.attachments).toMatchObject([{ contentType: 'image/png', size: png.length }]);
    expect(await ticket(both.ticketId)).toMatchObject({ subject: 'It came like this' });
    // Nothing but the file, and not even its type is known.
    const alone = await whatsappFrom('+4915112360011', '', { NumMedia: '1', MediaUrl0: gone });
    expect(alone).toMatchObject({
      text: '[This file could not be fetched: media-1. Twilio answered HTTP 404 for the file]',
      attachments: [],
    });
    expect(carrier.calls.items.filter(({ path }) => gone.endsWith(path))).toHaveLength(6);
  });

  it('goes on waiting for its picture when the carrier has none to give for hours, and comes without it after that', async () => {
    const { carrier, hub, url, received } = centre();
    const sql = hub.parts.db.sql;
    const media = carrier.addMedia('image/png', png);
    carrier.failMedia(media, 1000);
    const sid = `MM${randomUUID().replaceAll('-', '')}`;
    const words = smsFields({ sid, from: '+4915112360009', body: 'Look at this' });
    const fields = { ...words, NumMedia: '1', MediaUrl0: media, MediaContentType0: 'image/png' };
    expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    const row = async () =>
      (await sql.query('select id, state, attempts from inbox where external_id = $1', [sid])).rows[0];
    await eventually(row, (found) => Number(found?.['attempts']) > 0);
    const afterTries = async (tries: number) => {
      const { rows } = await sql.query(
        'update inbox set attempts = $2, next_attempt_at = now() where external_id = $1 returning id',
        [sid, tries],
      );
      // Not the round of the try that the hub has put off itself: of two jobs of one round the first counts.
      hub.parts.jobs.add('ingest-contact', { inboxId: String(rows[0]?.['id']), round: 100 + tries, media: true });
    };
    // The first minute, and the last try but one.
    for (const tries of [7, 22]) {
      await afterTries(tries);
      expect(
        await eventually(row, (found) => found?.['state'] !== 'pending' || Number(found['attempts']) > tries),
      ).toMatchObject({ state: 'pending' });
    }
    await afterTries(23);
    const told = '[This file could not be fetched: media-1.png (image/png). Twilio answered HTTP 503 for the file]';
    expect(await received(sid)).toMatchObject({ text: `Look at this\n\n${told}`, attachments: [] });
  });

  it('goes out as links that the carrier can open and nobody can change', async () => {
    const { carrier, textFrom, becomes, url, hub } = centre();
    const { ticketId } = await textFrom('+4915112360003', 'Send me the label');
    const { status, body } = await answerWith(ticketId, 'Here', [
      await upload('标签.png', 'image/png', png),
      await upload('card.vcf', 'text/vcard', Buffer.from('BEGIN:VCARD')),
    ]);
    expect(status).toBe(201);
    await becomes(body.id, 'sent');
    const sent = await carrier.calls.until(({ form }) => form['Body'] === 'Here', 'the answer');
    expect(sent.mediaUrls).toHaveLength(2);
    const [first, second] = await Promise.all(sent.mediaUrls.map((link) => fetch(link)));
    expect([first?.status, first?.headers.get('content-type'), first?.headers.get('content-disposition')]).toEqual([
      200,
      'image/png',
      expect.stringMatching(/^inline; .*%E6%A0%87%E7%AD%BE\.png/),
    ]);
    expect(Buffer.from(await (first as Response).arrayBuffer()).equals(png)).toBe(true);
    expect([second?.headers.get('content-type'), second?.headers.get('content-disposition')]).toEqual([
      expect.stringMatching(/^text\/vcard/),
      expect.stringMatching(/^attachment/),
    ]);
    const [link = ''] = sent.mediaUrls;
    expect((await fetch(`${link.slice(0, -3)}AAA`)).status).toBe(404);
    expect((await fetch(`${url}/media/x`)).status).toBe(404);
    const token = link.split('/').at(-1) ?? '';
    expect(readMediaToken(token, hub.parts.signingKey, new Date(Date.now() + 24 * 3600_000))).toMatchObject({
      contentType: 'image/png',
    });
  });

  it('that the carrier would not take is refused before it is queued, and says why', async () => {
    const { textFrom, whatsappFrom, carrier } = centre();
    const { ticketId } = await textFrom('+4915112360004', 'Hello');
    const page = await upload('a.html', 'text/html', Buffer.from('<p>'));
    const large = await upload('a.png', 'image/png', Buffer.alloc(5 * 1024 * 1024 + 1));
    const small = await upload('b.png', 'image/png', png);
    const refused = async (ticket: string, files: string[], text = 'With a file') => {
      const { status, body } = await answerWith(ticket, text, files);
      return [status, body.detail];
    };
    expect(await refused(ticketId, [page])).toEqual([422, expect.stringContaining('text/html')]);
    expect(await refused(ticketId, [large])).toEqual([422, expect.stringContaining('5 MB')]);
    expect(await refused(ticketId, [], 'x'.repeat(1601))).toEqual([422, expect.stringContaining('1600')]);
    const whatsapp = await whatsappFrom('+4915112360005', 'Hello');
    const another = await upload('c.png', 'image/png', png);
    expect(await refused(whatsapp.ticketId, [small, another])).toEqual([422, expect.stringContaining('1 at most')]);
    const heavy = await upload('d.png', 'image/png', Buffer.alloc(5 * 1024 * 1024 + 1));
    expect(await refused(whatsapp.ticketId, [heavy])).toEqual([422, expect.stringContaining('5 MB')]);
    expect(carrier.calls.items.filter(({ form }) => form['Body'] === 'With a file')).toEqual([]);
  });

  it.each(['audio/mpeg', 'text/vcard', 'image/webp', 'application/pdf'])(
    'goes to WhatsApp without words where it is %s, and words with it are refused: they would not arrive',
    async (type) => {
      const { whatsappFrom, carrier, becomes } = centre();
      const { ticketId } = await whatsappFrom('+4915112360013', 'Hello');
      const file = await upload('a', type, png);
      expect(await answerWith(ticketId, `Words with ${type}`, [file])).toMatchObject({
        status: 422,
        body: { detail: expect.stringContaining('send the words as a message of their own') },
      });
      const { status, body } = await answerWith(ticketId, '', [file]);
      expect(status).toBe(201);
      await becomes(body.id, 'sent');
      expect(carrier.calls.items.filter(({ form }) => form['Body'] === `Words with ${type}`)).toEqual([]);
    },
  );

  it('goes to WhatsApp with its words where it is a picture', async () => {
    const { whatsappFrom, carrier } = centre();
    const { ticketId } = await whatsappFrom('+4915112360014', 'Hello');
    await answerWith(ticketId, 'With words', [await upload('a.png', 'image/png', png)]);
    const sent = await carrier.calls.until(({ form }) => form['Body'] === 'With words', 'the picture');
    expect(sent.mediaUrls).toHaveLength(1);
  });
});
