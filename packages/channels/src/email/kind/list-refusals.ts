/** The program of a mailing list tells who is no member, or may not write to it, that their mail was not passed on. */
import { goods, isAnswerSubject } from './bounce-words.ts';
import type { Finding, MailSigns } from './mail-signs.ts';

/** Fields that fml, Mailman and LISTSERV write in their own mails. */
const programFields = ['X-MLServer', 'X-List-Administrivia', 'X-LSV-ListID'] as const;
const program = /^(listserv|majordomo|sympa|ecartis|listproc)@/i;
/** Persons have such addresses, too. */
const ofList = /^(mailman|.{1,60}-(admin|owner|request|bounces?))@/i;
const refusedSubject =
  /\b(reject(ed|ion)|refused|bounced?|not (a )?member|non-?members?|not (authori[sz]ed|allowed|subscribed)|unsubscribed|abgelehnt|rejeté|rechazad[oa]|rifiutat[oa])\b|投稿できません/iu;
const item = String.raw`\b(?:mail|message|request|post(?:ing)?|article|submission)\b`;
const refused = new RegExp(
  String.raw`${item}[^.!?]{0,200}\b(?:reject(?:ed|ion)|refused|denied|not (?:been )?(?:posted|accepted|distributed|delivered))\b|\bnot (?:a |the )?(?:member|subscribe[rd])\b|\bonly (?:members|subscribers)\b|\bnot (?:authori[sz]ed|allowed|permitted) to (?:post|send|write)\b`,
  'i',
);
/** Characters, in which a program says it. */
const firstWords = 1000;

/** What a title says, a person said. */
const title = /"[^"\n]{0,200}"|\bsubject:[^\n]*/gi;

export function listRefusal(mail: MailSigns): Finding {
  if (!refusedSubject.test(mail.subject) || isAnswerSubject(mail.subject) || !isOfProgram(mail)) return undefined;
  const told = mail.text.slice(0, firstWords).replace(title, '').replace(/\s+/g, ' ');
  return refused.test(told) && !goods.test(told) && !goods.test(mail.subject)
    ? { category: 'bounce', evidence: 'program of a mailing list, a mail refused' }
    : undefined;
}

/** `X-Loop` is what rules that pass a person's mail on write as well, and Exchange's have a null reverse-path. */
function isOfProgram(mail: MailSigns): boolean {
  const writes = (name: string) => mail.header(name.toLowerCase()).length > 0;
  if (program.test(mail.from)) return mail.nullPath || writes('X-Loop') || programFields.some(writes);
  return ofList.test(mail.from) && programFields.some(writes);
}
