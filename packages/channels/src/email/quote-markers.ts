/** The lines by which mail programs, in their languages, say that an older mail follows. */

const original = [
  'original',
  'original message',
  'original email',
  'repl(y|ied) message',
  'ursprüngliche nachricht',
  'original[- ]?nachricht',
  'urspr(\\.|üngliche) (nachricht|e-?mail)',
  "message d['’]origine",
  'message original',
  'mensaje original',
  'mensagem original',
  'messaggio originale',
  'oorspronkelijk bericht',
  'oprindelig (meddelelse|besked)',
  'ursprungligt meddelande',
  'ursprungsmeddelande',
  'opprinnelig melding',
  'alkuperäinen viesti',
  'wiadomość oryginalna',
  'original(ní)? zpráva',
  'původní (zpráva|e-?mail)',
  'исходное сообщение',
  'оригинальное сообщение',
  'orijinal (mesaj|ileti)',
  '原始邮件',
  '邮件原件',
  '(回复的)?原邮件',
  '回复的邮件',
  '原始郵件',
  '原始信件',
  '元のメッセージ',
  '元のメール',
  'オリジナルメッセージ',
  '원본 메[시세]지',
].join('|');
/** Also where a program left the sign of a space as HTML writes it. */
const space = '(?:\\s|&nbsp;){0,20}';
const originalLine = new RegExp(`^[\\s>*_]*[-_=]{2,}${space}(${original})${space}[-_=]{2,}`, 'i');

const forwarded = [
  'forwarded (message|by)',
  'weitergeleitete nachricht',
  'message (transféré|réexpédié)',
  'mensaje reenviado',
  'messaggio inoltrato',
  'mensagem (en|reen)caminhada',
  'doorgestuurd bericht',
  'videresendt (meddelelse|melding|besked)',
  'vidarebefordrat (meddelande|brev|mail)',
  'edelleenlähetetty viesti',
  'välitetty viesti',
  '(przekazana|przesłana) wiadomość',
  'wiadomość przekazana',
  '(přeposlaná|předaná) zpráva',
  'továbbított (üzenet|levél)',
  '[iİ]letilen (ileti|mesaj)',
  '(пересылаемое|перенаправленное|пересланное|переадресованное) (сообщение|письмо)',
  '转发(的)?(邮件|消息|邮件信息)',
  '轉寄(的)?(郵件|信件|訊息)',
  '転送(された)?(メッセージ|メール)',
  '전달된 (메시지|메일)',
].join('|');
/** Apple Mail and its like say it in words, with a colon. */
const forwardBegins = [
  '(begin )?forwarded message',
  'anfang der weitergeleiteten nachricht',
  'inicio del mensaje reenviado',
  'inizio (del )?messaggio inoltrato',
  'début du message (transféré|réexpédié)',
  'início da mensagem (reencaminhada|encaminhada)',
  'begin doorgestuurd bericht',
  'start på videresendt (meddelelse|besked)',
  'vidarebefordrat (brev|meddelande|mail)',
  'начало (переадресованного|пересылаемого) сообщения',
  '(开始)?转发的邮件',
  '(開始)?轉寄(的)?郵件',
  '転送されたメール',
].join('|');
const forwardedLine = new RegExp(`^[\\s>*]*(-{2,}\\s*(${forwarded})|(${forwardBegins})\\s*[:\uff1a])`, 'i');

const labels = {
  from: 'from|von|de|fra|från|van|da|od|odesílatel|lähettäjä|kimden|feladó|de la|expeditor|από|dari|от|від|מאת|من|发件人|寄件者|寄件人|差出人|보낸 ?사람',
  date: 'sent|date|gesendet|datum|envoyé( le)?|enviado( el| em)?|fecha|data|inviato|sendt|dato|skickat|verzonden|wysłano|lähetetty|odesláno|gönderilme( tarihi)?|gönderildi|tarih|elküldve|dátum|trimis|στάλθηκε|ημερομηνία|dikirim|tanggal|отправлено|дата|надіслано|נשלח|תאריך|تم الإرسال|التاريخ|发送时间|发送日期|日期|寄件日期|傳送時間|送信日時|日時|보낸 ?날짜',
  to: 'to|an|à|a|para|per|til|till|aan|do|komu|vastaanottaja|kime|címzett|către|προς|kepada|кому|אל|إلى|收件人|收件者|宛先|받는 ?사람',
  subject:
    'subject|betreff|objet|asunto|assunto|oggetto|emne|ämne|onderwerp|temat|aihe|předmět|predmet|konu|tárgy|subiect|θέμα|subjek|тема|נושא|الموضوع|主题|主旨|主題|件名|제목',
};
const labelled = Object.entries(labels).map(
  ([name, words]) => [name, new RegExp(`^[\\s>*_]*(${words})[\\s*]*[:\uff1a]`, 'iu')] as const,
);
const blockLines = 8;
/** The same block run together, as text made of HTML has it. */
const oneLineBlock = new RegExp(
  `^[\\s>*_]*(${labels.from})[\\s*]*[:\uff1a].{0,200}@.{0,200}\\s[*_]*(${labels.date})[\\s*]*[:\uff1a].{0,80}\\d{4}`,
  'iu',
);

const intro =
  /^[\s>*_-]*(on|at|am|le|el|il|op|den|på|em|w dniu|dnia|dne|vào|в|sent from|в? ?(пн|вт|ср|чт|пт|сб|вс)[,.]) .{0,400}$/iu;
const verb =
  '(wrote|writes|sent|schrieb( am)?|a écrit|escribió|ha scritto|schreef|geschreven|skrev|napisał\\(?a?\\)?|escreveu|đã viết|napsal\\(?a?\\)?|пишет|написал\\(?а?\\)?)';
const attribution = new RegExp(`(\\b|\\s|>)${verb}(\\s[^:]{0,200})?\\s*([:\uff1a]|-{2,})\\s*$`, 'iu');
const dashedAttribution = /^\s*-{2,}\s.{1,100}\bwrote\s*-{2,}\s*$/i;
const datedSender =
  /^[\s>]*\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}.{0,200}(<\s?[^<>\s]+@[^<>\s]+\s?>\s*[:\uff1a]?|[写寫]道\s*[:\uff1a])\s*$/u;
const eastAsian =
  /^[\s>]*(.{0,200}(在|于|於).{4,200}[写寫]道\s*[:\uff1a]|.{4,200}(さんは書きました|のメッセージ|님이 (작성|쓴 글))\s*[:\uff1a]?)\s*$/u;
const inline = /^(.*?)[\s-]*\bOn (mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .{0,120}\b\d{4}\b.{0,200}\b(wrote|sent):\s*$/i;
const dated = /(?<!\d)(19|20|25)\d\d(?!\d)|(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{2}(?!\d)/;
const timed = /(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)/;
const addressed = /[<(][^<>()\s]{1,64}@[^<>()\s]{1,255}[>)]/;
const bareAtEnd = /(?:^|\s)[^<>()\s@]{1,64}@[^<>()\s@]{1,255}\s*[:\uff1a]\s*$/;
/** GroupWise puts the sender and the date between its signs. */
const groupWise = /^>{2,3}\s.{1,300}\s>{2,3}\s*$/;
const closed = /[:\uff1a]\s*$/;
const anyVerb = new RegExp(verb, 'iu');
const verbAtEnd = new RegExp(`(^|\\s)${verb}\\s*[:\uff1a]\\s*$`, 'iu');
const unfinishedLines = 3;
const attributionLines = 7;
const longestLine = 1000;
/** A line of signs with two or three words in it. */
const longestMark = 200;

/** An older mail begins here; `after` is the first line behind the marker and `before` what precedes it on its own line. */
export interface QuoteMarker {
  readonly after: number;
  readonly before: string;
  /** Everything behind belongs to the older mail: the marker stands for the whole rest, with or without `>`. */
  readonly toEnd: boolean;
}

export function quoteMarkerAt(lines: readonly string[], index: number): QuoteMarker | undefined {
  const line = lines[index] ?? '';
  if (line.length > longestLine) return undefined;
  if ((line.length <= longestMark && originalLine.test(line)) || isHeaderBlock(lines, index) || isGroupWise(line))
    return { after: index + 1, before: '', toEnd: true };
  const after = attributionEnd(lines, index);
  if (after !== undefined) return { after, before: '', toEnd: false };
  const shared = inline.exec(line);
  if (shared) return { after: index + 1, before: shared[1] ?? '', toEnd: false };
  const unspoken = unspokenEnd(lines, index);
  return unspoken === undefined ? undefined : { after: unspoken, before: '', toEnd: false };
}

export function isForwardMarker(line: string): boolean {
  return line.length <= longestMark && forwardedLine.test(line);
}

// The block that Outlook puts above the older mail. Only with an address or a subject: `From: Paris, To: Rome` is a journey.
function isHeaderBlock(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  const first = labelOf(line);
  if (first !== 'from' && first !== 'date') return false;
  if (oneLineBlock.test(line)) return true;
  const block = lines.slice(index, index + blockLines);
  const blank = block.findIndex((line) => line.trim() === '');
  const head = blank < 0 ? block : block.slice(0, blank);
  const found = new Set(head.map(labelOf).filter((label) => label !== undefined));
  // A date above a subject alone is what people write of a thing; a moment and whom it was for is a mail's.
  const moment = dated.test(line) && timed.test(line) && found.has('to') && head.some((below) => below.includes('@'));
  if (!found.has('from') && found.size < 3 && !moment) return false;
  return found.size >= 2 && (found.has('subject') || head.some((line) => line.includes('@')));
}

function labelOf(line: string): string | undefined {
  return line.length > longestLine ? undefined : labelled.find(([, pattern]) => pattern.test(line))?.[0];
}

// An attribution may be broken over several lines, also at blank ones.
function attributionEnd(lines: readonly string[], index: number): number | undefined {
  const line = lines[index] ?? '';
  if (dashedAttribution.test(line)) return index + 1;
  const european = intro.test(line);
  if (!european && !/\d{4}|[在于於]|さん|님이/u.test(line)) return undefined;
  let joined = '';
  for (let next = index; next < Math.min(index + attributionLines, lines.length); next += 1) {
    joined = `${joined} ${(lines[next] ?? '').trim()}`.trim();
    if (joined.length > longestLine) return undefined;
    const dated = /\d/.test(joined) || /<\s?\S+@\S+>/.test(joined);
    if (european && dated && attribution.test(joined)) return next + 1;
    if (next < index + 3 && (datedSender.test(joined) || eastAsian.test(joined))) return next + 1;
  }
  return undefined;
}

/**
 * An attribution in whatever language: date, time and address or a word for writing, and a colon at its end. With less, when what follows is
 * quoted. No blank line and nothing that closes a sentence stands in it.
 */
function unspokenEnd(lines: readonly string[], index: number): number | undefined {
  const first = plain(lines[index] ?? '');
  if (!dated.test(first) && !addressed.test(first) && !verbAtEnd.test(first)) return undefined;
  let joined = '';
  for (let next = index; next < Math.min(index + unfinishedLines, lines.length); next += 1) {
    const line = plain(lines[next] ?? '').trim();
    if (line === '' || line.startsWith('>')) return undefined;
    joined = `${joined} ${line}`;
    if (joined.length > longestLine) return undefined;
    if (!closed.test(line)) continue;
    const named = addressed.test(joined) || bareAtEnd.test(line);
    const whole = dated.test(joined) && timed.test(joined) && (addressed.test(joined) || verbAtEnd.test(joined));
    const told = named || verbAtEnd.test(joined) || (dated.test(joined) && anyVerb.test(joined));
    return whole || (told && isQuotedBelow(lines, next + 1)) ? next + 1 : undefined;
  }
  return undefined;
}

/** Without the marks of direction that stand around names and addresses in Hebrew and Arabic, and with digits as everywhere. */
function plain(line: string): string {
  return line
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}

const isGroupWise = (line: string): boolean =>
  line.length <= longestLine && groupWise.test(line) && dated.test(line) && timed.test(line);

function isQuotedBelow(lines: readonly string[], start: number): boolean {
  const below = lines.slice(start, start + unfinishedLines).find((line) => line.trim() !== '');
  return below !== undefined && /^\s{0,3}>/.test(below);
}
