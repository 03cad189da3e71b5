/** What stands below a mail by itself: the signature, and the line by which a program or a device names itself. */

const program =
  '(iphon|ipad|android|galaxy|samsung|huawei|xiaomi|pixel|nokia|blackberry|windows|outlook|yahoo|gmx|web\\.de|t-online|proton|tuta|spark|superhuman|shortwave|thunderbird|boxer|surface|(?<!-)mail(?!-?ad(d)?res)|yandex|яндекс|qq|foxmail|handy|phone|telefon|téléphone|teléfono|mobil|мобильн|cell|ipod|device|tablet|אייפון|جهاز|هاتف|手机|手機|邮箱|郵箱)';
const sent =
  'gesendet (von|mit|über)|envoyé (de|depuis|avec|à partir)|enviad[oa] (desde|do|de|pelo|com)|inviat[oa] (da|dal|con)|(verstuurd|verzonden) (vanaf|via|met|vanuit)|skicka(t|des) från|sendt fra|lähetetty|wysłan[eoay] (z|ze)|odeslán[oa] (z|ze)|odoslané (z|zo)|(el)?küldve|отправлено (с|из|от)|надіслано (з|із)|trimis de pe|enviat (des )?de|poslano (s|z|iz)|dihantar daripada|στάλθηκε από|dikirim dari|((được|đã) )?gửi từ|ส่งจาก|نُشرت من|أُرسلت من|נשלח (מה|מ)-?';
const got =
  'télécharge[rz]|obtene[rz]|obtenez|holen sie sich|скачать|získat|obtenir|obten(er|ha)|obter o|ottieni|scarica|hent|hanki|hämta|pobierz( aplikację)?|stáhnout|получить|загрузить|获取|取得|下载';
const device = new RegExp(
  [
    // A sentence goes on after its first words.
    `^[<([]{0,2}sent (?!(by|via) (e-?mail|mail|phone)\\b)(from|with|via|using|by) (?!.{0,200}\\b(is|was|were|which|where|when|than|then|but|so|because|i)\\b)((my |the |an? )?.{0,40}${program}|my ([^\\s,]{1,30} ?){1,3}$)`,
    `^(get|download) (outlook|bluemail) for (ios|android|mac|windows)`,
    `^from my (iphone|ipad|ipod|galaxy|android|samsung|blackberry|phone|mobile)( (phone|device|galaxy|note|pro|max|plus|mini|ultra|s?\\d{1,3}s?)){0,3}$`,
    `^(${sent})[^,;!?]{0,60}${program}[^,;!?]{0,40}$`,
    `^(${got}) outlook .{0,30}(ios|android|mac|windows)`,
    `^outlook (für|voor) (ios|android|mac|windows) (beziehen|herunterladen|downloaden)[.]?$`,
    `^(von meine[mr](/meine[mr])?|diese nachricht wurde) .{2,80} gesendet[.]?$`,
    `^.{0,10}(iphone|ipad|galaxy|samsung|android|outlook|スマートフォン|スマホ|삼성|휴대전화|휴대폰).{0,30}(gönderildi|küldve|から送信|を入手|edinin|다운로드|에서 (보냄|전송했습니다))[。.]?$`,
    `^(从|從|由).{0,30}(iphone|ipad|手机|手機|windows|outlook).{0,10}(发送|發送|傳送|发出)[。.]?$`,
    `^(发|發|来|來|寄)自[^，,。]{0,20}${program}[^，,。]{0,6}[。.]?$`,
    '^yahoo mail ?: search, organi[sz]e, conquer$',
    '^provenance ?: courrier (pour|de) windows',
  ].join('|'),
  'iu',
);
/** Behind the words of a link. */
const linkTarget = /\s?[<[]https?:\/\/[^<>[\]\s]{1,300}[>\]]/g;
const rule = /^[\s>]*([-_=*—]{3,}|_{2,})\s*$/;

/** RFC 3676 §4.3. */
const delimiter = /^--[ \t\u00a0]$/;
/** The same after its space was taken away on the way, or as a person types it. */
const typedDelimiter = /^--$/;
const dash = /^\s*[—–]\s*$/;
const sentenceEnd = /[.!?。！？:：,;]\s*$/u;
/** A telephone number, an address or a site. */
const reached = /\+?\d[\d ()/.-]{5,}\d|\S@\S|\bwww\.|:\/\//i;
const mostSigned = 6;
const longestSigned = 60;

/** `below`: something was written above `lines` already, so that they may be a signature alone. */
export function withoutEnding(lines: readonly string[], below: boolean): string[] {
  const start = signatureStart(lines, below ? 0 : 1);
  const kept = start === undefined ? [...lines] : lines.slice(0, start);
  while (kept.length > 0 && isEnding(kept.at(-1) ?? '')) kept.pop();
  return kept.length === lines.length ? kept : [...kept, ''];
}

/**
 * A delimiter as the standard has it stands for all that follows. Without its space, or as a long dash, it may part two things that were both
 * written: it is one only above what looks like a signature.
 */
function signatureStart(lines: readonly string[], first: number): number | undefined {
  const standard = lines.findIndex((line, index) => index >= first && delimiter.test(line));
  if (standard >= 0) return standard;
  const typed = lines.findIndex(
    (line, index) => index >= first && typedDelimiter.test(line) && isSigned(paragraphAt(lines, index + 1)),
  );
  if (typed >= 0) return typed;
  const dashed = lines.findLastIndex((line, index) => index >= first && dash.test(line));
  return dashed >= 0 && looksSigned(lines.slice(dashed + 1)) ? dashed : undefined;
}

/** The first lines that are written below, up to a blank line or the next delimiter. */
function paragraphAt(lines: readonly string[], start: number): readonly string[] {
  let first = start;
  while (first < lines.length && (lines[first] ?? '').trim() === '') first += 1;
  let end = first;
  while (end < lines.length && (lines[end] ?? '').trim() !== '' && !typedDelimiter.test(lines[end] ?? '')) end += 1;
  return lines.slice(first, end);
}

/** A name or a greeting, and below it nothing but short lines that are no sentences, or how to reach somebody. */
function isSigned(paragraph: readonly string[]): boolean {
  const [first = '', ...others] = paragraph.map((line) => line.trim());
  if (first === '' || device.test(first)) return true;
  if (!isShort(first.replace(/,$/, '')) || /^[-*•>]/u.test(first)) return false;
  return looksSigned(others) || others.length === 0 || others.some((line) => reached.test(line) && isShort(line));
}

/** A few short lines that are no sentences. */
function looksSigned(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  return written.length > 0 && written.length <= mostSigned && written.every(isShort);
}

const isShort = (line: string): boolean => line !== '' && line.length <= longestSigned && !sentenceEnd.test(line);

function isEnding(line: string): boolean {
  return line.trim() === '' || rule.test(line) || device.test(line.replace(linkTarget, '').trim());
}
