/** Mails as customers write them: two bodies, a few kilobytes, now and then a picture. Every one from a new sender. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import MailComposer from 'nodemailer/lib/mail-composer';

const sentences = [
  'The parcel that I ordered two weeks ago has not arrived yet.',
  'Could you please tell me when I can expect it, and whether the address is right?',
  'I have tried to call twice, but nobody answered.',
  'Das Gerät schaltet sich nach zehn Minuten von selbst ab.',
  '请告诉我什么时候可以收到货，谢谢。',
  'The invoice shows an amount that we did not agree upon.',
  'If you need the serial number, it is on the photo.',
];

export interface BenchMail {
  readonly messageId: string;
  readonly from: string;
  readonly raw: Buffer;
}

/** `run` keeps the mails of one run apart from those of another. The same arguments give the same bytes. */
export async function benchMails(run: string, count: number): Promise<BenchMail[]> {
  const mails: BenchMail[] = [];
  for (let index = 0; index < count; index += 1) mails.push(await benchMail(run, index));
  return mails;
}

async function benchMail(run: string, index: number): Promise<BenchMail> {
  const from = `customer-${run}-${index}@sender${index % 50}.example`;
  const messageId = `<${run}.${index}@sender${index % 50}.example>`;
  const paragraphs = Array.from({ length: 4 + (index % 9) }, (_, line) => sentences[(index + line) % sentences.length]);
  const composer = new MailComposer({
    messageId,
    date: new Date(Date.UTC(2026, 0, 1) + index * 1000),
    from: { name: `Customer ${index}`, address: from },
    to: 'support@patchbay.test',
    subject: `${paragraphs[0]?.slice(0, 40)} (${index})`,
    text: `${paragraphs.join('\n\n')}\n\n-- \nCustomer ${index}\n`,
    html: `<html><body style="font-family:sans-serif">${paragraphs.map((text) => `<p>${text}</p>`).join('')}<p>Customer ${index}</p></body></html>`,
    ...(index % 20 === 0 && {
      attachments: [{ filename: 'photo.jpg', contentType: 'image/jpeg', content: noise(`${run}${index}`, 30_000) }],
    }),
  });
  return { messageId, from, raw: await composer.compile().build() };
}

function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, block) =>
    createHash('sha256').update(`${seed}:${block}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

/** As it goes over the wire after DATA: CRLF, dots doubled (RFC 5321 §4.5.2), and the closing dot. */
export function onTheWire(raw: Buffer): Buffer {
  const lines = raw.toString('latin1').replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..');
  return Buffer.from(`${lines}${lines.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}

/** The next complete reply of an SMTP server; the last line has a space after its code. */
export async function smtpReply(socket: NodeJS.ReadableStream, replies = 1): Promise<string[]> {
  let text = '';
  for (;;) {
    const done = text.match(/^\d{3} .*\r\n/gm) ?? [];
    if (done.length >= replies) return done;
    text += String((await once(socket, 'data'))[0]);
  }
}
