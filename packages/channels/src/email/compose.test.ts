import type { OutboundMessage } from '@patchbay/contracts';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { isMailAddress } from './addresses.ts';
import { composeMail } from './compose.ts';
import { outgoing, testDeps } from './test-deps.ts';

const message: OutboundMessage = {
  ...outgoing,
  alsoTo: ['bob@example.com'],
  cc: ['cy@example.com'],
  bcc: ['hidden@example.com'],
  from: { name: 'Sales', address: 'sales@centre.test' },
  inReplyTo: '<two@example.com>',
  references: ['<one@example.com>'],
};

const hostilePiece = fc.constantFrom(
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\u2028',
  '\u2029',
  '\u0085',
  '\v',
  '\t',
  ',',
  ';',
  ':',
  '"',
  "'",
  '\\',
  '<',
  '>',
  '(',
  ')',
  '@',
  ' ',
  '=?utf-8?Q?=0D=0ABcc:_evil=40example.com?=',
  '=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=',
  '\u202egnp.exe',
  '\r\nBcc: evil@example.com',
  '\r\n\r\nbody',
  '\nX-Evil: 1',
  'evil@example.com',
  '<evil@example.com>',
  '", <evil@example.com>',
  '--',
  'boundary',
  'é',
  '漢',
  '\ud800',
  '🙂',
  'x'.repeat(1200),
  'a',
);
const hostile = fc.oneof(
  fc.array(hostilePiece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string(),
);

const names = [
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'reply-to',
  'subject',
  'to',
  'cc',
  'in-reply-to',
  'references',
  'content-transfer-encoding',
];

describe('a composed mail', () => {
  test('has the headers that are meant, whatever its values say', async () => {
    const deps = testDeps();
    const { sha256 } = await deps.files.put(Buffer.from('GIF'));
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          name: hostile,
          subject: hostile,
          filename: hostile,
          contentId: hostile,
          contentType: hostile,
          reference: hostile,
          centreName: hostile,
          ownSubject: fc.boolean(),
          asIdentity: fc.boolean(),
        }),
        async (given) => {
          const file = {
            filename: given.filename,
            contentType: given.contentType,
            size: 3,
            sha256,
            contentId: given.contentId,
          };
          const { raw, envelope } = await composeMail(
            {
              ...message,
              subject: given.subject,
              ownSubject: given.ownSubject,
              from: given.asIdentity ? { name: given.name, address: 'sales@centre.test' } : null,
              inReplyTo: given.reference,
              references: [given.reference, '<one@example.com>'],
              html: '<p>On its way.</p>',
              attachments: [
                { ...file, inline: true },
                { ...file, inline: false },
              ],
            },
            { ...deps, config: { ...deps.config, centreName: given.centreName } },
          );
          const mail = await simpleParser(raw);
          const people = (field: typeof mail.to) =>
            [field ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address));
          expect(mail.headerLines.map(({ key }) => key).filter((key) => !names.includes(key))).toEqual([]);
          expect(new Set(mail.headerLines.map(({ key }) => key)).size).toBe(mail.headerLines.length);
          expect(people(mail.from)).toEqual([given.asIdentity ? 'sales@centre.test' : 'service@centre.test']);
          expect([people(mail.to), people(mail.cc), people(mail.bcc)]).toEqual([
            ['ann@example.com', 'bob@example.com'],
            ['cy@example.com'],
            [],
          ]);
          expect(people(mail.replyTo)).toHaveLength(1);
          expect(mail.text?.trim()).toBe('On its way.');
          expect(mail.attachments.map(({ content }) => content.toString())).toEqual(['GIF', 'GIF']);
          for (const { headers } of mail.attachments)
            expect([...headers.keys()].filter((key) => !key.startsWith('content-'))).toEqual([]);
          expect(envelope.to).toEqual(['ann@example.com', 'bob@example.com', 'cy@example.com', 'hidden@example.com']);
          expect(raw.toString('latin1')).not.toContain('hidden@example.com');
          for (const line of raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is not made for an address that would end a header', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile.filter((text) => !isMailAddress(text)),
        fc.constantFrom('to', 'alsoTo', 'cc', 'bcc', 'from'),
        async (address, field) => {
          const bad =
            field === 'from' ? { name: 'x', address } : field === 'to' ? address : ['fine@example.com', address];
          await expect(composeMail({ ...message, [field]: bad }, testDeps())).rejects.toMatchObject({
            code: 'provider_refused',
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  const signedBounce = expect.stringMatching(/^bounce\+[a-z2-7.]+@centre\.test$/);
  test.each([
    ['sales@centre.test', 'centre.test', 1, signedBounce],
    ['Sales@BÜCHER.example', 'centre.test', 1, signedBounce],
    ['sales@brand.example', 'brand.example', 0, 'sales@brand.example'],
    ['sales@Löwe.example', 'xn--lwe-sna.example', 0, 'sales@xn--lwe-sna.example'],
    ['sales@sub.centre.test', 'sub.centre.test', 0, 'sales@sub.centre.test'],
  ])(
    'as %s has a name in %s, %i signed address for answers, and comes back to %s',
    async (address, domain, answers, path) => {
      const { raw, envelope, messageId } = await composeMail({ ...message, from: { name: 'S', address } }, testDeps());
      expect(messageId).toBe(`<${message.outboundId}@${domain}>`);
      expect((await simpleParser(raw)).replyTo?.value ?? []).toHaveLength(answers);
      expect(envelope.from).toEqual(path);
      const automatic = await composeMail({ ...message, from: { name: 'S', address }, automatic: true }, testDeps());
      expect(automatic.envelope.from).toBe('');
    },
  );

  test('encloses a mail as it is', async () => {
    const deps = testDeps();
    const original = Buffer.from('From: a@x.example\r\nSubject: s\r\n\r\nbody\r\n');
    const { sha256, size } = await deps.files.put(original);
    const file = { filename: 'Order.eml', contentType: 'message/rfc822', size, sha256, inline: false };
    const { raw } = await composeMail({ ...message, attachments: [file] }, deps);
    expect(raw.toString()).toContain(original.toString().trim());
    expect(raw.toString()).toMatch(/Content-Transfer-Encoding: [78]bit/i);
  });

  test.each(['image 1.png@x', 'a\tb@x', 'plain@x', 'bild-ä 2@x'])(
    'shows the picture that came with the Content-ID %j',
    async (contentId) => {
      const deps = testDeps();
      const { sha256 } = await deps.files.put(Buffer.from('picture'));
      for (const written of [contentId, encodeURI(contentId)]) {
        const { raw } = await composeMail(
          {
            ...message,
            html: `<p>See <img src="cid:${written}"></p>`,
            attachments: [{ filename: 'p.png', contentType: 'image/png', size: 7, sha256, inline: true, contentId }],
          },
          deps,
        );
        const { html, attachments } = await simpleParser(raw, { skipImageLinks: true });
        const shown = /cid:([^"]+)"/.exec(String(html))?.[1] ?? '';
        expect(decodeURI(shown)).toBe(attachments[0]?.cid);
      }
    },
  );
});
