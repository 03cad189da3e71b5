/** The lines by which mail programs, in their languages, say that an older mail follows. */
import { addressed, dated, isMoment, longestLine, plain, timed } from './line-signs.ts';
import { isMailHead } from './mail-head.ts';

const original = [
  'original message',
  'original email',
  'repl(y|ied) message',
  'ursprüngliche nachricht',
  'original[- ]?nachricht',
  'urspr(\\.|üngliche) (nachricht|(e-?)?mail)',
  "message d['’]origine",
  '(message|mail) original',
  'mensaje original',
  'mensagem original',
  'messaggio originale',
  'oorspronkelijk bericht',
  'oprindelig (meddelelse|besked)',
  'ursprungligt meddelande',
  '(ursprungs|original)meddelande',
  'opprinnelig melding',
  'alkuperäinen viesti',
  'wiadomość oryginalna',
  'oryginalna wiadomość',
  'original(ní)? zpráva',
  'původní (zpráva|e-?mail)',
  'исходное сообщение',
  'оригинальное сообщение',
  '(orijinal|özgün) (mesaj|[iİ]leti)',
  'eredeti (üzenet|levél)',
  'mesaj(ul)? original',
  'missatge original',
  'αρχικό μήνυμα',
  '(вихідне|початкове|оригінальне) повідомлення',
  'оригинално съобщение',
  'pôvodná správa',
  '(izvorna|originalna) poruka',
  'izvirno sporočilo',
  'הודעה מקורית',
  '(ال)?رسالة (ال)?أصلية',
  '(thư|tin nhắn) gốc',
  'ข้อความ(ต้นฉบับ|เดิม)',
  'pesan asli',
  '原始邮件',
  '邮件原件',
  '(回复的)?原邮件',
  '回复的邮件',
  '原始郵件',
  '原始信件',
  '元のメッセージ',
  '元のメール',
  'オリジナルメッセージ',
  '원본 (메[시세]지|메일|이메일)',
].join('|');
/** Also where a program left the sign of a space as HTML writes it. */
const space = '(?:\\s|&nbsp;){0,20}';
const originalLine = new RegExp(`^[\\s>*_]*[-_=\u2010]{2,}${space}(${original})${space}[-_=\u2010]{2,}`, 'i');
/** Before fields the words stand alone as well, and between signs in whatever language. */
const heading = new RegExp(
  `^[\\s>*]*(([-_=—\u2010]{3,})([^-_=—\u2010]|-(?![-_=—\u2010\\s])){1,60}[-_=—\u2010]{3,}|(${original}))\\s*$`,
  'i',
);
/** Where a program lost the ends of the lines. */
const originalWithin = new RegExp(`(?<![-_])[-_]{5,}${space}(${original})${space}[-_]{5,}`, 'i');

/** Systems ask in their own mails for an answer above a line; what stands below it is theirs. */
const aboveIt = [
  'above this line',
  'oberhalb dieser (zeile|linie)',
  'über diese[rn]? (zeile|linie)',
  'au-dessus de (cette|la) ligne',
  '(por )?encima de (esta|la) línea',
  'sobre esta línea',
  'acima desta linha',
  'sopra (questa|la) (riga|linea)',
  'boven deze (regel|lijn)',
  'ovanför (denna|den här) (linje|rad)',
  'ovenfor denne linje',
  'over denne linje',
  '(powyżej|nad) t(ej|ą) lini',
  'выше этой (строки|линии|черты)',
  'вище ц(ього|ієї) (рядка|лінії)',
  'nad (tento|tímto) řád',
  'tämän rivin yläpuolelle',
  'e (vonal|sor) fölé',
  'deasupra acestei linii',
  'bu satırın üst',
  'この(行|線|ライン)(より|の)上',
  '此(行|线|線)(之上|以上|上方)',
  '이 (줄|선) 위',
].join('|');
const replyAbove = new RegExp(
  `^[\\s>]*([#=*_~—–-]{2,}.{0,120}(${aboveIt})|=?\\s?(please )?((type|write|enter|add) your (reply|response|message|answer|comment)|reply|write) above this line\\b.{0,40}$)`,
  'iu',
);

const intro =
  /^[\s>*_-]*(on|at|am|le|el|il|op|den|på|em|w dniu|dnia|dne|vào|в|sent from|в? ?(пн|вт|ср|чт|пт|сб|вс)[,.]) .{0,400}$/iu;
/** What is left on its own line where one was broken before its date or within it. */
const introAlone =
  /^\s*(on|at|am|le|el|il|op|den|em|en|în|dne|dnia|w dniu|vào|στις|på|pada|на|في|בתאריך|ในวันที่|เมื่อ)( \p{L}{1,10}[.,]{0,2})?( \d{1,2}[.,]?)?( \p{L}{1,10}\.?){0,2}\s*$/iu;
const verb =
  '(wrote|writes|sent|schrieb( am)?|a écrit|escribió|ha scritto|schreef|geschreven|skrev|napisał\\(?a?\\)?|escreveu|đã viết|napsal\\(?a?\\)?|пишет|написал\\(?а?\\)?)';
const attribution = new RegExp(`(\\b|\\s|>)${verb}(\\s[^:]{0,200})?\\s*([:\uff1a]|-{2,})\\s*$`, 'iu');
/** Zoho and Notes put it between dashes. */
const frameStart = /^\s*-{2,}\s?["\p{L}]/u;
/** Zoho in whatever language. */
const framedMoment =
  /^\s*-{3,}\s.{0,300}(?:19|20)\d\d.{0,200}\d:\d\d.{0,200}<\s?[^<>\s]{1,64}@[^<>\s]{1,255}\s?>.{0,60}\s-{3,}\s*$/u;
const dashedAttribution = new RegExp(`^\\s*-{2,}(?!-).{1,300}(\\b|\\s|>)${verb}\\s*:?\\s*-{2,}\\s*$`, 'iu');
const datedSender =
  /^[\s>]*\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}.{0,200}(<\s?[^<>\s]+@[^<>\s]+\s?>\s*[:\uff1a]?|[写寫]道\s*[:\uff1a])\s*$/u;
const eastAsian =
  /^[\s>]*(.{0,200}(在|于|於).{4,200}[写寫]道\s*[:\uff1a]|.{4,200}(さんは書きました|のメッセージ|님이 (작성|쓴 글)|이\(가\) 쓴 글)\s*[:\uff1a]?)\s*$/u;
const inline = /^(.*?)[\s-]*\bOn (mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .{0,120}\b\d{4}\b.{0,200}\b(wrote|sent):\s*$/i;
const bareAtEnd = /(?:^|\s)[^<>()\s@]{1,64}@[^<>()\s@]{1,255}\s*[:\uff1a]\s*$/;
/** GroupWise puts the sender and the date between its signs. */
const groupWise = /^>{2,3}\s.{1,300}\s>{2,3}\s*$/;
const closed = /[:\uff1a]\s*$/;
const anyVerb = new RegExp(verb, 'iu');
const verbAtEnd = new RegExp(`(^|\\s)${verb}\\s*[:\uff1a]\\s*$`, 'iu');
/** Of more languages, where little else is said; it counts above what is quoted. */
const otherVerb =
  '(pisze|pisał\\(?a?\\)?|kirjoitti|[ií]rta|yazdı|yazmış|έγραψε|написа|пише|rašė|napísal\\(?a?\\)?|a scris|va escriure|menulis|napisao|napisala|napisal\\(?a?\\)?|skrifaði)';
const otherVerbAtEnd = new RegExp(`((^|\\s)${otherVerb}|[写寫][道到]|さんは書きました)\\s*[:\uff1a]\\s*$`, 'iu');
/** Programs begin with the date, or put a word for writing behind the sender's address; no blank line need follow. */
const wholeAttribution = new RegExp(
  `^(\\d{1,4}[./-]\\d|\\d{1,2}\\.? \\p{L}{3,12}\\.? \\d{4}).{0,300}<\\s?[^<>\\s]{1,64}@[^<>\\s]{1,255}\\s?>\\s*[:\uff1a]\\s*$|<\\s?[^<>\\s]{1,64}@[^<>\\s]{1,255}\\s?>\\s?(${verb}|${otherVerb})\\s*[:\uff1a]\\s*$`,
  'iu',
);
/** I and you, as they stand beside the word for writing. */
const tellers =
  /(^|[\s,])(i|we|you|he|she|they) (wrote|sent)\b|\bschrieb(en)? (ich|wir|sie|er|du)\b|\b(je (vous|t['’])?|j['’]|vous |nous |tu )(ai |avez |avons |as )(vous |t['’])?écrit|\b(ho|hai|abbiamo|avete) scritto|\bschreef (ik|u|je|jij)\b|\bskrev (jag|du|ni|jeg|vi|de)\b|(^|[\s,])(я|мы|вы|ты) (написал|пишет)|[我您你][^<@]{0,20}[写寫]道/iu;
/** Whose words they are, or to whom they were, in small letters as names do not have them: programs do not say it so. */
const told =
  /(?:^|[\s,(])(I|we(?! (wto|śro|czw))|my|our|us|me|ich|wir|mir|uns|mein\p{L}*|unser\p{L}*|[Ii]hre?[mnrs]?|m['’]\p{L}+|notre|nos|votre|vos|mon|mes|mi|mis|nosotros|ci|nostr[aeio]|vostr[aeio]|mio|mia|meu|minha|ik|mij|mijn|ons|onze|uw|mig|meg|oss|vår|din|deres|jeres|mnie|nam|nas|Państwa|mně|nám|váš|vaše|я|мы|мне|нам|нас|ваш\p{L}*|наш\p{L}*|мені|ви|μου|μας|σας)(?=[\s,)])/u;
/** Yahoo on a phone goes on with the older mail in the same line. */
const goingOn = new RegExp(`\\b${verb}\\s?:\\s{2,}\\S`, 'iu');
/** What stands before the lines below an attribution: `>`; a bar, as a line of a table has at its end as well; in The Bat the writer's initials. */
export const quoteSigns: readonly RegExp[] = [/^\s{0,3}>/, /^\s{0,3}\|(?!.*\|\s*$)/, /^\s{0,3}\p{Lu}{1,4}>/u];
const unfinishedLines = 3;
const attributionLines = 7;
/** A line of signs with two or three words in it. */
const longestMark = 200;

/** An older mail begins here; `after` is the first line behind the marker and `before` what precedes it on its own line. */
export interface QuoteMarker {
  readonly after: number;
  readonly before: string;
  /** Everything behind belongs to the older mail: the marker stands for the whole rest, with or without `>`. */
  readonly toEnd: boolean;
}

/** It means something only below an answer; above one it is a line of the older mail without its signs. */
export function isReplyAbove(line: string): boolean {
  return line.length <= longestMark && replyAbove.test(line);
}

export function quoteMarkerAt(lines: readonly string[], index: number): QuoteMarker | undefined {
  const line = lines[index] ?? '';
  if (line.length > longestLine) return undefined;
  const toEnd = { after: index + 1, before: '', toEnd: true };
  if (line.length <= longestMark && (originalLine.test(line) || heading.test(line))) {
    let below = index + 1;
    while (below < index + 4 && (lines[below] ?? '').trim() === '') below += 1;
    const after = attributionEnd(lines, below);
    if (originalLine.test(line)) return after === undefined ? toEnd : { ...toEnd, after, toEnd: false };
    if (isMailHead(lines, below)) return toEnd;
  }
  if (isMailHead(lines, index) || isGroupWise(line)) return toEnd;
  const within = line.includes('-----') || line.includes('_____') ? line.search(originalWithin) : -1;
  if (within >= 0) return { after: index + 1, before: line.slice(0, within), toEnd: true };
  const after = isGoingOn(line) ? index + 1 : attributionEnd(lines, index);
  if (after !== undefined) return { after, before: '', toEnd: false };
  const shared = closed.test(line) ? inline.exec(line) : null;
  if (shared && !(isTold(line) && !isQuotedBelow(lines, index + 1)))
    return { after: index + 1, before: shared[1] ?? '', toEnd: false };
  const unspoken = unspokenEnd(lines, index);
  return unspoken === undefined ? undefined : { after: unspoken, before: '', toEnd: false };
}

/** `line` is the beginning of the attribution `below`, which a program broke off. */
export function isBrokenOff(line: string, below: string): boolean {
  return introAlone.test(line) && !intro.test(below);
}

// An attribution may be broken over several lines, also at blank ones.
function attributionEnd(lines: readonly string[], index: number): number | undefined {
  const line = lines[index] ?? '';
  const framed = frameStart.test(line);
  const european = intro.test(line);
  if (!framed && !european && !/\d{4}|[在于於]|さん|님이|쓴 글/u.test(line)) return undefined;
  let joined = '';
  for (let next = index; next < Math.min(index + attributionLines, lines.length); next += 1) {
    joined = withoutTargets(`${joined} ${(lines[next] ?? '').trim()}`.trim());
    if (joined.length > longestLine) return undefined;
    const dated = /\d/.test(joined) || /<\s?\S+@\S+>/.test(joined);
    if (framed && next < index + unfinishedLines && (dashedAttribution.test(joined) || framedMoment.test(joined)))
      return next + 1;
    const found =
      (european && dated && attribution.test(joined)) ||
      (next < index + unfinishedLines && (datedSender.test(joined) || eastAsian.test(joined)));
    if (!found) continue;
    const isTelling = isTold(joined) || (!joined.includes('@') && goesOn(lines, next + 1));
    return (isTelling && !isQuotedBelow(lines, next + 1)) || beginsLater(lines, index, next) ? undefined : next + 1;
  }
  return undefined;
}

/** A line of the answer may begin as attributions do, right above one: that has the date. */
function beginsLater(lines: readonly string[], index: number, end: number): boolean {
  for (let start = index + 1; start <= end; start += 1) {
    if (dated.test(lines[start - 1] ?? '')) return false;
    if (intro.test(lines[start] ?? '') && dated.test(lines.slice(start, end + 1).join(' '))) return true;
  }
  return false;
}

/**
 * A person tells what was written, in a sentence of the same shape: of oneself or of the reader, or without the time and the address that programs
 * put there. Only what is quoted below shows that it is none.
 */
function isTold(joined: string): boolean {
  return tellers.test(joined) || told.test(joined) || !(timed.test(joined) || joined.includes('@'));
}

/**
 * An attribution in whatever language: date, time and address or a word for writing, and a colon at its end. With less, when what follows is
 * quoted. No blank line and nothing that closes a sentence stands in it.
 */
function unspokenEnd(lines: readonly string[], index: number): number | undefined {
  const first = plain(lines[index] ?? '');
  if (!dated.test(first) && !addressed.test(first) && !isVerbAtEnd(first)) return undefined;
  let joined = '';
  for (let next = index; next < Math.min(index + unfinishedLines, lines.length); next += 1) {
    const line = plain(lines[next] ?? '').trim();
    if (line === '' || line.startsWith('>')) return undefined;
    joined = withoutTargets(`${joined} ${line}`);
    if (joined.length > longestLine) return undefined;
    if (!closed.test(line)) continue;
    const named = addressed.test(joined) || bareAtEnd.test(joined);
    const whole =
      !isTold(joined) &&
      dated.test(joined) &&
      timed.test(joined) &&
      (wholeAttribution.test(joined.trim()) ||
        ((addressed.test(joined) || verbAtEnd.test(joined)) && !goesOn(lines, next + 1)));
    const introduces =
      named || isVerbAtEnd(joined) || (dated.test(joined) && (timed.test(joined) || anyVerb.test(joined)));
    if (whole || (introduces && isQuotedBelow(lines, next + 1))) return next + 1;
    // Hungarian puts the date in brackets, behind a colon.
    if (!/\([^()]{0,40}$/.test(line)) return undefined;
  }
  return undefined;
}

/** Text made of HTML has the target of a link behind it, in brackets, also where it is the same address. */
const withoutTargets = (joined: string): string =>
  joined.replace(target, (written, address: string, at: number) =>
    joined.startsWith(address, at - address.length) ? '' : written,
  );
const target = / \[([^\s<>[\]@]{1,64}@[^\s<>[\]@]{1,255})\]/g;

const isVerbAtEnd = (line: string): boolean => closed.test(line) && (verbAtEnd.test(line) || otherVerbAtEnd.test(line));

/** A person's line about what somebody wrote. */
export const tellsOfWriting = (line: string): boolean => anyVerb.test(line) || otherVerbAtEnd.test(line);

const isGoingOn = (line: string): boolean =>
  intro.test(line) && addressed.test(line) && timed.test(line) && goingOn.test(line) && !isTold(line);

const isGroupWise = (line: string): boolean => line.length <= longestLine && groupWise.test(line) && isMoment(line);

/** Words follow without a blank line, as below a person's colon. */
const goesOn = (lines: readonly string[], start: number): boolean => (lines[start] ?? '').trim() !== '';

function isQuotedBelow(lines: readonly string[], start: number): boolean {
  const below = lines.slice(start, start + unfinishedLines).find((line) => line.trim() !== '');
  return below !== undefined && quoteSigns.some((sign) => sign.test(below));
}
