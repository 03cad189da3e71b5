/** The fields of an older mail, as programs put them above it in text. */
import { addressed, dated, isMoment, longestLine, plain } from './line-signs.ts';

/** Before a label: signs of quotations and of bold text, and the marks of direction of Hebrew and Arabic. */
const margin = '[\\s>*_\u200e\u200f\u202a\u202b]*';
const labels = {
  from: 'from|von|de|fra|från|frá|van|da|od|nuo|nork|odesílatel|lähettäjä|saatja|šalje|kimden|gönderen|feladó|de la|expeditor(ul)?|nadawca|από|dari|từ|от( кого)?|отправитель|від( кого)?|од|מאת|من|از|प्रेषक|จาก|发件人|寄件者|寄件人|差出人|送信元|보낸 ?사람',
  date: 'sent|date|gesendet|datum|envoyé( le)?|enviad[oa]( el| em)?|enviat( el)?|fecha|data|inviato|sendt|dato|skickat|verzonden|wysłano|lähetetty|päivämäärä|päiväys|odesláno|odoslané|poslano|poslato|išsiųsta|nosūtīts|saadetud|bidalia|gönderil(me|en)( tarihi)?|gönderildi|tarih|elküldve|dátum|trimis|dată|στάλθηκε|εστάλη|ημερομηνία|dikirim|tanggal|đã gửi|ngày|отправлено|изпратено|послато|дата|надіслано|נשלח|תאריך|تم الإرسال|تاريخ الإرسال|التاريخ|ارسال شده|भेजा गया|ส่ง(เมื่อ)?|发送时间|发送日期|日期|寄件日期|傳送時間|送信日時|日時|日付|보낸 ?날짜',
  to: 'to|an|à|a|para|per( a)?|til|till|aan|do|za|kam|nori|pre|komu|prima|vastaanottaja|adressaat|kime|címzett|către|destinatarul|adresat|προς|kepada|đến|tới|кому|до|за|אל|إلى|به|प्रति|ถึง|收件人|收件者|宛先|送信先|받는 ?사람',
  subject:
    'subject|betreff|objet|asunto|assunto|assumpte|oggetto|emne|ämne|efni|onderwerp|temat|aihe|předmět|predmet|naslov|zadeva|tema|tēma|teema|gaia|konu|tárgy|subiect(ul)?|θέμα|subjek|perihal|chủ đề|tiêu đề|тема|относно|נושא|الموضوع|موضوع|विषय|เรื่อง|主题|主旨|主題|件名|제목',
};
/** What only mails have. */
const sentLabel =
  /^[\s>*_\u200e\u200f\u202a\u202b]*(sent|gesendet|envoyé( le)?|enviad[oa]( el| em)?|inviato|sendt|skickat|verzonden|wysłano|lähetetty|odesláno|odoslané|elküldve|trimis|στάλθηκε|εστάλη|gönderildi|отправлено|надіслано|נשלח|تم الإرسال|تاريخ الإرسال|发送时间|寄件日期|傳送時間|送信日時|보낸 ?날짜)[\s*]*[:\uff1a]/iu;
const labelled = Object.entries(labels).map(
  ([name, words]) => [name, new RegExp(`^${margin}(${words})[\\s*]*[:\uff1a]`, 'iu')] as const,
);
const blockLines = 8;
/** A field with something in it. */
const filled = new RegExp(`^${margin}\\p{L}[\\p{L} ()/-]{0,25}[\\s*]*[:\uff1a]\\s*\\S`, 'u');
const anyLabel = new RegExp(`^${margin}\\p{L}[\\p{L} ()-]{0,25}[\\s*]*[:\uff1a]`, 'u');
/** What forms, telephone systems and banks call their fields, and no mail its own. */
const formWords = [
  'message( (body|text))?|nachricht(entext)?|mensaje|mensagem|messaggio|bericht|meddelelse|besked|meddelande|melding|viesti|wiadomość|zpráva|správa|üzenet|mesaj|μήνυμα|сообщение|повідомлення|留言|内容|內容|消息|メッセージ|お問い合わせ内容|本文|메시지|내용|문의',
  'comments?|kommentar|commentaires?|comentarios?|commenti|question|frage|anfrage|anliegen|enquiry|inquiry',
  'e-?mail|mail|e-mail[- ]?adresse|e-mail address|correo( electrónico)?|courriel|adresse e-?mail|e-post(a|adress)?|sähköposti|邮箱|郵箱|电子邮件|電子郵件|メールアドレス|이메일',
  'phone|tel|telephone|mobile|cell|fax|telefon(nummer)?|handy(nummer)?|mobil|téléphone|tél|portable|teléfono|móvil|telefone|telefono|cellulare|telefoon|puhelin|телефон|电话|電話|手机|手機|電話番号|전화(번호)?|연락처',
  '(first|last|full|sur|your)? ?name|vorname|nachname|nom|prénom|nombre|apellidos?|nome|cognome|naam|navn|namn|nimi|imię|nazwisko|jméno|meno|név|nume|имя|фамилия|姓名|お名前|氏名|이름|성함',
  'company|firma|société|empresa|azienda|bedrijf|address|anschrift|indirizzo|dirección|endereço|adres',
  'amount|betrag|montant|importe|importo|valor|bedrag|belopp|beløb|kwota|částka|összeg|tutar|сумма|金额|金額|금액|iban|verwendungszweck',
  'pages?|seiten(zahl)?|páginas|pagine|pagina.s|sider|sidor|strony|страниц|页数|頁數|duration|dauer|durée|duración|duração|durata|duur|length|时长|通話時間|transcript(ion)?|transkript(ion)?|caller|anrufer|rückrufnummer',
  'error|fehler|erreur|fout|ошибка|time|uhrzeit|heure|hora|status|(order|customer|invoice)( (no|number|id))?|bestell(ung|nummer)|kundennummer|rechnungsnummer|train|zug|flight|flug|vol|vuelo|volo|seat|sitz',
].join('|');
const formLabel = new RegExp(
  `^${margin}(${formWords})( \\p{L}{1,20})?\\s?(\\([^()]{0,20}\\))?[.*]{0,2}[\\s*]*[:\uff1a]`,
  'iu',
);
/** The words that somebody typed into a form stand below the fields. */
const formBody =
  /^\s*(message( (body|text))?|(ihre )?nachricht|mensaje|mensagem|messaggio|bericht|留言|内容|メッセージ|お問い合わせ内容|메시지)\s*[:\uff1a]/iu;
const formWithin = new RegExp(`\\s(${formWords})\\s?[:\uff1a]`, 'iu');
/** Of the day, also as `8 h 30`, `8 AM`, `8 Uhr`; in a date between dots there is none. */
const clock =
  /(?<![\d.])\d{1,2}\s?([:\uff1a.h]|[时時点點시])\s?\d{2}(?!\.?\d)|\d\s?(am|pm|a\.m|p\.m|uhr|h|[时時点點시])(?!\p{L})/iu;
/** By which Outlook parts an answer from the older mail. */
const ruler = /^\s*_{10,}\s*$/;
/** The same block run together, as text made of HTML has it. */
const oneLineBlock = new RegExp(
  `^[\\s>*_]*(${labels.from})[\\s*]*[:\uff1a].{0,200}@.{0,200}\\s[*_]*(${labels.date})[\\s*]*[:\uff1a].{0,80}\\d{4}`,
  'iu',
);

/**
 * The block that Outlook puts above the older mail begins in line `index`. Only with a date, and an address or a subject: `From: Paris, To: Rome` is a
 * journey, and web forms have a sender and a subject.
 */
export function isMailHead(lines: readonly string[], index: number): boolean {
  const first = labelOf(lines[index] ?? '');
  if (first === 'from' || first === 'date') return isHead(lines, index) && !isForm(lines, index);
  return isSenderAbove(lines, index) || isStacked(lines, index);
}

function isHead(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (oneLineBlock.test(line)) return true;
  const head = headAt(lines, index);
  const found = labelsOf(head);
  const party = head.some(isParty);
  // A date above a subject alone is what people write of a thing; a moment and whom it was for is a mail's.
  if (!found.has('from')) return party && (found.size >= 3 || (isMoment(line) && found.has('to')));
  if (!found.has('date') && !head.some((below) => dated.test(plain(below)))) return false;
  if (found.size >= 2 && (found.has('subject') || party)) return true;
  // Windows Mail gives names alone, and leaves out an empty subject.
  return found.has('to') && head.some((below) => sentLabel.test(below) && isMoment(plain(below)));
}

/**
 * What forms, telephone systems and customers write has fields of the same names. It has others as well, in the block or right above it, no time of
 * day, or too little to be a mail's. Nobody types the signs of a quotation before them. `sender`: the line that names it, which may stand above.
 */
function isForm(lines: readonly string[], index: number, sender = index): boolean {
  const line = lines[index] ?? '';
  if (/^\s*>/.test(line)) return false;
  if (oneLineBlock.test(line)) return formWithin.test(line) || !clock.test(plain(line));
  const head = headAt(lines, index);
  if (fieldsOf(head).some((field) => formLabel.test(field))) return true;
  if (head.some((field) => sentLabel.test(field)) || isBelowRuler(lines, index)) return false;
  const below = lines.slice(index + head.length, index + head.length + 3).find((written) => written.trim() !== '');
  if (formBody.test(below ?? '') || hasFieldAbove(lines, sender) || !hasClock(head)) return true;
  if (sender !== index) return false;
  const found = labelsOf(head);
  if (labelOf(line) === 'date' && found.has('from') && !found.has('subject'))
    return !head.some((field) => isFrom(field) && isParty(field));
  return !head.some(isParty) && !found.has('to');
}

const labelsOf = (head: readonly string[]): Set<string> =>
  new Set(head.map(labelOf).filter((label) => label !== undefined));

const isFrom = (line: string): boolean => labelOf(line) === 'from';

/** Up to the first line that is none: there the older mail may begin without a blank line. */
function fieldsOf(head: readonly string[]): readonly string[] {
  const end = head.findIndex((line) => !anyLabel.test(line));
  return end < 0 ? head : head.slice(0, end);
}

/** In the date, in the line that goes on with it, or in the date of a field whose name is not known. */
const hasClock = (head: readonly string[]): boolean =>
  head.some((line, at) => {
    const written = plain(line);
    if (!clock.test(written)) return false;
    const label = labelOf(line);
    if (label !== undefined) return label === 'date';
    return dated.test(written) || (labelOf(head[at - 1] ?? '') === 'date' && !anyLabel.test(line));
  });

function isBelowRuler(lines: readonly string[], index: number): boolean {
  const above = lines.slice(Math.max(0, index - 2), index).findLast((line) => line.trim() !== '');
  return ruler.test(above ?? '');
}

/** A field that is no mail's stands above, perhaps with others in between. One of the head itself says that this line is not its first. */
function hasFieldAbove(lines: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= Math.max(0, index - blockLines); at -= 1) {
    const line = lines[at] ?? '';
    if (line.length > longestLine || !filled.test(line)) return false;
    const label = labelOf(line);
    if (label === undefined || label === 'from' || label === 'date') return true;
  }
  return false;
}

/** Its lines, also where a blank one stands below each. */
function headAt(lines: readonly string[], index: number): string[] {
  const head: string[] = [];
  const step = (lines[index + 1] ?? '').trim() === '' ? 2 : 1;
  for (let at = index; head.length < blockLines; at += step) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || (step > 1 && labelOf(line) === undefined)) break;
    head.push(line);
  }
  return head;
}

/** The address of somebody who wrote or was written to, in the field or below it; forms have addresses in fields of their own. */
function isParty(line: string): boolean {
  if (!line.includes('@') || line.length > longestLine) return false;
  const label = labelOf(line);
  return label === 'from' || label === 'to' || (label === undefined && !anyLabel.test(line));
}

/** The sender's field in a language that is not known, above those that are. */
function isSenderAbove(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  return (
    addressed.test(line) &&
    anyLabel.test(line) &&
    labelOf(lines[index + 1] ?? '') === 'date' &&
    isHead(lines, index + 1) &&
    !isForm(lines, index + 1, index)
  );
}

const momentAlone = /^\s*\d[\d./: -]{8,20}(?:\s?[ap]\.?m\.?)?(?: [A-Z]{2,5})?\s*$/i;
const alone = (words: string) => new RegExp(`^\\s*(${words})\\s*$`, 'iu');
const toAlone = alone(labels.to);
const subjectAlone = alone(`${labels.subject}|thema`);
const stackedLines = 16;

/** Notes sets the fields one below another: the sender, the moment, and below their names whom it was for and what about. */
function isStacked(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (line.length > longestLine || !addressed.test(line) || !momentAlone.test(lines[index + 1] ?? '')) return false;
  const below = lines.slice(index + 2, index + 2 + stackedLines);
  const to = below.findIndex((one) => toAlone.test(one));
  return (
    to >= 0 &&
    isMoment(lines[index + 1] ?? '') &&
    below.slice(to).some((one) => subjectAlone.test(one)) &&
    isAddressBelow(below, to)
  );
}

const isAddressBelow = (lines: readonly string[], to: number): boolean => (lines[to + 1] ?? '').includes('@');

function labelOf(line: string): string | undefined {
  return line.length > longestLine ? undefined : labelled.find(([, pattern]) => pattern.test(line))?.[0];
}
