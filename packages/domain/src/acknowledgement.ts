/** The customer is told at once, with a number, that their contact arrived (service norm I1). */
import type { MessageKind } from '@patchbay/contracts';
import { isPublicMailProvider } from './public-mail-providers.ts';

export interface AcknowledgementInput {
  kind: MessageKind;
  /** A machine sent the contact. */
  automatic: boolean;
  /** The domain of the sender says that the mail is not from there: whoever is told did not write (backscatter). */
  senderFailed: boolean;
  channelAcknowledges: boolean;
  /** The contact opened a ticket, as opposed to continuing one. */
  opened: boolean;
  /** It names a ticket that the sender is no party of, and may be a machine's answer to what we told there (`mayAnswerUs`). */
  namesOther: boolean;
}

/** Whether to acknowledge. A machine is never answered (RFC 3834, section 2). That the same sender is told once per window is held by a constraint. */
export function shouldAcknowledge(input: AcknowledgementInput): { yes: boolean; reason: string } {
  if (!input.channelAcknowledges) return no('The channel has no acknowledgements');
  if (input.automatic) return no('Sent automatically');
  if (input.senderFailed) return no('The sender is not who the mail says');
  if (input.kind !== 'customer') return no(`Not a customer's message but of kind ${input.kind}`);
  if (!input.opened) return no('The ticket is acknowledged already');
  if (input.namesOther) return no('It answers in a ticket of somebody else');
  return { yes: true, reason: 'New ticket' };
}

/** A ticket that a mail names by its number in the subject alone, which anybody may have been told, and whose party its sender is not. */
export interface NamedTicket {
  /** Whom it answers. */
  address: string;
  /** What opened it named another ticket. */
  isLinked: boolean;
  /** Milliseconds since something automatic was last written on it; null: nothing was. */
  toldMs: number | null;
}

/**
 * Whether a mail may be what a machine answers to an acknowledgement. A system that writes from an address for each ticket, and calls nothing
 * automatic, answers every one so, without end. It may where it comes from the house that was told the number within the window, or, however slow it
 * is, where the ticket was itself opened by what named another.
 *
 * @param sender an address in normal form
 */
export function mayAnswerUs(named: NamedTicket, sender: string, windowMs: number): boolean {
  if (named.toldMs === null) return false;
  return named.isLinked || (named.toldMs <= windowMs && isOneHouse(domainOf(sender), domainOf(named.address)));
}

/** What acknowledgements say in any hub of this kind, as far as it has no names; quoted in a mail it may stand in several lines. */
const acknowledged =
  /We[\s>]+received[\s>]+your[\s>]+message;[\s>]+your[\s>]+ticket[\s>]+number[\s>]+is[\s>]+\d|已收到您的消息，工单号为[\s>]*\d/;

/** Whether a text has an acknowledgement in it: what came through a gateway, or was written by a ticket system, has no other sign of that. */
export const holdsAcknowledgement = (text: string): boolean => acknowledged.test(text);

/** One domain, or one below the other. */
function isOneHouse(one: string, other: string): boolean {
  if (isPublicMailProvider(one)) return false;
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

function no(reason: string) {
  return { yes: false, reason };
}

export interface AcknowledgementContent {
  /** The ticket's number, or a placeholder for it where the number is given only later. */
  number: number | string;
  centreName: string;
  language: 'en' | 'zh';
  /** The centre is within its opening hours. */
  open: boolean;
  /** Whole minutes until the queue has come to it, where that is long and known. */
  waitMinutes?: number | null;
  /** How many wait already, told with the minutes. */
  ahead?: number;
}

/** What the acknowledgement says. The text holds the number too: some channels have no subject. */
export function acknowledgementText({
  number,
  centreName,
  language,
  open,
  waitMinutes = null,
  ahead = 0,
}: AcknowledgementContent): {
  subject: string;
  text: string;
} {
  if (language === 'zh') {
    const next = open
      ? waitMinutes === null
        ? '我们会尽快回复您。'
        : `目前咨询较多，前面约有 ${ahead} 位，预计需要约 ${waitMinutes} 分钟。`
      : '目前为非工作时间，我们上班后会尽快回复您。';
    return {
      subject: `我们已收到您的消息（工单 ${number}）`,
      text: `您好！${centreName}已收到您的消息，工单号为 ${number}。${next}`,
    };
  }
  const next = open
    ? waitMinutes === null
      ? 'We will answer as soon as we can.'
      : `Many people are writing to us at the moment: about ${ahead} are before you, and it will take about ${waitMinutes} minutes.`
    : 'We are closed at the moment and will answer once we are back.';
  return {
    subject: `We received your message (ticket ${number})`,
    text: `Thank you for contacting ${centreName}. We received your message; your ticket number is ${number}. ${next}`,
  };
}
