/** Mail that says it is from us, and whether it is. */
import { normaliseEmail } from '@patchbay/domain';
import type { ChannelDeps } from '../channel.ts';
import { asciiDomain, domainOf, placeOf } from './addresses.ts';
import { verifyBounceAddress } from './bounce-address.ts';
import { cleanLine } from './clean-text.ts';
import type { MailSource } from './reading/mail-source.ts';
import { verifyReplyAddress } from './reply-address.ts';
import type { MailEnvelope } from './schema.ts';
import type { SenderCheck } from './sender/authenticity.ts';
import { messageIds } from './threading.ts';

type OwnMailDeps = Pick<ChannelDeps, 'config' | 'signingKey' | 'ourAddresses' | 'ticketsOfSent'>;

/** What a mail claims that names one of us as its author; anybody can. */
export interface OwnClaim {
  /** Its author is an address that this hub writes as or fetches from; otherwise somebody of our domains, who may be a person. */
  readonly byHub: boolean;
  /** Tickets whose signed address it wants its answers at, as the messages of this hub do that leave in a domain of ours. */
  readonly tickets: readonly string[];
  /** Those of them, or of any where it names none, that sent a message under this mail's Message-ID, or from the bounce address that it was sent from. */
  readonly sentFrom: readonly string[];
}

export const ownDomains = ({ config }: Pick<ChannelDeps, 'config'>): string[] => [
  ...config.mailDomains.map(asciiDomain),
  domainOf(config.mailFrom),
];

/** Undefined where the author has no address of our domains, and none of ours elsewhere: where it was fetched, too. */
export async function ownClaim(
  mail: MailSource,
  envelope: MailEnvelope,
  deps: OwnMailDeps,
): Promise<OwnClaim | undefined> {
  const author = mail.from?.address ?? '';
  const address = normaliseEmail(cleanLine(author));
  const byHub =
    address !== null &&
    (address === normaliseEmail(deps.config.mailFrom) ||
      envelope.to.some((one) => normaliseEmail(one) === address) ||
      (await deps.ourAddresses()).has(address));
  if (!byHub && !ownDomains(deps).includes(domainOf(author))) return undefined;
  const tickets = mail.replyTo.flatMap((answer) => verifyReplyAddress(cleanLine(answer), deps.signingKey) ?? []);
  // What leaves as a mailbox in a domain of others names no such address (compose.ts).
  const mayBeSent = tickets.length > 0 || (byHub && !placeOf(author, deps.config).signs);
  const sent = mayBeSent ? await deps.ticketsOfSent(sentAs(mail, envelope, deps)) : [];
  return { byHub, tickets, sentFrom: tickets.length === 0 ? sent : tickets.filter((ticket) => sent.includes(ticket)) };
}

/** Relays give mails other Message-IDs; the bounce address names the message, too (compose.ts). */
function sentAs(mail: MailSource, envelope: MailEnvelope, { signingKey }: OwnMailDeps): string[] {
  const paths = [envelope.from ?? '', (mail.header('return-path')[0] ?? '').replace(/[\s<>]/g, '')];
  return [
    ...messageIds(mail.header('message-id')[0] ?? ''),
    ...paths.flatMap((path) => {
      const outboundId = verifyBounceAddress(path, signingKey);
      return outboundId === undefined ? [] : [`<${outboundId}@${domainOf(path)}>`];
    }),
  ];
}

/**
 * The ticket of a message of ours that came back: it is one when its author is confirmed, or we know it as sent and nothing speaks against it,
 * for whoever was sent a message knows its names. Undefined for all others.
 */
export function ownTicket(
  claim: OwnClaim | undefined,
  { soleAuthor }: MailSource,
  check: SenderCheck,
): string | undefined {
  const { verdict } = check.authenticity;
  if (claim === undefined || !soleAuthor || !check.judged || check.addedTo || verdict === 'fail') return undefined;
  return (verdict === 'pass' ? claim.tickets[0] : undefined) ?? claim.sentFrom[0];
}
