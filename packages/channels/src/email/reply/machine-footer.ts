/** What machines put below a mail on its way: mailing lists and virus scanners. */

/** The words by which lists explain themselves. */
const ofList =
  /^\s*(?:\[?[\w.-]{1,60} )?mailing ?liste?(?: --? \S{1,200})?\s*$|^\s*(?:you (?:are receiving|received|have received) this (?:e-?mail|message) because you (?:are|have|were) (?:subscri|a member)|to unsubscribe(?:[,:]| from (?:this|the|your) | send| e-?mail| click| visit)|yahoo!? groups links)|https?:\/\/(?:sdm\.link|p\.sf\.net)\//i;
const listPage = /^\s*<?https?:\/\/\S{1,200}\/(?:listinfo|mailman3?)\b\S{0,200}\s*$/i;
const addressAlone = /^\s*<?[^\s@<>]{1,64}@[^\s@<>]{1,255}>?\s*$/;
/** Whoever speaks so is none. */
const firstPerson =
  /(?<![\p{L}.])I(?!\p{L})|(?<!\p{L})(?:my|me|we|ich|mich|mir|mein\p{L}{0,3}|wir|je|j['’]\p{L}{1,20}|mon|yo|io|ik|mijn|jag|jeg|я|мне|мой)(?!\p{L})/u;
const reachable = /[^\s@]@[^\s@]|:\/\//;
const mail =
  '(?:e-?mail|mail|nachricht|message|messag+io|mensaje|mensagem|bericht|correo|courrier|courriel|wiadomość|zpráva|письмо|сообщение|повідомлення|лист)';
const checked =
  '(?:checked|scanned|certified|verified|geprüft|überprüft|untersucht|gescannt|analysée?|vérifiée?|comprobad[oa]|analizad[oa]|revisad[oa]|verificad[oa]|analisad[oa]|controllat[oa]|analizzat[oa]|verificat[oa]|gecontroleerd|gescand|sprawdzon[aoy]|przeskanowan[aoy]|zkontrolován[ao]?|проверено|перевірено)';
/** A scanner begins with the mail that it speaks of. */
const ofMail = new RegExp(`^.{0,25}(?<!\\p{L})${mail}(?!\\p{L})`, 'iu');
const wasChecked = new RegExp(`(?<!\\p{L})${checked}(?!\\p{L})`, 'iu');
const virus = /virus|viren|vírus|wirus|malware|mailscanner|вирус|вірус/i;
/** Where only pictures and links are put below, with two words. */
const scannerLine =
  /^\s*(?:[<[(]?https?:\/\/[^\s/]{0,60}(?:avcdn\.net\/|(?:avast|avg)\.com\/sig-email)\S{0,300}|<#[\dA-F-]{20,50}>|(?:virus-?free|virenfrei|sans virus|libre de virus|privo di virus|livre de vírus|bez wirusów|virusvrij|virusfri|viruszmentes|без вирусов|без вірусів)\.\s?(?:[<[(]?https?:\/\/\S{1,200}\s)?www\.(?:avast|avg)\.com\b[^\p{L}]{0,3}(?:<https?:\/\/\S{1,300})?)\s*$/iu;
/** Characters; written lines. */
const longestLine = 1000;
const mostLines = 10;
const scannerLines = 2;
/** The name of the list, its address, its page. */
const pageLines = 3;

/** `lines`, which stand below a rule or two dashes to the end, are a list's, or a scanner's. Of one's own words about one nothing is. */
export function isMachineFooter(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  if (written.length === 0 || written.length > mostLines) return false;
  if (written.some((line) => line.length > longestLine || firstPerson.test(line))) return false;
  if (isOfScanner(written.slice(0, scannerLines).join(' '))) return true;
  const explains = written.some((line) => ofList.test(line)) && written.some((line) => reachable.test(line));
  return (
    explains ||
    (written.length <= pageLines &&
      written.some((line) => listPage.test(line)) &&
      written.some((line) => addressAlone.test(line)))
  );
}

const isOfScanner = (text: string): boolean => ofMail.test(text) && wasChecked.test(text) && virus.test(text);

/** One of the lines that a scanner puts below without a rule. */
export const isScannerLine = (line: string): boolean => line.length <= longestLine && scannerLine.test(line);
