/** The program of a mailing list tells who is no member, or may not write to it, that their mail was not passed on. */
import { isAnswerSubject } from './bounce-words.ts';
import type { Finding, MailSigns } from './mail-signs.ts';

/** Fields that such programs write in their own mails: fml, Mailman, LISTSERV, Sympa. */
const programFields = ['X-MLServer', 'X-List-Administrivia', 'X-LSV-ListID', 'X-Loop'] as const;
const program = /^(listserv|majordomo|sympa|mailman|ecartis|listproc|.{1,60}-(admin|owner|request|bounces?))@/i;
const refusedSubject =
  /\b(reject(ed|ion)|refused|bounced?|not (a )?member|non-?members?|not (authori[sz]ed|allowed|subscribed)|unsubscribed|abgelehnt|rejeté|rechazad[oa]|rifiutat[oa])\b|投稿できません/iu;
const item = String.raw`\b(?:mail|message|request|post(?:ing)?|article|submission)\b`;
const refused = new RegExp(
  String.raw`${item}[^.!?]{0,200}\b(?:reject(?:ed|ion)|refused|denied|not (?:been )?(?:posted|accepted|distributed|delivered))\b|\bnot (?:a |the )?(?:member|subscribe[rd])\b|\bonly (?:members|subscribers)\b|\bnot (?:authori[sz]ed|allowed|permitted) to (?:post|send|write)\b`,
  'i',
);
/** Characters, in which a program says it. */
const firstWords = 1000;

export function listRefusal(mail: MailSigns): Finding {
  if (!refusedSubject.test(mail.subject) || isAnswerSubject(mail.subject)) return undefined;
  const field = programFields.find((name) => mail.header(name.toLowerCase()).length > 0);
  if (!program.test(mail.from) || (field === undefined && !mail.nullPath)) return undefined;
  return refused.test(mail.text.slice(0, firstWords).replace(/\s+/g, ' '))
    ? { category: 'bounce', evidence: 'program of a mailing list, a mail refused' }
    : undefined;
}
