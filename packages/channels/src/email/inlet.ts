/** The SMTP server that receives mail for the centre's domains. */
import type { AddressInfo } from 'node:net';
import { HubError } from '@patchbay/contracts';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { ChannelDeps } from '../channel.ts';
import { asciiDomain, domainOf } from './addresses.ts';
import { payloadOf } from './envelope.ts';
import { InletLedger } from './inlet-ledger.ts';
import { Places } from './places.ts';
import { Room } from './room.ts';
import { loopback } from './sender/authenticity.ts';
import { type MailEnvelope, emailAccount, parseMail, sha256 } from './schema.ts';

/** Bytes: 25 MiB. */
export const mailSizeLimit = 25 * 1024 * 1024;
/** Bytes held by all mails that are being received at once; who comes on top is asked to come back (452). */
const bufferLimit = 256 * 1024 * 1024;
/** Parsing takes several times a mail's size in memory: so many bytes of mail are parsed at once, and however small they are no more than 16. */
export const parsedAtOnce = 4 * mailSizeLimit;
const leastParsed = parsedAtOnce / 16;

/** Connections at once. */
const placesInAll = 100;
/** Milliseconds for which a connection is kept in which no mail comes: other commands keep a place as well as silence does. */
const longestIdle = 5 * 60_000;
/** Milliseconds that a mail may take: 25 MiB over a line of 128 kbit/s. */
const longestMail = 30 * 60_000;

export interface InletOptions {
  /** Instead of the configured port; 0 binds a free one. */
  readonly port?: number;
  /** With a certificate STARTTLS is offered; without one it is not. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  readonly maxClients?: number;
  /** Milliseconds that a client may be silent. */
  readonly socketTimeout?: number;
  /** Milliseconds that a client may go without a mail. */
  readonly idleTimeout?: number;
  /** Milliseconds that mails in progress are given on shutdown. */
  readonly closeTimeout?: number;
}

/** Resolves once listening. On abort idle clients are sent away, mails in progress are finished, then `closed` resolves. */
export async function listenForMail(
  deps: ChannelDeps,
  signal: AbortSignal,
  options: InletOptions = {},
  ledger = new InletLedger(true, deps.now),
): Promise<{ address: string; closed: Promise<void> }> {
  const inlet = new Inlet(deps, ledger, options);
  const server = new SMTPServer({ ...serverOptions(options), ...inlet.handlers });
  inlet.ends = (id) => [...server.connections].find((connection) => connection.id === id)?.send(421, 'No mail came');
  await bound(server, options.port ?? deps.config.smtpInletPort, deps.config.host);
  // From here on: what goes wrong before is the caller's to tell.
  server.on('error', (error) => {
    deps.log.warn({ code: (error as NodeJS.ErrnoException).code }, 'mail inlet connection error');
    ledger.failed(`Connection error ${(error as NodeJS.ErrnoException).code ?? ''}`.trim());
  });
  const closed = new Promise<void>((resolve) => {
    const stop = () => void inlet.drain(server).then(resolve);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const { address, port } = server.server.address() as AddressInfo;
  const listening = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  ledger.listens(listening, () => server.connections.size);
  void closed.then(() => ledger.ended());
  return { address: listening, closed };
}

function serverOptions(options: InletOptions): SMTPServerOptions {
  return {
    banner: 'Patchbay',
    size: mailSizeLimit,
    // Places are given at the greeting, which comes a moment after the connection: who is refused there takes nobody's.
    maxClients: 2 * (options.maxClients ?? placesInAll),
    maxRecipients: 100,
    maxAllowedUnauthenticatedCommands: 1000,
    socketTimeout: options.socketTimeout ?? 60_000,
    closeTimeout: options.closeTimeout ?? 30_000,
    disableReverseLookup: true,
    disabledCommands: options.tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    authOptional: true,
    logger: false,
    ...options.tls,
  };
}

async function bound(server: SMTPServer, port: number, host: string): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  server.off('error', listening.reject);
}

class Inlet {
  readonly handlers: Pick<SMTPServerOptions, 'onConnect' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'>;
  /** Ends a connection. */
  ends: (id: string) => void = () => undefined;
  private readonly deps: ChannelDeps;
  private readonly domains: ReadonlySet<string>;
  private readonly parsing = new Room(parsedAtOnce);
  private readonly busy = new Map<string, Promise<void>>();
  private buffered = 0;
  private stopping = false;
  private readonly ledger: InletLedger;
  private readonly places: Places;
  private readonly idle: number;
  /** When connections without a mail, or with a very slow one, are ended. */
  private readonly ending = new Map<string, NodeJS.Timeout>();

  constructor(deps: ChannelDeps, ledger: InletLedger, options: InletOptions) {
    this.deps = deps;
    this.ledger = ledger;
    this.places = new Places(options.maxClients ?? placesInAll, deps.config.mailTrust?.relays ?? loopback);
    this.idle = options.idleTimeout ?? longestIdle;
    this.domains = new Set(deps.config.mailDomains.map(asciiDomain));
    this.handlers = {
      onConnect: (session, done) => done(this.admit(session)),
      onClose: ({ id }) => {
        this.places.leave(id);
        clearTimeout(this.ending.get(id));
        this.ending.delete(id);
      },
      onMailFrom: (_address, _session, done) =>
        done(this.stopping ? reply(421, 'Shutting down, try again later') : null),
      onRcptTo: (address, _session, done) => {
        const ours = this.domains.has(domainOf(address.address));
        if (!ours) this.ledger.refused();
        done(ours ? null : reply(550, 'Relaying denied'));
      },
      onData: (stream, session, done) => void this.take(stream, session, done),
    };
  }

  /** RFC 5321 §3.8 has 421 for a server that ends the connection by itself; the client keeps its mail and comes again. */
  private admit({ id, remoteAddress }: SMTPServerSession): Error | null {
    const outcome = this.places.take(id, remoteAddress);
    if (outcome === 'taken') this.endAfter(id, this.idle);
    else if (outcome === 'share') this.deps.log.warn({ remoteAddress }, 'a host has its part of the mail inlet');
    if (outcome === 'full') return reply(421, 'Too many connected clients, try again in a moment');
    return outcome === 'share' ? reply(421, 'Too many connections from your network, try again in a moment') : null;
  }

  private endAfter(id: string, milliseconds: number): void {
    clearTimeout(this.ending.get(id));
    this.ending.set(id, setTimeout(() => this.ends(id), milliseconds).unref());
  }

  /** Ends the server: no new clients, idle ones sent away, mails in progress answered first. */
  async drain(server: SMTPServer): Promise<void> {
    this.stopping = true;
    const stopped = new Promise<void>((resolve) => {
      server.close(resolve);
    });
    const farewell = () => {
      for (const connection of server.connections)
        if (!this.busy.has(connection.id)) connection.send(421, 'Shutting down');
    };
    farewell();
    for (const work of this.busy.values()) void work.then(() => setImmediate(farewell));
    await stopped;
    await Promise.all(this.busy.values());
  }

  private async take(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    const work = this.receive(stream, session).then(
      () => {
        this.ledger.accepted();
        done(null);
      },
      (error: unknown) => done(this.answer(error)),
    );
    this.busy.set(session.id, work);
    this.endAfter(session.id, longestMail);
    await work;
    this.busy.delete(session.id);
    // Unless it was closed meanwhile.
    if (this.ending.has(session.id)) this.endAfter(session.id, this.idle);
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    // The envelope is taken now: smtp-server empties it for the next transaction.
    const from = session.envelope.mailFrom;
    const envelope = {
      from: from === false ? null : from.address,
      to: session.envelope.rcptTo.map((recipient) => recipient.address),
      peer: { address: session.remoteAddress, helo: session.hostNameAppearsAs || session.clientHostname },
    };
    const mail = await this.read(stream);
    try {
      await this.parsing.run(Math.max(mail.length, leastParsed), () => this.deliver(mail, envelope));
    } finally {
      this.buffered -= mail.length;
    }
  }

  /** The bytes of the mail. A mail that is too large, or too many at once, is read to its end and let go. */
  private async read(stream: SMTPServerDataStream): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    let refusal: Error | undefined;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        refusal ??= this.refusal(stream, size + chunk.length, chunk.length);
        if (refusal) {
          chunks.length = 0;
          this.buffered -= size;
          size = 0;
          continue;
        }
        chunks.push(chunk);
        size += chunk.length;
        this.buffered += chunk.length;
      }
    } catch (cause) {
      this.buffered -= size;
      throw reply(421, 'The connection was lost', cause);
    }
    if (refusal) throw refusal;
    return Buffer.concat(chunks);
  }

  private refusal(stream: SMTPServerDataStream, size: number, added: number): Error | undefined {
    if (stream.sizeExceeded || size > mailSizeLimit) return reply(552, 'Message exceeds the size limit');
    return this.buffered + added > bufferLimit ? reply(452, 'Too much mail at once, try again later') : undefined;
  }

  private async deliver(raw: Buffer, envelope: MailEnvelope): Promise<void> {
    const payload = payloadOf(raw, envelope);
    try {
      const contact = await parseMail(raw, envelope, this.deps);
      await this.deps.receive(contact, payload);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'unprocessable') throw error;
      // Named by its bytes: the Message-ID of a mail that cannot be read may be another's.
      const externalId = `<${sha256(raw)}@unreadable>`;
      await this.deps.quarantine(
        { channel: 'email', channelAccount: emailAccount, externalId, reason: error.message },
        payload,
      );
      this.deps.log.warn({ externalId, size: raw.length }, 'mail quarantined');
    }
  }

  // Whatever failed on our side, the sender keeps the mail and comes back.
  private answer(error: unknown): Error {
    this.ledger.refused();
    if (error instanceof SmtpReply) return error;
    this.deps.log.error({ err: error }, 'mail not accepted');
    this.ledger.failed(error instanceof HubError ? error.message : 'A mail could not be stored');
    return reply(451, 'Cannot store the message now, try again later', error);
  }
}

class SmtpReply extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.responseCode = responseCode;
  }
}

function reply(code: number, message: string, cause?: unknown): SmtpReply {
  return new SmtpReply(code, message, cause);
}
