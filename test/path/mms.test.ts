import { readMediaToken } from '@patchbay/channels/twilio/media-link';
import { fetchAwaited } from '@patchbay/engine/pipeline/awaited-files';
import { expect, it } from 'vitest';
import { besideTheQueue, onBothBackends } from '../support/backends.ts';
import { apiKey } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

const png = Buffer.from('89504e470d0a1a0a', 'hex');

onBothBackends('a message with pictures', (backend) => {
  const aside = besideTheQueue(backend);
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

  const picture = (media: string) => ({ NumMedia: '1', MediaUrl0: media, MediaContentType0: 'image/png' });
  const onlyOne = [{ filename: 'media-1.png', contentType: 'image/png' }];
  const settled = (messageId: string) =>
    centre().desk.event('message.file-settled', ({ data }) => data['messageId'] === messageId);
  const now = async ({ id, ticketId }: { id: string; ticketId: string }) =>
    (await centre().messages(ticketId)).find((message) => message.id === id);

  it('has its words on a ticket in seconds while the carrier cannot give a picture, which then comes live, once and in its place', async () => {
    const { carrier, textFrom, ticket } = centre();
    const [late, there] = [carrier.addMedia('image/png', png), carrier.addMedia('image/jpeg', Buffer.from('jpg'))];
    carrier.failMedia(late, 1000);
    const message = await textFrom('+4915112360009', 'My house is on fire', {
      ...picture(late),
      NumMedia: '2',
      MediaUrl1: there,
      MediaContentType1: 'image/jpeg',
    });
    expect(message).toMatchObject({
      text: 'My house is on fire',
      attachments: [{ contentType: 'image/jpeg' }],
      awaitedFiles: onlyOne,
    });
    expect(carrier.calls.items.filter(({ path }) => late.endsWith(path))).toHaveLength(3);
    expect(await ticket(message.ticketId)).toMatchObject({ subject: 'My house is on fire', status: 'open' });
    // What follows does not overtake it.
    const next = await textFrom('+4915112360009', 'Please hurry');
    expect((await centre().messages(next.ticketId)).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['My house is on fire', 'Please hurry']),
    );

    carrier.failMedia(late, 0);
    const { data, ticketId } = await settled(message.id);
    const whole = await now(message);
    expect(whole).toMatchObject({
      text: 'My house is on fire',
      attachments: [
        { id: data['attachmentId'], contentType: 'image/png', size: png.length },
        { contentType: 'image/jpeg' },
      ],
      awaitedFiles: [],
    });
    expect(ticketId).toBe(message.ticketId);
    const file = await fetch(new URL(whole.attachments[0].url, centre().url), {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(Buffer.from(await file.arrayBuffer()).equals(png)).toBe(true);
  });

  it('is seen at once though it is nothing but a picture that the carrier cannot give', async () => {
    const { carrier, whatsappFrom, ticket } = centre();
    const media = carrier.addMedia('image/png', png);
    carrier.failMedia(media, 4);
    const message = await whatsappFrom('+4915112360015', '', picture(media));
    expect(message).toMatchObject({ text: '', attachments: [], awaitedFiles: onlyOne });
    expect(await ticket(message.ticketId)).toMatchObject({ status: 'open' });
    await settled(message.id);
    expect(await now(message)).toMatchObject({ text: '', attachments: [{ size: png.length }], awaitedFiles: [] });
  });

  it('does not wait as long as the carrier wants not to be asked for its picture, which is', async () => {
    const { carrier, hub, textFrom } = centre();
    const media = carrier.addMedia('image/png', png);
    carrier.failMedia(media, 1, 503, { 'retry-after': '1800' });
    const message = await textFrom('+4915112360016', 'Look at this', picture(media));
    expect(message).toMatchObject({ text: 'Look at this', awaitedFiles: onlyOne });
    const { rows } = await hub.parts.db.sql.query(
      `select tries, round(extract(epoch from next_try_at - now()) / 60)::int as minutes from awaited_file where message_id = $1`,
      [message.id],
    );
    expect(rows).toEqual([{ tries: 1, minutes: 30 }]);
    expect(carrier.calls.items.filter(({ path }) => media.endsWith(path))).toHaveLength(1);
  });

  it.each([
    ['cannot give it for hours', 503, [7, 22], '+4915112360017'],
    ['refuses it in the end', 404, [], '+4915112360018'],
  ])('says so when the carrier %s', async (_what, status, before, from) => {
    const { carrier, hub, textFrom, whatsappFrom, ticket } = centre();
    const sql = hub.parts.db.sql;
    const media = carrier.addMedia('image/png', png);
    carrier.failMedia(media, 1000, 503, { 'retry-after': '1800' });
    const [message, alone] = [
      await textFrom(from, 'Look at this', picture(media)),
      await whatsappFrom(from, '', picture(media)),
    ];
    const row = async ({ id }: { id: string }) =>
      (await sql.query<{ id: string; tries: number }>('select id, tries from awaited_file where message_id = $1', [id]))
        .rows[0];
    // Not by the queue, where the hub has put off the next try itself: of two jobs of one round the first counts.
    const afterTries = async (of: { id: string }, tries: number) => {
      await sql.query('update awaited_file set tries = $2 where message_id = $1', [of.id, tries]);
      await fetchAwaited(hub.parts, { awaitedFileId: (await row(of))?.id ?? '', round: tries });
    };
    for (const tries of before) {
      await afterTries(message, tries);
      expect(await row(message)).toMatchObject({ tries: tries + 1 });
      expect(await now(message)).toMatchObject({ text: 'Look at this', awaitedFiles: onlyOne });
    }
    carrier.failMedia(media, 1000, status);
    const told = `[This file could not be fetched: media-1.png (image/png). Twilio answered HTTP ${status} for the file]`;
    for (const [of, text] of [
      [message, `Look at this\n\n${told}`],
      [alone, told],
    ] as const) {
      await afterTries(of, 23);
      expect((await settled(of.id)).data).toMatchObject({ attachmentId: null });
      expect(await now(of)).toMatchObject({ text, attachments: [], awaitedFiles: [] });
      const { preview } = await ticket(of.ticketId);
      expect(preview).toBe(text.replaceAll(/\s+/g, ' ').slice(0, 140));
    }
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

  aside('that the carrier would not take is refused before it is queued, and says why', async () => {
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

  aside.each(['audio/mpeg', 'text/vcard', 'image/webp', 'application/pdf'])(
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

  aside('goes to WhatsApp with its words where it is a picture', async () => {
    const { whatsappFrom, carrier } = centre();
    const { ticketId } = await whatsappFrom('+4915112360014', 'Hello');
    await answerWith(ticketId, 'With words', [await upload('a.png', 'image/png', png)]);
    const sent = await carrier.calls.until(({ form }) => form['Body'] === 'With words', 'the picture');
    expect(sent.mediaUrls).toHaveLength(1);
  });
});
