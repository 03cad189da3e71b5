/** Words by which somebody asks a service for something. What answers by itself asks for nothing but that somebody else is turned to. */
import { replyTextOf } from '../reply/reply-text.ts';

const any = (...words: string[]): string => `(?<!\\p{L})(?:${words.join('|')})`;

/** With how a request begins, what is wanted follows near by. */
const wanted = [
  [
    'please|pls|kindly|(?:can|could|would|will) you',
    'deliver|ship|send|bring|drop|leave|hold|postpone|reschedule|move|change|cancel|refund|replace|repair|fix|collect|pick up|book|confirm|tell|show|explain|help|switch|turn|reset|update|install|extend|delete|remove',
  ],
  [
    'bitte|(?:könn|könnt|würd)en sie|kannst du',
    'liefer|send|schick|bring|stell|verschieb|änder|storn|ersetz|repar|hol|bestätig|erklär|sag|zeig|hilf|helf|lösch|buch',
  ],
  [
    "merci de|veuillez|s[’']il vous pla[iî]t|svp|(?:pouvez|pourriez)-vous",
    'livr|envoy|expédi|chang|annul|rembours|rempla|répar|confirm|expliqu|aid|dire|dites|dépos|report|modifi|supprim',
  ],
  [
    'por favor|pued[ae]n?|podéis|podr[ií]a[ns]?|poderia[ms]?',
    'entreg|envi|cambi|alter|cancel|reembols|devuelv|devolv|repar|confirm|explic|ayud|ajud|dig|dej|deix|aplaz|modific|elimin',
  ],
  [
    'per (?:favore|cortesia)|può|potete|potreste|potrebbe',
    'consegn|sped|invi|cambi|annull|rimbors|sostitu|ripar|conferm|spieg|aiut|dir|lasci|spost|modific|cancell',
  ],
  [
    'graag|alstublieft|aub|(?:kunt|kan|wilt) u|gelieve',
    'lever|bezorg|stuur|sturen|wijzig|annule|vervang|repar|bevestig|uitleg|help|verplaats|verwijder',
  ],
  [
    'proszę|prosimy|czy (?:możecie|może|mogą)',
    'dostarcz|wysła|wyśl|zmien|zmian|anul|zwr|napraw|potwierd|wyjaśn|pomo|pomó|przenie|usun',
  ],
  [
    'пожалуйста|прошу|може(?:те|шь)|могли',
    'достав|отправ|пришл|измен|отмен|верн|замен|почин|подтверд|объясн|помо|скаж|перенес|удал',
  ],
  ['lütfen', 'teslim|gönder|değiştir|iptal|iade|onar|onayla|açıkla|yardım|söyle|ertele|sil'],
] as const;
const inChinese =
  '请问|(?:请|麻烦|能否|能不能|可以|帮)[^。！？\\n]{0,15}(?:送|发|寄|改|取消|退|换|修|告|解释|帮|推迟|延|设置|处理|删)|(?:請問|(?:請|麻煩|能否)[^。！？\\n]{0,15}(?:送|發|寄|改|取消|退|換|修|告|解釋|幫|延|設定|處理|刪))';
const elsewhere =
  '(?:配達|送|届け|変更|キャンセル|返金|交換|修理|教え)[^。\\n]{0,12}(?:ください|下さい|いただけ|お願い)|(?:배송|보내|변경|취소|환불|교환|수리|알려)[^.\\n]{0,10}(?:주세요|주실|부탁)';
const request = new RegExp(
  [...wanted.map(([begins, what]) => `${any(begins)}(?!\\p{L}).{0,60}?${any(what)}`), inChinese, elsewhere].join('|'),
  'iu',
);
/** Whom to turn to, and where to look, meanwhile. */
export const turnsElsewhere = new RegExp(
  [
    any(
      'contact|kontakt|call|phone|tele|tel\\.|reach|e-?mail|mails?|message|nachricht|bericht|mensaje|mensagem|messaggi|wiadomoś|сообщ|письм|urgen|dringen|spoed|pilne|срочн|acil|emergenc|notf|requests?|enquir|inquir|quer(?:y|ies)|anfrage|demande|solicitud|richiest|wende|adresse[rz](?!\\p{L})|appel|llam|dirig|rivolg|contatt|bel(?:len|t)?(?!\\p{L})|обра[тщ]|звон|website|webseite|site|faq',
    ),
    '\\S@\\S|https?:|www\\.|联系|聯繫|聯絡|邮件|郵件|拨打|紧急|緊急|连络|連絡|メール|急ぎ|연락|메일|긴급|문의',
  ].join('|'),
  'iu',
);
/** Words of a question; letters where they stand without blanks between them. */
const fewestWords = 3;
const fewestLetters = 4;

const isQuestion = (sentence: string): boolean =>
  /[?？؟]\s*$/.test(sentence) &&
  (sentence.trim().split(/\s+/).length >= fewestWords ||
    (sentence.match(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]/gu) ?? []).length >= fewestLetters);

/** Characters. What is asked is asked early. */
const longestLook = 4000;

/** Of a mail's own text, not of one that it quotes. */
const sentencesIn = (text: string): string[] =>
  replyTextOf(text.slice(0, longestLook))
    .split(/(?<=[.!?。！？؟])\s*|\n\s*\n/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim());

/** The sentences in which something is asked for that is not about whom to turn to. */
export const requestsIn = (text: string): string[] =>
  sentencesIn(text).filter((sentence, index, all) => {
    // `Do you need help? Call Bob.`
    const asks = isQuestion(sentence) ? !turnsElsewhere.test(all[index + 1] ?? '') : request.test(sentence);
    return asks && !turnsElsewhere.test(sentence);
  });

const addressed = new RegExp(
  `${any(
    '(?:can|could|would|will) (?:you|someone)',
    '(?:könn|könnt|würd)en sie',
    '(?:pouvez|pourriez)-vous',
    'pued[ae]n? (?:usted|us)?',
    'podr[ií]a[ns]?',
    'poderia[ms]?',
    'può',
    'potete',
    'potreste',
    '(?:kunt|kan|wilt) u',
    'czy (?:możecie|może|mogą)',
    'може(?:те|шь)',
    'могли',
  )}(?!\\p{L})|请问|請問|能否|いただけ`,
  'iu',
);
const ofOneself =
  /(?<![\p{L}.])(?:I|we|my|our|us|ich|wir|uns|unser\p{L}{0,2}|mein\p{L}{0,2}|je|nous|notre|nos|mon|mes|yo|nuestr\p{L}{1,2}|mi|noss[ao]s?|nostr[aeio]|ci|wij|onze?|ons|nasz\p{L}{0,3}|nam|мы|нам|наш\p{L}{0,3}|нас)(?!\p{L})|我|私|弊社/iu;

/** Whoever writes speaks of themselves and asks the reader to do something, as no program does that tells what became of a mail. */
export function asksTheReader(text: string): boolean {
  const sentences = sentencesIn(text);
  return (
    sentences.some((sentence) => isQuestion(sentence) && addressed.test(sentence)) &&
    sentences.some((sentence) => ofOneself.test(sentence))
  );
}

/** Whoever writes speaks of themselves. */
export const speaksOfOneself = (text: string): boolean =>
  sentencesIn(text).some((sentence) => ofOneself.test(sentence));

/** A subject that asks, or tells of what does not work. */
const asking = new RegExp(
  [
    '[?？؟]\\s*$',
    '如何|怎[么麼样樣]|为什么|為什麼|为何|能否|是否|吗\\s*$|嗎\\s*$|どう|なぜ|方法|やり方|방법|어떻게|왜',
    `^\\s*${any(
      'how|what|why|where|when|which|can|could|does|do|is|are|should|wie|warum|wieso|weshalb|wann|kann|geht|comment|pourquoi|quand|peut-on|puis-je|est-ce|cómo|como|por qu[eéê]|cuándo|se puede|come|perché|si può|hoe|waarom|kan|jak|dlaczego|czy|как|почему|можно|nasıl|neden|hur|varför|hvordan|hvorfor|miten',
    )}(?!\\p{L})`,
    any(
      "(?:(?:do|does|did)(?:n[’']t| not)|not|no longer|stopped) work|problem|broken|fehler|(?:funktioniert|geht) nicht|ne (?:marche|fonctionne) pas|no funciona|não funciona|non funziona|werkt niet|nie działa|не работает|çalışmıyor|(?:fungerar|virker) (?:inte|ikke)",
    ),
    '不能用|不工作|没用|無法|无法|不起作用|動かない|動作しない|안 ?(?:됨|돼|되)',
  ].join('|'),
  'iu',
);
export const isAskingSubject = (subject: string): boolean => asking.test(subject);
