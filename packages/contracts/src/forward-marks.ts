/** The signs by which mail programs, in their languages, say that a mail is passed on: then the older mail is what the writer wants to be read. */

/** How the word for passing on begins, in the languages of Thunderbird, Gmail, Apple Mail, Yahoo, HubSpot, mail.ru and Notes. */
const passed = [
  'forward',
  'weitergeleitet',
  'transf[ée]r',
  'r[ée]exp[ée]di',
  'reenvi',
  '(re)?encaminh',
  'inoltrat',
  'doorgest',
  'doorgezonden',
  'videresen',
  'vidarebefordra',
  'áframsen',
  'edelleenl',
  'välitet',
  'edastat',
  'persiųst',
  'pārsūt',
  'przekaz',
  'przesłan',
  'přepos(l|íl)',
  'předan',
  'prepos(l|iel)',
  'prosl(ij|j)?eđ',
  'posredovan',
  'továbbít',
  '[iİ]letil',
  'redirec[tțţ]ion',
  'προωθ',
  'пересл',
  'перес[иы]л',
  'перенаправ',
  'переадрес',
  'препрат',
  'проследен',
  'chuyển tiếp',
  'diteruskan',
  'ส่งต่อ',
  'הועבר',
  'إعادة توجيه',
  'مُ?عاد توجيه',
  '转发',
  '轉[寄發]',
  '転送',
  '전달',
].join('|');
const dashed = new RegExp(`^[\\s>*]*[-—]{2,}(?![-—])([^-—]{0,80})(${passed})[^-—]{0,80}[-—]{2,}`, 'iu');
const begun = /^[\s>*]*-{2,}\s*(forwarded (message|by)|edelleenlähetetty viesti)/i;
/** Apple Mail and its like say it in words, with a colon. */
const inWords = new RegExp(
  `^[\\s>*]*(${[
    '(begin )?forwarded message',
    'anfang der weitergeleiteten nachricht',
    'inicio del mensaje reenviado',
    'inizio (del )?messaggio inoltrato',
    'début du message (transféré|réexpédié)',
    'início da mensagem (reencaminhada|encaminhada)',
    'begin doorgestuurd bericht',
    'start på videresendt (meddelelse|besked)',
    'vidarebefordrat (brev|meddelande|mail|mejl)',
    'начало (переадресованного|пересылаемого) сообщения',
    '(开始)?转发的邮件',
    '(開始)?轉寄(的)?郵件',
    '転送されたメール',
    '[iİ]leti başlangıcı',
  ].join('|')})\\s*[:\uff1a]`,
  'iu',
);
const words = new RegExp(`^[\\s>*]*[^:]{0,40}(${passed})[^:]{0,40}[:\uff1a]\\s*$`, 'iu');
const field = /^[\s>*]*[^\s:\uff1a][^:\uff1a]{0,25}[:\uff1a]\s{0,20}\S/u;
/** Characters. A line of signs with two or three words in it; Yahoo goes on with the fields in the same line. */
const longestMark = 200;
const linesBetween = 3;

export function isForwardMark(lines: readonly string[], index: number): boolean {
  const line = (lines[index] ?? '').slice(0, longestMark);
  if (dashed.test(line) || begun.test(line) || inWords.test(line)) return true;
  if (!/[:\uff1a]\s*$/.test(line) || !words.test(line)) return false;
  const below = lines.slice(index + 1, index + 1 + linesBetween).find((next) => /[^\s>]/.test(next));
  return below !== undefined && field.test(below.slice(0, longestMark));
}

/** What mail programs put before the subject of a mail that is passed on. */
const passedOn =
  /^\s*(fwd?|wg|tr|rv|enc|i|vb|vl|pd|fs|trs|doorst|továbbítás|[iİ]lt|πρθ|הועבר|إعادة توجيه|转发|转寄|轉寄|轉發|転送|전달)\s*[:\uff1a]/iu;
/** Danish and Norwegian for passing on (videresendt), Finnish for answering (vastaus). */
const passedOnOrAnswered = /^\s*vs\s*:/i;
const finnish = /^[\s>*_]*(lähettäjä|lähetetty|päivämäärä)/iu;

/** Whether `subject` says so; `line` is the first of the fields of the older mail, where there are some. */
export function isPassedOn(subject: string, line = ''): boolean {
  return (
    passedOn.test(untagged(subject)) ||
    passedOn.test(subject) ||
    (passedOnOrAnswered.test(subject) && !finnish.test(line))
  );
}

/** What gateways and trackers put before a subject: that it came from outside, that it may be bulk, which ticket it is of. */
const tag =
  /^\s*(?:\[[^[\]\n]{1,60}\]|【[^【】\n]{1,30}】|\*{2,}[^*\n]{1,30}\*{2,}|\{[^{}\n]{1,30}\}|\((?:ext|spam|bulk)[^()\n]{0,30}\)|(?:ext(?:ern(?:al)?)?|spam)\s*:(?!\s*$))\s*/i;
export function untagged(subject: string): string {
  let rest = subject;
  for (let tags = 0; tags < 3 && tag.test(rest); tags += 1) {
    const next = rest.replace(tag, '');
    if (next === '') break;
    rest = next;
  }
  return rest;
}
