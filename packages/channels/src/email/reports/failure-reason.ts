/**
 * Why a mail was not delivered, from what the other side said, and whether that is for good. Only what is wrong with the address is:
 * a full mailbox is emptied, a block is lifted, a mail that is too large says nothing of the next. Codes alone decide where
 * the words do not, for many systems answer everything with 550 or 5.0.0.
 */
import { ownWords } from './own-words.ts';

/** In the order in which they decide: the words of a policy often hold "user" or "rejected", too. */
const temporary: readonly RegExp[] = [
  // Over quota.
  /\b(mail ?box|inbox|mail ?drop|account|user|recipient|quota|disk|storage|folder)\b.{0,60}\b(is |was |has been |has |are )?(full|exceed(s|ed)?|over ?quota|out of (space|storage)|too (full|large|many messages))/i,
  /\b(over ?-?quota|quota (exceeded|full|violation)|exceed(s|ed|ing)? (its |the |his |their |your |storage |mailbox |disk |mail |allocated )*(quota|allocation|storage|limit)|insufficient (disk|system|storage)|no space left|mailfolder is full|not enough (disk |storage )?space|mailbox[ -]?full|full mailbox|容量|一杯)/i,
  // Greylisting, load, and waiting.
  /\b(grey-?list|gray-?list|(?<!\b(?:check|verify|correct|confirm)\b[^.!?]{0,80})try again(?! (?:after|once) (?:you )?(?:correct|check|verif))|temporar(y|ily)|too (many|much) (invalid |bad |concurrent |simultaneous )?(connections|messages|recipients|hops|mails?|errors)|rate ?-?limit|receiving (mail|messages) (too quickly|at a rate)|throttl|service (is )?(currently )?(not available|unavailable)|resources (temporarily )?unavailable|deferred|too busy|overload)/i,
  /\b(retry time(out)?|retry limit|delivery (time|attempt).{0,30}(expired|exceeded)|message (expired|delivery time)|timed? ?out|time-?out|timeout|maximum (queue|retry)|unable to deliver (this |your )?message (after|within|for)|(could|can) ?not be delivered (for|within|in) (more than )?\d|been in the queue too long|queue too long|has been delayed|cannot send message (within|for)|delivery expired)/i,
  // The way there, not the address.
  /\b(connection (refused|reset|timed|dropped|lost|closed)|network (is )?(unreachable|error|down)|no route (found )?to (host|domain)|several matches found|could not connect|couldn'?t (establish|connect)|unable to connect|host (unreachable|is down|not responding)|loops? back|mail loop|loop detected|routing loop|too many hops|hop count|mx points? to|ssl|tls|starttls|local configuration error|system error|internal error)/i,
  // Over quota and waiting, in other languages.
  /(postfach|mailbox|speicher(platz)?|kontingent).{0,40}\b(voll|überschritten|erschöpft)|(boîte|quota|messagerie).{0,60}\b(pleine|dépassé|saturée)|(buzón|casilla|cuota).{0,40}\b(llen[oa]|excedid[oa])|(casella|quota).{0,40}\b(pien[oa]|superat[oa]|esaurit[oa])|(caixa|cota|quota).{0,40}\b(cheia|excedida)|(postvak|postbus|mailbox|quotum).{0,40}\b(vol|overschreden)|skrzynk.{0,40}\b(pełna|przepełniona)|(ящик|квота).{0,40}(переполнен|заполнен|превышен)|(邮箱|郵箱|信箱|空间|空間).{0,10}(已满|已滿|不足|超)|超出.{0,6}(容量|限额|配额)|(メールボックス|受信箱).{0,20}(いっぱい|満杯|超え)|사서함.{0,10}가득|용량.{0,10}초과/i,
  /(brevlåda|postlåda|inkorg|postkasse|postboks|innboks|indbakke|postilaatikko|schránk|postafiók|posta kutusu|gelen kutusu|скриньк|γραμματοκιβώτι|cutia poștală|hộp thư|메일함|편지함|caixa postal).{0,40}(full|fuld|fylld|täynnä|plná|plný|megtelt|tele van|dolu|переповнен|заповнен|γεμάτ|plină|đầy|가득|lotada)/i,
  /(vorübergehend|später erneut|zeitüberschreitung|temporair|réessayer|temporalmente|temporaneamente|temporariamente|tijdelijk|временно|一時的|时限|稍后重试|暂时|暫時)/i,
];

/** There is such a mailbox, and it may be opened again (RFC 3463 §3.3, X.2.1). */
const shut =
  /\b(mail ?box|inbox|account|user|recipient|address|customer|subscriber)\b([^.!?]{0,60}?\b(is|are|was|has been|have been|currently|temporarily) ((currently|temporarily) )?| ((of|for) \S{1,80} )?)(suspended|frozen|locked)\b(?! table)|\b(suspended|frozen|locked) (e-?mail |mail |user )?(mail ?box|inbox|account|user|recipient)\b|@[^\s<>"'@]{1,255}[>"')\]]{0,3}[\s:.,-]{0,6}((is|was|has been) )?suspended\b/i;
/** Not where it is also said that there is none. */
const noSuch =
  /\b(user|mail ?box|recipient|address|account) (is |was )?(unknown|not (found|known)|non-?existent)\b|\b(unknown|no such|non-?existent) (user|mail ?box|recipient|address|account)\b|\bdoes(n'?t| not) exist\b|\bno (mail ?box|user|one) (here|by|with)\b/i;

const aboutThisMail: readonly RegExp[] = [
  /\b(spam|unsolicited|junk|bulk mail|uce|phish|virus|malware|infected|content (filter|rejected|restrict)|reputation|virus|bayes|score|black-?list(ed)?|block-?list(ed)?|deny-?list|rbl|dnsbl|spamhaus|spamcop|barracuda|sorbs|senderbase|(?<!not )listed (at|in|on|by)|blocked|banned|suspicious|not accept (delivery of )?this (message|mail)|(?<=\()(con|rly|hvu|dyn):\w{1,4}\))/i,
  /\b(spf|dkim|dmarc|arc|authenticat(e|ion)|unauthenticated|not authorized|unauthori[sz]ed|rdns|reverse (dns|lookup|record|mapping)|ptr( record)?|fcrdns|client host rejected|cannot find your (hostname|reverse)|helo|ehlo|sender (rejected|denied|verify|address rejected|domain)|domain of sender|(sender'?s?|\bfrom:?|return[- ]?path|envelope[- ]sender) (e-?mail |mail )?(address|domain|mailbox|account|user)\b|\b(address|domain|mailbox|account) of (the |your )?sender\b|\b(invalid|unknown|bad|illegal|no such) (envelope |mail )?sender\b|\bsender (is |has )?(null|unknown|invalid|not (found|known|valid))\b|\byour (host|ip|server|network|mail ?server|domain|client)\b|\baccept(s|ed|ing)? (any )?(e-?mails?|mails?|messages?) (only )?from\b|from (an? |the )?(unknown|invalid|non-?existent|unresolvable|bad) (e-?mail |mail )?(sender|domain|host|user|address|server|network)|access denied|permission denied|relay(ing)?( access)?( is)? (denied|prohibited|not (permitted|allowed))|relay(ing)? (denied|not|is)|not (permitted|allowed) to relay|polic(y|ies)|recipient'?s? preferences?|\b(address|domain|mail ?box|account|host|records?) (of|for) (the |your )?sender\b|\b(mx|dns|lookup)\b[^.!?,;]{0,60} (of|for) (the |your )?sender\b|\b(address|domain|host|lookup|failed|failure|error|invalid) (of|for|in) mail from\b|prohibited|violat|compl(y|iant|iance)|rfc ?\d{3,4}|not accepted for|message[- ]id|\b(missing|invalid|illegal|bad|malformed|duplicate|multiple|too many|without|no|required|broken|non-?compliant)\b.{0,15}\bheaders?|headers? .{0,40}\b(missing|invalid|malformed|duplicate|required|too (long|large|big)|not|exceed|error|syntax|violat))/i,
  /\b((message|mail|size|file).{0,40}(too (big|large)|exceed|larger than)|too (big|large)|size limit|maximum (message )?size|max(imum)? size|message file too big)/i,
];
const badAddress: readonly RegExp[] = [
  // Nobody has this address. Words that name the user, the mailbox, the recipient or the address in one sentence with what it is not.
  /(?<!\bip )\b(user|mail ?box|recipient|rcpt|account|address|addressee|alias|customer|subscriber|id|name|inbox|destination)\b(?:[^.!?]|[.!?](?=\S)|(?<=\.\.)\.(?!\S)){0,80}?\b(unknown|un-?known|(does ?n[o']t|does not|dose not|do not|doe?sn'?t|not) (exist|found|resolve|have|listed|present|valid|available|match)|(is |was |been |are )?(not|isn'?t) (a |an |found|known|listed|valid|active|recogni[sz]ed|our|here|local|registered(?! (for|to|as)\b)|handled (by|here)|in )|non-?exist|inexist[ae]nt|no longer|invalid|disabled|in-?active|de-?activated|terminated|closed|deleted|cancel+ed|expired|undeliverable|unrouteable|unroutable|discontinued|unavailable|has (moved|left|been (disabled|deleted|closed)))/i,
  /\b(unknown|invalid|non[- ]?existent|nonexisting|inexist[ae]nt|unresolvable|inactive|disabled|no such|no|illegal|bad|undefined|unregistered|unrouteable|unroutable|not a (valid|known|local)|not our|isn'?t (a|an|our)|wrong|nonexistent|unable to (find|resolve)|(cannot|can't) find( the)?|not find( the)?)\b[ :-]{0,3}(e-?mail |mail |local |relay |destination |final |delivery |rcpt |virtual |such |valid )*(user|mail ?box|recipient|account|address(ee)?|alias|customer|subscriber|person|name|id|receiver|inbox|local[- ]?part)/i,
  /\b(not known (here|at this (site|host|address))|(no (mailbox|such person|one)|nobody) (here|by|with|named)|who are you (looking|trying)|user ?unknown|unknown_?user|\w{0,10}recip(ient)?notfound|(?<!\b(ip|from|return|source|sender|helo|your) )\b(address|recipient) is (possibly )?incorrect|(cannot|can't) resolve (the )?(user|mail ?box|recipient|alias|address(?! \[?\d))|\brecipients (are |were )?(unknown(?! error)|invalid|not (found|known|valid)|inexist[ae]nt|non-?existent)\b|@\S{1,255} is not an? (user|mail ?box|recipient|address|subscriber|account)\b|\b55[0-4] (5\.1\.\d{1,2} )?undeliverable (address|recipient|user|mail ?box)\b|not a (valid|known) (recipient|mailbox|user|address)|address lookup failed|does(n'?t| not) have (an|a) [\w.]{0,40}\s?account|we (don'?t|do not) have (an?|any|that|this|such an?) (such )?(account|mailbox|user|address)|(?<!\bip )\b(user|mail ?box|account|address|recipient|alias) (has been|was|is) removed(?! from)|\b(employee|person) (has )?left\b|\bperson (was )?not found|\b(e-?mails?|mails?|messages?) (for|to) <?[^\s<>@]{1,64}@[^\s<>@]{1,255}>? (is|are) no longer accepted(?! from)|unrecogni[sz]ed[- ]o\/?r[- ]?(name|address)|not one of our (users|customers|subscribers|recipients)|recipients? (cannot|could not|can't) be verified|(this|your) (address|recipient).{0,30}(no longer)|couldn'?t be found|could not be found|wasn'?t found|was not found|not listed in|宛先.{0,20}(不明|見つかりません|存在)|存在しない|ユーザ.{0,10}不明|用户不存在|收件人不存在)/i,
  // Nobody has this address, in other languages.
  /(empfänger|benutzer|adresse|e-?mail-?adresse|postfach|domäne|domain).{0,60}(unbekannt|nicht (gefunden|vorhanden|bekannt)|existiert nicht|ungültig|gibt es nicht)|(unbekannter?|ungültiger?) (empfänger|benutzer|adresse)|(utilisateur|destinataire|adresse|domaine|compte|bo[iî]te).{0,60}((?<!(erreur|cause|raison) )inconnue?|introuvable|inexistante?|n'existe (pas|plus)|non valide|invalide)|(usuario|dirección|destinatario|cuenta|dominio|buz[óo]n).{0,60}(desconocid[oa]|inexistente|no existe|no (se )?encontr|no válid[oa])|no se (encontró|ha encontrado).{0,30}(dirección|usuario|destinatario|cuenta)|(utente|indirizzo|destinatario|casella|account).{0,60}(sconosciut[oa]|inesistente|non (esiste|trovat[oa]|è stat[oa] trovat[oa]|valid[oa]))|(usuário|utilizador|endereço|destinatário|conta).{0,60}(desconhecid[oa]|(?<!(remetente|mensagem|conteúdo|formato|comando|anexo|cabeçalho) )inv[áa]lid[oa]|inexistente|não (existe|encontrad[oa]|foi encontrad[oa]))|(gebruiker|adres|e-?mailadres|geadresseerde|ontvanger|mailbox).{0,60}(onbekend|niet (gevonden|bekend)|bestaat niet)|onbekende? (gebruiker|ontvanger|adres)|(użytkownik|adres|skrzynka).{0,40}(nie istnieje|nieznan[ya])|nieznan[ya] (użytkownik|adres|odbiorca|skrzynka)|nie znaleziono (adresu|użytkownika|odbiorcy)|(nie ma|brak) takiego (u[żz]ytkownika|konta|adresu)|(u[žz]ivatel|adresa|schr[áa]nka).{0,40}neexistuje|nincs ilyen (felhaszn|c[íi]m|postafi)|(пользовател|адрес|получател|ящик).{0,40}(не найден|не существует|неизвест|отсутствует)|нет такого (пользователя|адреса)|(收件人|用户|使用者|地址|邮箱|信箱|帐号|账号|帳號)[^。\n]{0,60}(不存在|未找到|找不到|无效|無效|不正确)|(宛先|受信者|ユーザー?|アドレス|メールアドレス).{0,20}(不明|見つかりません|存在しま?せ?ん?ない|存在しません|存在しない|無効)|找不到(收件人|用户|使用者)|사용자.{0,10}(없|존재하지)|존재하지 않는 ?(사용자|계정|주소|메일|수신자)/i,
  // The same in ASCII letters alone, and in smaller languages.
  /(unbekannte[rns]?|ung(ü|ue)ltige[rns]?|keine?n? solche[rns]?) (empf(ä|ae)nger|benutzer|nutzer|adresse|postfach|konto)|(?<!\w)(empfaenger|nutzer|teilnehmer|konto):? ([<"'(]?someone@example[>"')]?:? )?((ist|hier|uns) ){0,2}(unbekannt|existiert nicht|nicht (gefunden|vorhanden|bekannt)|ung(ü|ue)ltig)(?!\w)|(?<!\w)(u[żz]ytkownik|adresat|konto):? ([<"'(]?someone@example[>"')]?:? )?(jest )?(nie istnieje|nieznan[ye])(?!\w)|nezn[áa]m[ýyáaé] (u[žz]ivatel|pou[žz][íi]vate|p[řr][íi]jem|adres)|(u[žz]ivatel|pou[žz][íi]vate|p[řr][íi]jemce|adres[áa]t|schr[áa]nka).{0,20}(nezn[áa]m|nenalezen|neexistuje)|ismeretlen (felhaszn[áa]l|c[íi]m)|(felhaszn[áa]l[óo]|c[íi]mzett|postafi[óo]k).{0,20}nem (l[ée]tezik|tal[áa]lhat)|(kullan[ıi]c[ıi]|(?<![a-zı])al[ıi]c[ıi]|hesap|adres).{0,10} (bulunamad[ıi]|bilinmiyor|mevcut de[ğg]il|yok\b)|(bilinmeyen|b[öo]yle bir) (kullan[ıi]c[ıi]|al[ıi]c[ıi]|adres|hesap)|nepoznat[ai]? (korisnik|primatelj|primalac)|korisnik.{0,20}(ne postoji|nije prona)|neznan[ai]? (uporabnik|prejemnik)|uporabnik.{0,20}ne obstaja|(användaren|mottagaren|adressen|brugeren|modtageren|brukeren|mottakeren).{0,20}(finns inte|existerar inte|(findes|finnes|eksisterer) ikke)|(käyttäjää|vastaanottajaa|osoitetta) ei (löydy|ole( olemassa)?\s*($|[.!,;)]))|(destinatar|utilizator|adres[ăa]).{0,20}(inexistent|necunoscut|nu exist[ăa])|(người dùng|địa chỉ|tài khoản).{0,20}không tồn tại|(pengguna|penerima|alamat)[^.!?]{0,20}tidak (dikenal|ditemukan|terdaftar|ada\s*($|[.!,;)]))/i,
  /неизвестн\S{2,3} (получател|пользовател|адрес|ящик)|нет такого (ящика|получателя|адресата)|(пользователь|адресат|получатель|ящик|аккаунт)(?![а-яё])[^.!?;]{0,40}(не зарегистрирован|удал[её]н|не обнаружен)(?![а-яё])|непознат (потребител|получател)|няма такъв (потребител|адрес)|[無无]此(人|用户|用戶|使用者|帐号|账号|帳號|信箱|邮箱|郵箱|收件人)|(χρήστης|παραλήπτης|διεύθυνση).{0,20}δεν υπάρχει(?! (?!στο|σε|εδώ|πλέον|πια)[α-ωά-ώ])|(משתמש|נמען|כתובת).{0,20}לא קיי|該当する(アドレス|ユーザー?|宛先)[^。]{0,10}(ありません|ない|存在し|見つかり)|(?:^|알 수 ?|[!-~] ?)없는 ?(사용자|계정|주소|수신자)|ไม่พบ(ผู้ใช้|ผู้รับ|ที่อยู่)|ホスト(名)?(が|は)?(不明|見つかりません)|непозната? (корисник|прималац|адреса)|tundmatu (kasutaja|saaja|aadress)|nežinomas (vartotojas|naudotojas|gavėjas|adresas)|nezināms (lietotājs|saņēmējs)|nezināma adrese|(usuari|destinatari) desconegut|adreça desconeguda/i,
  // An address itself, in one breath with what it is not.
  /@[^\s<>"'@]{1,255}[>"')\]]{0,3}[\s:.,-]{0,6}((is|was|has been) )?(unknown(?! (error|reason|sender|command|problem|mailer|attach|charset|content|host|domain|status|failure))|invalid(?! (sender|header|message|content|attach))|non-?existent|not (found|known|valid|listed|active)\b|no longer (valid|active|available|in use|exists)|disabled|in-?active|de-?activated|terminated|unroute?able|unavailable|has left\b|does(n't| not) exist)|\b(unknown|invalid|not found)[: ]{1,3}["'<([]{0,3}[^\s<>"'@]{1,64}@/i,
  // A verdict alone: it is of whom the mail was for.
  /\b55[0-4] (5\.1\.\d{1,2} )?["'(]?(unknown|not (found|here)|does(n't| not) exist|undeliverable|invalid)["')]{0,2}([.!,;]|\s*$| ?[-:]? ?<?someone@| giving up\b| \()/i,
  // The same as Exchange says it of a name: "ann was not found at example.org".
  /(wurde .{0,80}nicht gefunden|hittades inte|blev ikke fundet|ble ikke funnet|ei löytynyt|nebyl[aoi]? nalezen|nem található|bulunamadı|не знайдено|nu a fost găsit|δεν βρέθηκε|見つかりませんでした|(处|處)?未找到|찾을 수 없|không tìm thấy|(nicht|not) im domino-verzeichnis|(annuaire|directorio|elenco|rubrica|domino)[ -]domino|domino[- ](directory|verzeichnis)|(annuaire|director(y|io)|rubrica|diretório) d[aei] domino|est introuvable (sur|dans|à)|no se encontró .{1,80} en |impossibile trovare .{1,80} (in|su) |não foi (possível encontrar|encontrad[oa])|(is|werd) niet gevonden (bij|in|op)|找不到|לא נמצא|לא נמצאה|لم يتم العثور على|غير موجود)/i,
  /(okänd|ogiltig|ukendt|ugyldig|ukjent|tuntematon|neznám[ýáé]|neplatn[ýáé]|ismeretlen|érvénytelen|bilinmeyen|geçersiz|невідом(ий|а)|недійсн|destinatar necunoscut|άγνωστος|未知|无效的?|無效的?) ?(mottagare|användare|adress|modtager|bruger|mottaker|bruker|adresse|vastaanottaja|käyttäjä|osoite|příjemce|uživatel|adresa|címzett|felhasználó|cím|alıcı|kullanıcı|adres|одержувач|отримувач|користувач|адрес|παραλήπτης|χρήστης|收件人|用户|地址)|destinatar necunoscut|користувач.{0,20}не існує|người nhận.{0,20}không tồn tại|(주소|사용자|수신자|받는 ?사람|계정).{0,30}(존재하지 않|없는|없습니다|잘못)|(收件人|邮箱|帐号|账号)[^。\n]{0,20}(停用|禁用|注销)/i,
  // No such domain, or one that takes no mail.
  /\b(host|domain|site|system|server|destination)\b( name)?.{0,60}?\b(unknown|not found|does(n'?t| not) exist|no such|invalid|non-?existent|not known|cannot be (found|resolved)|could not be found|null mx)/i,
  /\b(unknown|no such|invalid|illegal|nonexistent|unrouteable|bad) (mail )?(host|domain|site|destination|server)|host ?unknown|no (mail|smtp) servers? (appear|seem)s? to exists?|name (service|or service).{0,20}not (found|known)|nxdomain|no (valid )?(mx|mail exchanger)|\bmx records? (was |were )?not found|\bdomain (is )?not active\b|no dns entry for (?!\[?\d)|null ?mx|(could ?n['o]t|couldnt) find (any host|a mail exchanger)|no mail (servers?|hosts?|exchangers?) (for|found)|dns server returned answer with no data|indicated no smtp service|invalid dns (mx|a)\b|does ?n[o']t accept (any )?(mail|e-?mail)|does not accept (any )?(mail|e-?mail)|(domain|server|host) (accepts|receives?) no mail|domain of recipient|recipient address rejected: domain not found|no match(es)? to nameserver query|mx records point to non-?existent hosts?|host address lookups? failed permanently/i,
  /\b(no longer (with|at|works?|working|employed)|has moved|moved to|address changed|changed (his|her|their) address|forwarding (address|expired)|please (try|use) <?[\w.+-]+@)/i,
];

/** Enhanced status codes (RFC 3463 §3.2–3.5, RFC 7505 §4.2, Microsoft's 5.1.10) that say that the address is no good. */
const badAddressCode = /^5\.(1\.([0-46]|10)|2\.1|4\.4)$/;

export interface Failure {
  readonly code?: string;
  readonly replyCode?: string;
  readonly permanent: boolean;
}

export interface FailureInput {
  /** `Status` of a delivery report. */
  readonly status: string | undefined;
  /** `Diagnostic-Code`, or what stands beside the address in a text. */
  readonly diagnostic: string;
  /** The rest of what the report says to a person, asked when the diagnostic says nothing. */
  readonly text: string;
}

/** What the mail that came back was about says nothing of why. */
const ofTheMail =
  /^[ \t>*|]{0,20}(?:subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|tárgy|тема|konu|θέμα|件名|主\s?题|主旨|主題|제목|message[- ]id)[ \t\u00a0]{0,20}(?:[:\uff1a][^\n]*|\n[^\n]*)$/gim;

/** And who sent it. */
const ofItsSender = /^[ \t>*|]{0,20}(?:original[ -])?sender(?:[ -](?:e-?mail )?address)?[ \t]{0,20}:[^\n]*$/gim;

export function failureOf({ status, diagnostic, text: whole }: FailureInput): Failure {
  const text = whole.slice(0, 8_000).replace(ofTheMail, '').replace(ofItsSender, '');
  const said = `${diagnostic.slice(0, 4_000)}\n`;
  const code = statusCode(status, said, text) ?? failureIn(text.slice(0, 8_000));
  const replyCode = replyAtStart(said, code) ?? replyIn(said) ?? replyIn(text.slice(0, 8_000));
  return {
    ...(code !== undefined && { code }),
    ...(replyCode !== undefined && { replyCode }),
    permanent: isPermanent({ code, replyCode, words: [said, text.slice(0, 8_000)] }),
  };
}

function isPermanent({
  code,
  replyCode,
  words,
}: {
  code: string | undefined;
  replyCode: string | undefined;
  words: string[];
}): boolean {
  if (code?.startsWith('4.') === true || code?.startsWith('2.') === true) return false;
  if (code === undefined && replyCode?.startsWith('4') === true) return false;
  if (code === '5.0.0' && replyIn(words[0] ?? '')?.startsWith('4') === true) return false;
  // After the whole mail was taken, an unknown user is what a filter answers to a mail that it does not like; 5.3.x is about the system.
  if (words.some((said) => afterTheMail.test(said) && !namesMailbox.test(said))) return false;
  // The sender's address (RFC 3463 §3.2), and what the mail holds (§3.7).
  if (code !== undefined && /^5\.(1\.[78]$|6\.)/.test(code)) return false;
  if (code?.startsWith('5.3.') === true) return words.some((said) => unknownToSendmail.test(said));
  for (const said of words) {
    const sense = senseOf(said);
    if (sense !== undefined) return sense;
    if (said === words[0] && said.trim() !== '' && code !== undefined && badAddressCode.test(code)) return true;
  }
  return (words[0] ?? '').trim() === '' && code !== undefined && badAddressCode.test(code);
}

/** Postfix tells what was answered to, and breaks its lines anywhere. */
const afterTheMail = /in\s{1,8}reply\s{1,8}to\s{1,8}end\s{1,8}of\s{1,8}data/i;

/** Mail.ru and Yahoo look for the mailbox only then, and say so of it. */
const namesMailbox =
  /invalid\s{1,8}mailbox\.\s{1,8}local\s{1,8}mailbox\s{1,8}\S{3,320}\s{1,8}is\s{1,8}unavailable|\bdoes(n't|\s{1,8}not)\s{1,8}have\s{1,8}an?\s{1,8}(yahoo|ymail|rocketmail|aol)\.[\w.]{2,20}\s{1,8}account|mail\s{1,8}action\s{1,8}aborted,\s{1,8}mailbox\s{1,8}not\s{1,8}found/i;

/** Sendmail's access table answers 5.3.0 for what an administrator wrote there, the address before it. */
const unknownToSendmail =
  /\b55[013] 5\.3\.0 [^\s.][^\s]{1,320}\.\.\. ?(addressee unknown|no such (user|address|mailbox)|user unknown|unknown user|(user|address|recipient|mailbox) (unknown|does not exist|not found))/i;

/** Microsoft's edge refuses whom the organisation's directory does not have ("directory-based edge blocking"). */
const notInDirectory = /\b5\.4\.1 (all )?recipient address(es)? rejected ?: access denied/i;

/** Go's resolver, as SendGrid repeats it, which had asked for a name's addresses. */
const notInDns = /\blookup \S{1,255}: no such host\b/i;

/** "Unavailable" as RFC 5321 §4.2.3 words it: what else might have been is not said of this one. */
const notFound =
  /mailbox unavailable (or access denied|\(e\.g\.,? mailbox not found, no access,? or (command )?rejected for policy reasons\))/gi;

/** True: the address is bad; false: something else is; undefined: the words say neither. */
function senseOf(said: string): boolean | undefined {
  const plain = ownWords(said).replace(notFound, 'mailbox unavailable');
  if (temporary.some((pattern) => pattern.test(plain)) || (shut.test(plain) && !noSuch.test(plain))) return false;
  if (notInDirectory.test(plain) || notInDns.test(plain)) return true;
  const bad = badAddress.some((pattern) => pattern.test(plain));
  if (aboutThisMail.some((pattern) => pattern.test(plain))) return bad && /\b5\.1\.(1|2|6|10)\b/.test(plain);
  return bad ? true : undefined;
}

/** The more telling of the field and what a server said: of `5.0.0`, `4.0.0` and `5.3.0` programs make what they do not know. */
function statusCode(status: string | undefined, said: string, text: string): string | undefined {
  const field = enhancedIn(status ?? '');
  const told = enhancedIn(said);
  if (field === undefined) return told;
  if (field === '4.0.0' && told?.startsWith('4') !== true) return refusalIn(said.trim() === '' ? text : said) ?? field;
  if (field === '5.3.0') return told !== undefined && /^5\.(?!0\.0)/.test(told) ? told : field;
  return /^[245]\.0\.0$/.test(field) && told?.charAt(0) === field.charAt(0) ? told : field;
}

/** Behind a reply code it is what a server said. */
const refusalIn = (text: string): string | undefined => /\b55\d[ -]#?(5\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];

/** Not a part of an IP address or a version. */
function enhancedIn(text: string): string | undefined {
  return /(?<![\d.]|version[ \t]|mailman[ \t]|exim[ \t]|\bv)([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)/i.exec(text)?.[1];
}

/** Whole reports speak of other things, too: their subject, what went well. */
function failureIn(text: string): string | undefined {
  const found = /(?<![\d.]|version[ \t]|mailman[ \t]|exim[ \t]|\bv)([45]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)/i.exec(text);
  return found?.[1];
}

/** What a server said begins with its code, also where it took the mail, or where a number of its own comes next. */
function replyAtStart(said: string, code: string | undefined): string | undefined {
  const [, taken, refused] = /^(?:(2[0-5]\d)[ -]|([45][0-5]\d) \d{1,2} (?=[A-Z]))/.exec(said) ?? [];
  return refused ?? (/^[45]/.test(code ?? '') ? undefined : taken);
}

/** A reply code stands at the start of what the server said (RFC 5321 §4.2), or after its name; of what a program repeats, also alone. */
function replyIn(text: string): string | undefined {
  return (
    /(?:^|[\s;:('"[#])([45]\d\d)(?:[ :-] ?#?[45]\.\d{1,3}\.\d{1,3}\b)/.exec(text)?.[1] ??
    /(?:^|\n[ \t]*|smtp; ?|>\.\.\. ?|rcpt to: ?<[^<>\s]{1,320}> |said: ?|responded:? ?|response:? (?:from [^:]{0,80}: ?)?|error:? ?|<<< ?|>>> ?|<-- ?|status:? ?|code ?:? ?|[:;(\uff1a] ?)([45][0-5]\d|57\d)[ :-](?=\D|\d{1,3}(?:\.\d{1,3}){3})/i.exec(
      text,
    )?.[1] ??
    /(?:<<< ?|<-- ?|code ?[:=]? ?)([45][0-5]\d)(?=[\s,;)\]]|$)/i.exec(text)?.[1] ??
    /\s([45][0-5]\d)-['"#]/.exec(text)?.[1]
  );
}
