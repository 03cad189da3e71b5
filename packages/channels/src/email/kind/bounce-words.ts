/** What reports of failed deliveries say in their subjects, and of failure, in the languages that mail servers write in. */
import { untagged } from '@patchbay/contracts/forward-marks';

const delayed =
  /\b(delayed|delay|warning|not yet been delivered|could not send message for past|still being retried|verzögert)\b|(?<!\p{L})(différée?|retardée?)(?!\p{L})/iu;
/** What Exchange puts before the subject of what it still tries to deliver. */
const delayedBefore =
  /^\s*((?:entrega|recapito|consegna|bezorging|levering) (?:retrasada|demorada|atrasada|ritardat[oa]|vertraagd)|retrasado|demorado|ritardato|in ritardo|atrasad[oa]|vertraagd|opóźnion[eoy]|задержано|отложено|затримано|försenat|forsinket|viivästynyt|zpožděno|késleltetve|gecikti|întârziat|καθυστέρηση|配信(の)?遅延|已?延迟|已?延遲|지연됨?)\s*[:\uff1a]|^(邮件|郵件)(延迟|延遲)(投递|投遞|发送|送达)?(的)?(通知|提醒)/i;

/** Where a subject begins to say that a mail is late, if it does. */
export function delaySubjectAt(subject: string): number | undefined {
  return (
    delayed.exec(subject)?.index ??
    (delayedBefore.test(subject) || delayedBefore.test(untagged(subject)) ? 0 : undefined)
  );
}

const anywhere = new RegExp(
  [
    'undeliver(ed|able)',
    'delivery (status notification|status|failure|failed|problem|error)',
    'deliver(y|ed) has failed',
    'failure (notice|notification)',
    'mail (delivery )?(failed|failure|system error)',
    'returned (to sender|mail|message)',
    'return(ed)? e?mail',
    'non[- ]?deliver(y|able)',
    'not (be )?delivered',
    'user unknown',
    'message (could not|rejected|not)',
    'error sending your mail',
    'message (you sent )?(was |has been )?(blocked|refused)',
    '(unsolicited bulk e?mail|virus|banned contents?)\\b.{0,80} from you\\b',
    'unzustellbar',
    'nicht zugestellt',
    'nicht zustellbar',
    'non (remis|remise|distribuable|recapitabile)',
    'no se (puede|pudo|ha podido) entregar',
    'no entregable',
    'mancato recapito',
    'recapito (non riuscito|fallito)',
    'impossibile recapitare',
    'onbestelbaar',
    'nie można dostarczyć',
    'niedostarczon',
    'nedoručiteln',
    '(kunde|kan) inte levereras',
    '(kunne|kan) ikke leveres',
    'teslim edilemedi',
    'unmöglich zuzustellen',
    'fehler bei der (zustellung|nachrichtenübermittlung)',
    'zustellung.{0,30}fehlgeschlagen',
    "[ée]chec (de la|de|d['’]) ?(distribution|envoi|remise|livraison)",
    'error de entrega',
    'no entregado',
    'falha na entrega',
    'errore (di|nella) consegna',
    '投递失败',
    '系统退信',
    '投遞失敗',
    '退件',
    '未送達',
    'メール配信エラー',
    '配信エラー',
    '반송',
    'не удалось доставить',
    'невозможно доставить',
    'niet bezorgd',
    'não (foi )?entregue',
    'não é possível entregar',
    '无法投递',
    '未送达',
    '退信',
    '無法傳遞',
    '配信不能',
    '配信できませんでした',
    '送信できません',
    'недоставлен',
    'не доставлено',
    'não foi possível entregar',
    'nie udało się dostarczyć',
    "n['’]a (pas )?pu être (distribué|remis|délivré)",
  ].join('|'),
  'i',
);

/** What Exchange, Domino and providers of one country put before the subject of what came back: short words, which say it of a mail only there. */
const before = new RegExp(
  `^[\\s*[(\uff08【]{0,3}(?:메일 |邮件|郵件|メール)?(?:${[
    'delivery report',
    'zustell(ungs)?fehler',
    '(message |mail |courriel )?non (délivrée?|distribuée?)',
    '(avviso di )?mancata consegna',
    '(error|fallo) en la entrega',
    'falha de entrega',
    'niet afgeleverd',
    'bezorging mislukt',
    '(olevererbart|ej levererat|det går inte att leverera)',
    'ekki hægt að afhenda',
    '(ikke lever(e)?t|kunne ikke levere)',
    '(toimittamaton|ei voitu toimittaa|ei toimitettu|toimitus epäonnistui)',
    '(zprávu nelze doručit|nedoruč(en|iteľn))',
    '(kézbesíthetetlen|kézbesítetlen|nem kézbesíthető)',
    '(nelivrabil|nelivrat|imposibil de livrat)',
    '(δεν ήταν δυνατή η παράδοση|ανεπίδοτο|μη παραδοτέο)',
    '(не вдалося доставити|не удается доставить)',
    'недоставим',
    '(neisporučivo|nije isporučeno|ni mogoče dostaviti)',
    'không (gửi được|thể (gửi|chuyển))',
    '(tidak terkirim|tidak dapat dikirim)',
    'ไม่สามารถส่ง',
    'לא ניתן למסירה',
    '(تعذر (ال)?تسليم|لم يتم التسليم)',
    '(无法(送达|传递)|未(能送达|传递)|無法送達)',
    '(配信(不可|失敗)|送信(エラー|失敗)|配達不能)',
    '(배달(되지 않음|할 수 없음| ?실패)|(발송|전송) ?실패)',
  ].join('|')})`,
  'i',
);

/** `Delivery Status Notification (Failure)` elsewhere: what couriers and their customers call so has nothing in brackets. */
const statusBefore = new RegExp(
  `^[\\s*[(\uff08【]{0,3}(?:${[
    'notificación (de|del|sobre el) estado de (la )?entrega',
    'notifica(zione)? sullo stato del recapito',
    "notification d['’]état de (la )?remise",
    'notificação (de|do) (status|estado) d[ae] entrega',
    'benachrichtigung (zum|über den) (übermittlungs|zustell(ungs)?)status',
    'powiadomienie o stanie dostarcz',
    'уведомление о (состоянии )?доставк',
    '(传递|传送|投递)状态通知',
    '(傳遞|傳送|遞送)狀態通知',
    '配信(状態|状況)通知',
  ].join('|')})[^(\uff08]{0,40}[(\uff08][^)\uff09]{1,40}[)\uff09]\\s*$`,
  'i',
);

/** Where a subject begins to say that a mail was not delivered, if it does. */
export function bounceSubjectAt(subject: string): number | undefined {
  return anywhere.exec(subject)?.index ?? ([subject, untagged(subject)].some(isToldBefore) ? 0 : undefined);
}

/** Apache James. */
const tagged = /^\[BOUNCE\] /;

const isToldBefore = (subject: string): boolean =>
  tagged.test(subject) || before.test(subject) || (statusBefore.test(subject) && !goods.test(subject));

/** Somebody answers or passes on a mail: whatever its subject says, another said. */
export const isAnswerSubject = (subject: string): boolean => isAnswer.test(subject) || isAnswer.test(untagged(subject));
const isAnswer = /^\s*(re|fwd?|aw|wg|tr|rv|sv|vs|antw)\s*:/i;

/** Words of failure in the languages that Exchange, Domino and large providers write in. */
export const failureElsewhere =
  /(zugestellt|unzustellbar|unbekannt|nicht gefunden|non remis|introuvable|inconnu|n'a pas pu|no se (pudo|encontr)|desconocid|no existe|non recapit|sconosciut|non è stat|não (foi|é|pôde)|desconhecid|niet (bezorgd|gevonden)|onbekend|nie (można|znaleziono|istnieje)|不存在|失败|無法|无法|退回|見つかりません|できません|エラー|不明|не (найден|доставлен|существует|может быть доставлен)|недоставлен|délivré|(kunde|kunne|kan) (inte|ikke)|hittades inte|ikke fun(d|n)et|ei (voitu|löytynyt)|nemohl|nebyl|nem (kézbesíthető|található)|edilemedi|bulunamadı|не (вдалося|знайдено)|δεν (ήταν|βρέθηκε)|nu a (putut|fost)|không (thể|tìm|tồn tại)|未找到|未能|없습니다|않습니다|실패|초과|nicht .{0,60}(gefunden|aufgeführt))/i;

const stillTrying =
  /\b(will (continue|keep|go on) (to )?(try|trying|be made|attempt|be attempted)|(?<!no (?:further|more|other) (?:delivery )?)(delivery )?attempts will (continue|be made)|attempts to deliver .{0,40}will continue|(message )?will be re-?tried|will (re-?try|try again) (for|until|every)|still (awaiting|waiting for) delivery|still in (the|our) queue|(has|have) been postponed|this is a warning message only|do not need to resend|no action is required on your part|only a notification about a delay)\b/i;
const stillTryingElsewhere =
  /(noch nicht zugestellt|(?<!nicht )weiter(hin)? versucht|n'a pas encore été|continuer(ons|a) (d'|à )essayer|(todavía|aún) no se ha|seguirá intentando|non è (ancora stato|stato ancora)|altri tentativi|ainda não foi entregue|continuar(emos|á) (a )?tenta|nog niet (bezorgd|afgeleverd)|nie została jeszcze|będą kontynuowane|ещ[её] не доставлен|попытки доставки будут|ännu inte levererats|endnu ikke leveret|ennå ikke levert|まだ配信されて|引き続き配信|尚未(送达|送達|传递|傳遞)|(将|將|会|會)(继续|繼續)(尝试|嘗試)|아직 배달되지)/i;

/** Says that it goes on trying. */
export const keepsTrying = (text: string): boolean => stillTrying.test(text) || stillTryingElsewhere.test(text);

const mailWord =
  /\b(e-?mails?|mails?|messages?|courriel|bericht|melding)\b|nachricht|mensa(je|gem)|messaggi|wiadomoś|сообщени|письм|повідомлен|meddela|meddelelse|メッセージ|メール|邮件|郵件|메시지|메일/i;
/** What couriers bring, and what they bring it in. */
export const goods =
  /\b(parcels?|packages?|shipments?|orders?(?! to\b)|goods|items?|couriers?|flights?|colis|commande|paquetes?|pedido|pacco|ordine|spedizione|encomenda|pakket|bestelling)\b|paket|(?<!zu)sendung|bestellung|lieferung|paczk|przesyłk|zamówieni|посылк|заказ|荷物|注文|包裹|运单|訂單|订单|快递/i;

/** Says that it goes on trying to deliver a mail: in that sentence or the one before, which speak of nothing that a courier brings. */
export function keepsTryingMail(text: string): boolean {
  const sentences = text.replace(/\bsubject:[^\n]*/gi, '').split(/(?<=[.!?])\s+|(?<=。)/);
  return sentences.some((sentence, index) => {
    if (!keepsTrying(sentence)) return false;
    const both = `${sentences[index - 1] ?? ''} ${sentence}`;
    return mailWord.test(both) && !goods.test(both);
  });
}
