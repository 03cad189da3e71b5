/** The new part of a mail: without the older mails it quotes and without the signature. */
import { isForwardMarker, quoteMarkerAt } from './quote-markers.ts';

const quoted = /^\s{0,3}>/;
/** A link that the sender's program broke off a quoted line. */
const brokenLink = /^\s*\(?\S*(:\/\/|[=)])\S*\s*>?\s*$/;
const signature = /^--\s?$/;
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
    `^get outlook for (ios|android|mac|windows)`,
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
/** The address of a sender whose name stands at the end of the line above. */
const addressAlone = /^\s*<[^<>\s]{1,64}@[^<>\s]{1,255}>/;
const rule = /^[\s>]*([-_=*—]{3,}|_{2,})\s*$/;
const mostLines = 20_000;

/** What mail programs put before the subject of a mail that is passed on. */
const passedOn = /^\s*(fwd?|wg|tr|rv|enc|i|vb|vl|pd|doorst|továbbítás|[iİ]lt|πρθ|转发|轉寄)\s*[:\uff1a]/iu;

/**
 * `text` without quoted history. A forwarded mail stays whole, because what was forwarded is the point: a line says that it is one, or
 * the subject does, and Outlook's block stands above it. When nothing would be left (a mail that is all quotation), the text is returned as it is.
 */
export function replyTextOf(text: string, subject = ''): string {
  const lines = text.split('\n');
  if (lines.length > mostLines) return text.trim();
  const kept = newLines(lines, passedOn.test(subject));
  const reply = withoutEnding(kept)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return reply === '' ? text.trim() : reply;
}

function newLines(lines: readonly string[], forwarded: boolean): string[] {
  const kept: string[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    if (isForwardMarker(line)) return [...kept, ...lines.slice(index)];
    const marker = quoteMarkerAt(lines, index);
    if (marker?.toEnd === true && forwarded) return [...kept, ...lines.slice(index)];
    if (marker) {
      if (addressAlone.test(line) && endsWithName(kept)) kept.pop();
      if (marker.toEnd) dropOwnAddress(kept);
      if (marker.before.trim() !== '') kept.push(marker.before);
      const end = marker.toEnd ? undefined : quoteEnd(lines, marker.after);
      if (end === undefined) return kept;
      index = end;
    } else if (startsQuote(lines, index)) {
      index = quoteEnd(lines, index) ?? index + 1;
    } else {
      kept.push(line);
      index += 1;
    }
  }
  return kept;
}

/** Foxmail ends what is written by the writer's address under a line, where nothing else is set. */
function dropOwnAddress(kept: string[]): void {
  const last = lastWritten(kept);
  if (last > 0 && /^\s*[^\s<>@]{1,64}@[^\s<>@]{1,255}\s*$/.test(kept[last] ?? '')) kept.length = last;
}

/** Its last line is a paragraph of its own, as short as a name, below something that was written. */
function endsWithName(kept: readonly string[]): boolean {
  const [above, last] = kept.slice(-2);
  return kept.length > 2 && above?.trim() === '' && /^.{1,40}$/.test(last ?? '') && !/[.!?,;:]\s*$/.test(last ?? '');
}

/** Two lines with `>`, or one as the last of the text: a single one in between may be the sender's own sign. */
function startsQuote(lines: readonly string[], index: number): boolean {
  if (!quoted.test(lines[index] ?? '')) return false;
  return (
    quoted.test(lines[index + 1] ?? '') ||
    (index > 0 && (lines[index - 1] ?? '').trim() === '' && index === lastWritten(lines))
  );
}

function lastWritten(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '');
}

/** The first line behind a block of `>` lines; undefined when there is no such block, so that all the rest is quotation. */
function quoteEnd(lines: readonly string[], start: number): number | undefined {
  let index = start;
  while (index < lines.length && (lines[index] ?? '').trim() === '') index += 1;
  if (!quoted.test(lines[index] ?? '')) return undefined;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const broken = brokenLink.test(line) && quoted.test(lines[index + 1] ?? '');
    if (!quoted.test(line) && !broken) break;
    index += 1;
  }
  return index;
}

function withoutEnding(lines: readonly string[]): string[] {
  const start = lines.findIndex((line, index) => index > 0 && signature.test(line));
  const kept = start < 0 ? [...lines] : lines.slice(0, start);
  while (kept.length > 0 && isEnding(kept.at(-1) ?? '')) kept.pop();
  return kept;
}

function isEnding(line: string): boolean {
  return line.trim() === '' || rule.test(line) || device.test(line.trim());
}
