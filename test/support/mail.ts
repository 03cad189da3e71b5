/** Mail from outside and to outside: a sender over SMTP, and a server that takes what the centre sends. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { Feed } from './feed.ts';

export interface SentMail {
  readonly envelopeFrom: string;
  readonly to: string[];
  readonly raw: Buffer;
  readonly mail: ParsedMail;
}

export interface MailSink extends AsyncDisposable {
  readonly url: string;
  readonly mails: Feed<SentMail>;
}

/** A mail server that takes every mail, unless `refuses` answers a reply code for a recipient. */
export async function startMailSink(
  refuses: (address: string) => number | undefined = () => undefined,
): Promise<MailSink> {
  const mails = new Feed<SentMail>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    // Whoever signs in may.
    onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
    onRcptTo({ address }, _session, done) {
      const responseCode = refuses(address);
      done(responseCode === undefined ? null : Object.assign(new Error(`<${address}> is not here`), { responseCode }));
    },
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      const take = async () => {
        const raw = Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>));
        mails.push({
          envelopeFrom: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          mail: await simpleParser(raw),
        });
      };
      take().then(() => done(), done);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Sends to the centre as a stranger's mail program does. */
export function mailProgram(port: number): (mail: SendMailOptions) => Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
  return async (mail) => void (await transport.sendMail({ to: 'support@patchbay.test', ...mail }));
}

/** A mail of these very bytes; its head is ASCII. */
export function rawMail(head: Record<string, string>, body: Uint8Array): Buffer {
  const lines = Object.entries(head)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([Buffer.from(`${lines}\r\n`), body, Buffer.from('\r\n')]);
}
