/** The line by which a device or a mail program names itself below a mail, in the languages that they are set to. */

/** Nothing else is called so. */
const named =
  'iphon|ipad|ipod|android|galaxy|samsung|huawei|xiaomi|motorola|oneplus|nokia|blackberry|smartphone|outlook|yahoo|gmx|web\\.de|t-online|proton|tuta|typeapp|bluemail|superhuman|shortwave|thunderbird|mail\\.ru|яндекс|yandex|qq|foxmail|אייפון';
/** What people send things with as well. */
const common =
  'windows|spark|boxer|surface|pixel|(?<!-)mail(?!-?ad(d)?res)|handy|phone|telefon|téléphone|teléfono|telefoon|puheli|mobil|móvil|мобильн|мобільн|телефон|cell|device|tablet|gerät|appareil|dispositiv|apparaat|urządze|zaříze|устройств|készülék|пристро|جهاز|هاتف|手机|手機|邮箱|郵箱';
const platform = '(?:ios|android|mac(?:os)?|windows|iphone|ipad)';
const opening = new RegExp(
  `^(?:${[
    'sent (?!(?:by|via) (?:e-?mail|mail|phone)\\b)(?:from|with|via|using|by|on)',
    "gesendet (?:von|mit|über)(?!.* an )|envoyé (?:depuis|avec|à partir de|de|à partir d[’']une?)|enviad[oa] (?:desde|do|de|pelo|pela|com|con)|inviat[oa] (?:dallo|dalla|dal|da|con)",
    '(?:verstuurd|verzonden) (?:vanaf|via|met|vanuit)|skicka(?:des|t) från|sendt fra|lähetetty|wysłan[eoay] (?:ze|z)|odeslán[oa] (?:ze|z)|(?:odoslan|poslan)é (?:zo|z)',
    '(?:el)?küldve|отправлено (?:с|из|от)|надіслано (?:з|із)|trimis de pe|enviat (?:des )?(?:del|de)|poslano (?:s|z|iz)|dihantar daripada|(?:στάλθηκε|εστάλη) από|dikirim dari',
    '(?:(?:được|đã) )?gửi từ|ส่งจาก|نُشرت من|أُرسلت من|נשלח (?:מה|מ)-?',
  ].join('|')})(?!\\p{L})(?<words>.+)$`,
  'iu',
);
const german =
  /^(?:diese (?:nachricht|e-?mail) wurde )?(?:von|mit|über) (?<words>.+) (?:gesendet|versendet|geschickt)$/iu;
const bare = /^from my (?<words>.+)$/iu;
/** With these a name alone says what it was sent from. */
const ofMine = /^sent from my /i;
const getting = new RegExp(
  `^(?:(?:get|download|télécharge[rz]|obtene[rz]|obtenez|holen sie sich|скачать|získat|obtenir|obten(?:er|ha)|obter o|ottieni|scarica|hent|hanki|hämta|pobierz(?: aplikację)?|stáhnout|получить|загрузить|获取|取得|下载) (?:outlook|bluemail) (?:\\p{L}{1,8} ){0,2}${platform}|outlook (?:für|voor) ${platform} (?:beziehen|herunterladen|downloaden))$`,
  'iu',
);
const others = new RegExp(
  [
    '^(?=.*(?:iphone|ipad|galaxy|samsung|android|outlook)).{3,50}(?:(?:dan|den|tan|ten) gönderildi|[uüıi] edinin)$',
    '^(?=.*(?:iphone|ipad|galaxy|samsung|android|outlook|okostelefon|mobil)).{3,50}(?:[rb][óő]l|v[ae]l) (?:el)?küldve$',
    '^.{0,10}(?:iphone|ipad|galaxy|samsung|android|outlook|スマートフォン|スマホ|삼성|휴대전화|휴대폰)[^、。,]{0,30}(?:から送信(?:しました)?|を入手|다운로드|에서 (?:보냄|전송했습니다))$',
    '^(?:从|從|由)[^，,。]{0,30}(?:iphone|ipad|手机|手機|windows|outlook)[^，,。]{0,10}(?:发送|發送|傳送|发出)$',
    `^(?:发送|發送|发|發|来|來|寄)自[^，,。]{0,20}(?:${named}|${common})(?: for ${platform}|[^，,。的了是不没沒请請吗嗎问問]{0,8})$`,
    '^(?:windows|yahoo!)[^、。,]{0,20}メール(?: - (?:android|iphone|ipad))?から送信$',
    '^मेरे (?:iphone|ipad) से भेजा गया$',
    '^yahoo mail ?: search, organi[sz]e, conquer$',
    '^provenance ?: courrier (?:pour|de) windows$',
  ].join('|'),
  'iu',
);
const namedWord = new RegExp(named, 'iu');
const anyWord = new RegExp(`${named}|${common}`, 'iu');
/** Words in small letters that stand around the names, in all these languages. */
const between = new Set(
  `ios macos my our the a an for on by of and from via using with secure encrypted email emails network app apps client smart wireless wi-fi lte note pro max plus mini ultra lite tab
  meinem meiner mein der die das dem den mit für auf unter von aus mon ma le la un une pour sur de d’un avec application l’application mi mis el una para en desde con del dels meu minha do da o um no na pelo aplicativo app
  mio mia dal dalla il per su mijn het een voor op met vanaf vanuit min mitt mit för på til till med mojego mojej mego dla w z ze systemu aplikacji aplikace aplikácie mého mojí mojho môjho mog mojeg mojega svog svojeg pro az pe meu mea de
  моего моей для на из с от мого моєї з із приложения почты почта сервиса messagerie sécurisée e-mail-verschlüsselung l’email sicura el correo electrónico seguro το μου από του của tôi saya`.split(
    /\s+/,
  ),
);
const name = /^[\p{Lu}\p{Lo}\d][\p{L}\p{M}\d.&+/’'-]{0,19}$/u;
const dateWord =
  /\d{4}|^(?:mon|tues|wednes|thurs|fri|satur|sun)day|^(?:january|february|march|april|may|june|july|august|september|october|november|december)$/i;
const apology =
  /^(.{5,80}?)[.,;–-]{1,2}\s?(?:please |pls |bitte )?(?:excuse|forgive|pardon|ignore|sorry for|apologies for|apologi[sz]e|entschuldig|verzeih|enjoy secure).{0,80}$/i;
/** Behind the words of a link. */
const linkTarget = /\s?(?:[<[]https?:\/\/[^<>[\]\s]{1,300}[>\]]|\(\s?https?:\/\/[^()\s]{1,300}\s?\))/g;
/** Characters. */
const longestLine = 400;
const mostWords = 14;

/**
 * Whether `line` names a device or a program and says nothing else: at most its maker, model and system stand there, and perhaps an apology for
 * what is misspelt. Words that people use as well (`Sent from my phone`) do so only where the line stands `apart` from what is written.
 */
export function isDeviceLine(line: string, apart: boolean): boolean {
  if (line.length > longestLine) return false;
  const linked = line.replace(linkTarget, '').trim();
  const whole = linked.replace(/^[<([*_]{1,2}/, '').replace(/[>)\]*_.。]{1,3}$/, '');
  const said = apology.exec(whole)?.[1] ?? whole;
  const isApart = apart || linked !== line.trim();
  if (isApart && (getting.test(said) || others.test(said))) return true;
  const words = (opening.exec(said) ?? german.exec(said) ?? bare.exec(said))?.groups?.['words']?.trim().split(/[\s/]+/);
  if (!words || words.length > mostWords || !words.every(isAround)) return false;
  if (words.some((word) => namedWord.test(word))) return true;
  return isApart && (words.some((word) => anyWord.test(word)) || (ofMine.test(said) && words.some(isName)));
}

const isName = (word: string): boolean => name.test(word) && !dateWord.test(word);

function isAround(written: string): boolean {
  const word = written
    .replace(/[®™,]{1,3}$/, '')
    .replace(/[®™]/g, '')
    .replaceAll("'", '’');
  return between.has(word.toLowerCase()) || (word.length <= 24 && anyWord.test(word)) || isName(word);
}
