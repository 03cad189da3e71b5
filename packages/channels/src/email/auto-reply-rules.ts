/** Rules for what answers by itself: absence notes and the like. */
import type { Finding, MailSigns } from './mail-signs.ts';

/** RFC 3834 §5: any value but `no` says that no person wrote it. */
export function autoSubmitted(mail: MailSigns): Finding {
  const value = mail.header('auto-submitted').find((text) => text !== '' && !/^no\b/i.test(text));
  return value === undefined
    ? undefined
    : { category: 'auto-reply', evidence: `Auto-Submitted: ${value.slice(0, 40)}` };
}

const autoReplyHeaders = [
  'x-autoreply',
  'x-auto-reply',
  'x-autorespond',
  'x-autoresponder',
  'x-autoreply-from',
  'x-mail-autoreply',
];

/** Older responders, by headers of their own. */
export function autoReplyHeader(mail: MailSigns): Finding {
  const name = autoReplyHeaders.find((header) => mail.header(header).some((value) => !/^(no|false|0)$/i.test(value)));
  if (name !== undefined) return { category: 'auto-reply', evidence: name };
  if (mail.header('precedence').some((value) => /^auto[_-]?reply/i.test(value)))
    return { category: 'auto-reply', evidence: 'Precedence: auto_reply' };
  return mail.header('delivered-to').some((value) => /^autoresponder$/i.test(value))
    ? { category: 'auto-reply', evidence: 'Delivered-To: Autoresponder' }
    : undefined;
}

// What Exchange, Outlook, Gmail and large providers put before the subject of an absence note, in their languages.
const absence = new RegExp(
  `^(${[
    'out of (the )?office',
    'automatic reply',
    'auto(matic)?[- ]?(reply|response)',
    'autoreply',
    'automatische (antwort|antwoord)',
    'automatisch antwoord',
    'abwesenheits(notiz|nachricht|assistent)',
    'réponse automatique',
    "message d'absence",
    'respuesta automática',
    'fuera de (la )?oficina',
    'risposta automatica',
    'resposta automática',
    'autosvar',
    'automatisk svar',
    'automaattinen vastaus',
    'automatická odpověď',
    'odpowiedź automatyczna',
    'autoodpowiedź',
    'автоматический ответ',
    'автоответ',
    '自动(回复|答复)',
    '自動(回覆|回應|返信|応答)',
    '자동 회신',
    'otomatik yanıt',
  ].join('|')})\\s*([:\\uff1a\\])\\uff09\\-\\u2013]|$)`,
  'i',
);

/** Conventional subjects count only at the start: in an answer to an absence note they come after `Re:`. */
export function autoReplySubject(mail: MailSigns): Finding {
  return absence.test(mail.subject.replace(/^[[(（【]/, '').trim())
    ? { category: 'auto-reply', evidence: 'subject of an absence note' }
    : undefined;
}
