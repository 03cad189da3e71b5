/** A server that mail of mailboxes leaves by, for tests. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from 'smtp-server';

/** A server that takes mail only of who signs in as `allowed` says, and how each tried. */
export async function startServer(
  allowed: (auth: SMTPServerAuthentication) => boolean,
  { at = 0, ...options }: SMTPServerOptions & { at?: number } = {},
) {
  const tried: string[] = [];
  const taken: string[] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'XOAUTH2'],
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth(auth, _session, done) {
      tried.push(`${auth.method} ${auth.username} ${auth.password ?? auth.accessToken}`);
      if (allowed(auth)) return done(null, { user: auth.username ?? '' });
      // A refused token is told of in a challenge (RFC 7628 §3.2.3).
      return auth.method === 'XOAUTH2' ? done(null, { data: { status: '401' } }) : done(new Error('No'));
    },
    onData(stream, session, done) {
      taken.push(session.envelope.mailFrom ? session.envelope.mailFrom.address : '');
      stream.resume().once('end', () => done());
    },
    ...options,
  });
  server.listen(at, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    tried,
    taken,
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}
