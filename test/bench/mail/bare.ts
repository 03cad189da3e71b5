/** The bare part: the same SMTP server and the same parser, and one INSERT for each mail before it is acknowledged. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

interface Pool {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
  end(): Promise<void>;
}
const { Pool: PoolOf } = createRequire(import.meta.resolve('@patchbay/store'))('pg') as {
  Pool: new (options: { connectionString: string; max: number }) => Pool;
};

const pool = new PoolOf({ connectionString: process.argv[2] ?? '', max: 8 });
await pool.query(
  'create table bare_mail (id text primary key, sender text, subject text, body text, raw bytea, hash text)',
);

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData: (stream, _session, done) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      const raw = Buffer.concat(chunks);
      const mail = await simpleParser(raw, { skipTextToHtml: true });
      await pool.query('insert into bare_mail values ($1, $2, $3, $4, $5, $6)', [
        mail.messageId,
        mail.from?.text ?? '',
        mail.subject ?? '',
        mail.text ?? '',
        raw,
        createHash('sha256').update(raw).digest('hex'),
      ]);
    })().then(() => done(), done);
  },
});
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
process.send?.({ port: (server.server.address() as AddressInfo).port });
process.once('disconnect', () => server.close(() => void pool.end()));
