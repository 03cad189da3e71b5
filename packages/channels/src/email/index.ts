/** The email channel: mail comes in by SMTP or is fetched over IMAP, answers leave by SMTP or stay in the outbox. */
import { HubError } from '@patchbay/contracts';
import type { Channel, ChannelDeps, ChannelFactory, ChannelRequest } from '../channel.ts';
import { InletLedger } from './inlet-ledger.ts';
import { replayedEnvelope } from './envelope.ts';
import { noteLeft } from './imap/passed-over.ts';
import { headOnly } from './imap/take.ts';
import { listFolders, watchMailbox } from './imap/watch.ts';
import { type InletOptions, listenForMail } from './inlet.ts';
import { sendNotice } from './notice.ts';
import { parseMail } from './schema.ts';
import { sendMail } from './send.ts';
import { trySending } from './try-sending.ts';

/** The email channel with the configured inlet. */
export const createEmailChannel: ChannelFactory = (deps) => emailChannel(deps, {});

/** The email channel with another inlet: a free port, a certificate, other limits. */
export function createEmailChannelWith(inlet: InletOptions): ChannelFactory {
  return (deps) => emailChannel(deps, inlet);
}

function emailChannel(deps: ChannelDeps, inlet: InletOptions): Channel {
  const ledger = new InletLedger(inlet.port !== undefined || deps.config.smtpInletPort !== 0, deps.now);
  return {
    name: 'email',
    sender: deps.config.mailFrom,
    capabilities: {
      intake: 'pull',
      live: false,
      text: true,
      html: true,
      subject: true,
      attachments: true,
      copies: true,
      acknowledges: true,
      continuationMs: 0,
      reports: ['sent'],
    },
    webhookPaths: [],
    verify: () => {
      throw noWebhooks();
    },
    parse: async (request) => [await replayed(request, deps)],
    parseStatus: () => [],
    reply: () => {
      throw noWebhooks();
    },
    send: (message, signal) => sendMail(message, deps, signal),
    sendNotice: (notice, signal) => sendNotice(notice, deps, signal),
    listen: async (signal) => {
      if (inlet.port === undefined && deps.config.smtpInletPort === 0)
        return { address: '', closed: Promise.resolve() };
      return await listenForMail(deps, signal, inlet, ledger);
    },
    inletStatus: () => ledger.status(),
    mailboxes: {
      watch: (mailbox, signal) => watchMailbox(mailbox, deps, signal),
      folders: (server, signal) => listFolders(server, signal),
      trySending: (server, signal) => trySending(server, signal),
      noteLeft: (left) => noteLeft(left, deps),
    },
  };
}

/** A kept mail goes round again: body as it came, `content-type: message/rfc822`, and the envelopes that it came in. */
async function replayed(request: ChannelRequest, deps: ChannelDeps) {
  if (request.headers['content-type'] === headOnly)
    throw new HubError('unprocessable', 'Only the head of the mail is here; the mail itself is in its mailbox');
  if (!/^message\/rfc822\b/i.test(request.headers['content-type'] ?? '')) throw noWebhooks();
  return await parseMail(request.body, replayedEnvelope(request.envelopes ?? []), deps);
}

function noWebhooks(): HubError {
  return new HubError('not_found', 'Email has no webhooks');
}
