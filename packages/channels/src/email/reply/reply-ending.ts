/** What stands below a mail by itself: the signature, and the line by which a program or a device names itself. */

const program =
  '(iphon|ipad|android|galaxy|samsung|huawei|xiaomi|pixel|nokia|blackberry|windows|outlook|yahoo|gmx|web\\.de|t-online|proton|tuta|spark|mail|yandex|qq|foxmail|handy|phone|mobile|cell|ipod|device|tablet|smartphone|手机|手機)';
const sent =
  'gesendet (von|mit|über)|envoyé (de|depuis|avec|à partir)|enviad[oa] (desde|do|de|pelo|com)|inviat[oa] (da|dal|con)|(verstuurd|verzonden) (vanaf|via|met|vanuit)|skickat från|sendt fra|lähetetty|wysłan[eoay] (z|ze)|odeslán[oa] z|odoslané z|elküldve|отправлено (с|из|от)|надіслано (з|із)|trimis de pe|στάλθηκε από|dikirim dari|(được )?gửi từ|نُشرت من|أُرسلت من|נשלח (מה|מ)-?|发自|發自';
const got =
  'télécharge[rz]|obtenir|obten(er|ha)|obter o|ottieni|scarica|hent|hämta|pobierz( aplikację)?|stáhnout|получить|загрузить|获取|取得|下载';
const device = new RegExp(
  [
    // A sentence goes on after its first words.
    `^[<([]{0,2}sent (from|with|via|using|by) (?!.{0,200}\\b(is|was|were|which|where|when|than|then|but|so|because|i)\\b)((my |the |an? )?.{0,40}${program}|my ([^\\s,]{1,30} ?){1,3}$)`,
    `^(get|download) outlook for (ios|android|mac|windows)`,
    `^from my (iphone|ipad|ipod|galaxy|android|samsung|blackberry|phone|mobile)( (phone|device|galaxy|note|pro|max|plus|mini|ultra|s?\\d{1,3}s?)){0,3}$`,
    `^(${sent}).{0,60}${program}`,
    `^(${got}) outlook .{0,30}(ios|android|mac|windows)`,
    `^outlook (für|voor) (ios|android|mac|windows) (beziehen|herunterladen|downloaden)[.]?$`,
    `^(von meine[mr]|diese nachricht wurde) .{2,80} gesendet[.]?$`,
    `^.{0,10}(iphone|ipad|galaxy|android).{0,12}(gönderildi|から送信|에서 보냄)`,
    `^(从|從|由).{0,30}(iphone|ipad|手机|手機|windows|outlook).{0,10}(发送|發送|傳送|发出)[。.]?$`,
    '^yahoo mail ?: search, organi[sz]e, conquer$',
    '^provenance ?: courrier (pour|de) windows',
  ].join('|'),
  'iu',
);
const rule = /^[\s>]*([-_=*—]{3,}|_{2,})\s*$/;

/** RFC 3676 §4.3. */
const delimiter = /^--[ \t\u00a0]$/;
/** The same after its space was taken away on the way, or as a person types it. */
const typedDelimiter = /^--$/;
const dash = /^\s*[—–]\s*$/;
const sentenceEnd = /[.!?。！？:：,;]\s*$/u;
const mostSigned = 6;
const longestSigned = 60;

export function withoutEnding(lines: readonly string[]): string[] {
  const start = signatureStart(lines);
  const kept = start === undefined ? [...lines] : lines.slice(0, start);
  while (kept.length > 0 && isEnding(kept.at(-1) ?? '')) kept.pop();
  return kept;
}

/**
 * A delimiter as the standard has it stands for all that follows. Without its space it may part two things that were both written: then only
 * the last is the signature's, and what looks like a signature above it. A long dash is one only above what looks like a signature.
 */
function signatureStart(lines: readonly string[]): number | undefined {
  const standard = lines.findIndex((line, index) => index > 0 && delimiter.test(line));
  if (standard > 0) return standard;
  const typed = lines.flatMap((line, index) => (index > 0 && typedDelimiter.test(line) ? [index] : []));
  let start = typed.pop();
  while (start !== undefined && looksSigned(lines.slice((typed.at(-1) ?? start) + 1, start)))
    start = typed.pop() ?? start;
  if (start !== undefined) return start;
  const dashed = lines.findLastIndex((line, index) => index > 0 && dash.test(line));
  return dashed > 0 && looksSigned(lines.slice(dashed + 1)) ? dashed : undefined;
}

/** A few short lines that are no sentences. */
function looksSigned(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  const few = written.length > 0 && written.length <= mostSigned;
  return few && written.every((line) => line.length <= longestSigned && !sentenceEnd.test(line));
}

function isEnding(line: string): boolean {
  return line.trim() === '' || rule.test(line) || device.test(line.trim());
}
