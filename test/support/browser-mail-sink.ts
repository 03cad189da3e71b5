/** A mail server of the outside world, on loopback: takes what the hub sends and lets a test read it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { eventually } from './client.ts';

export interface MailSink extends AsyncDisposable {
  /** For `SMTP_URL`. */
  readonly url: string;
  /** Waits for the mail whose text has these words. */
  received(words: string): Promise<ParsedMail>;
}

export async function startMailSink(): Promise<MailSink> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, callback) {
      simpleParser(stream).then((mail) => (mails.push(mail), callback()), callback);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    async received(words) {
      const found = await eventually(
        () => Promise.resolve(mails.find((mail) => mail.text?.includes(words))),
        (mail) => mail !== undefined,
      );
      if (!found) throw new Error('unreachable');
      return found;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
