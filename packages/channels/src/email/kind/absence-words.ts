/** What the subjects of absence notes begin with, in the languages of Exchange, Outlook, Gmail and large providers. */
import { untagged } from '@patchbay/contracts/forward-marks';
import { replyTextOf } from '../reply/reply-text.ts';
import { turnsElsewhere } from './request-words.ts';

/** An answer that calls itself automatic, or an absence note. What couriers and schools call their notices of absence is none. */
const answersItself = [
  'automatic reply',
  '(yahoo! )?auto(matic|mated)?[- ]?(reply|response)( (from|to) [^:]{1,80})?',
  'automatische (antwort|antwoord)( auf| von [^:]{1,80})?',
  'automatisch antwoord',
  'abwesenheits(notiz|nachricht|assistent)',
  "r[ée]ponse automatique( d['’]absence)?",
  "message (automatique )?d['’]absence",
  'respuesta autom[áa]tica',
  'risposta automatica( per assenza)?',
  'resposta automática',
  'autosvar',
  'automatisk svar',
  'automaattinen vastaus',
  'automatická odpověď',
  'odpowiedź automatyczna',
  'automatyczna odpowiedź',
  'automatická odpoveď',
  'automatikus válasz',
  'răspuns automat',
  'αυτόματη απάντηση',
  'автоматична відповідь',
  'автоматичен отговор',
  'automatski odgovor',
  'samodejni odgovor',
  'automatinis atsakymas',
  'automātiskā atbilde',
  'automaatvastus',
  'trả lời tự động',
  'balasan otomatis',
  '(การ)?ตอบกลับอัตโนมัติ',
  '(תשובה|מענה) אוטומטי(ת)?',
  'رد تلقائي',
  '자동 ?(응답|답장)',
  'autoodpowiedź',
  'автоматический ответ',
  'автоответ',
  '自动(回复|答复)',
  '自動(回覆|回應|返信|応答)',
  '자동 회신',
  'otomatik yanıt',
  'automatiskt svar',
  'sjálfvirkt svar',
  'resposta automàtica',
  'erantzun automatikoa',
  'аутоматски одговор',
  'balasan automatik',
  'پاسخ خودکار',
  'الرد التلقائي',
  '(afwezigheids|fraværs)assistent',
  'poissaoloviesti',
  'avviso di assenza',
  '自动应答',
  '自動応答',
  '부재중 ?(자동 ?)?응답( ?메시지)?',
  'auto-?antwort',
  'urlaubsbenachrichtigung',
  'contestación automática',
  'afwezigheidsbericht',
  'automatisk besked',
  'vacation (auto-?)?reply',
];

/** Says that somebody is not there. */
const away = [
  'out[- ]of[- ](the[- ])?office( auto(matic)?[- ]?reply)?( re)?',
  'abwesend',
  'fuera de (la )?oficina',
  'nieobecność w biurze',
  'hors du bureau',
  'absence du bureau',
  'fuori (sede|ufficio)',
  'вне офиса',
  'fora do escritório',
  'poza biurem',
  'ofis dışında',
];

/** The same in words that people who wait for a parcel, keep a child at home or plan a holiday use, too. */
const mayBeAway = [
  'abwesenheit(s(meldung|benachrichtigung|info))?',
  'nicht im (haus|büro)',
  'absence',
  'absent(e)?( du bureau)?',
  'ausen(te|cia)',
  'ausência',
  'ausente do escritório',
  'assen(te|za)',
  'afwezig(heid)?',
  'niet aanwezig',
  'frånvar(o|ande)',
  'fravær(ende)?',
  'poissa( toimistosta)?',
  'mimo kancelář',
  'házon kívül',
  'нет на месте',
  'в отпуске',
  '不在(通知)?',
  '부재 ?중',
  '(on )?(annual )?(vacation|leave|holidays?)( re)?',
  "(i am |i'm )?(away|out)( (from|of) (my |the )?(mail|e-?mail|office|desk))?",
];

/** What a person's mail is about, too: the name of an absence alone, or a holiday and what of it, where no subject of an older mail follows. */
const topic =
  /^(abwesenheit|absence|ausencia|ausência|assenza|afwezigheid|frånvaro|fravær|(annual )?(vacation|leave|holidays?))([.!\s]*$|(?<=vacation|leave|holidays?)\s*[-:|\u2013\u2014\uff1a](?!\s*(re|aw|antw|sv|vs)\s*:))/i;

const form = (words: readonly string[]): RegExp =>
  new RegExp(
    `^(?:${words.join('|')})\\s*(?:(?<named>[-\\u2013\\u2014|]\\s{0,3}(?:re|aw|antw|sv|vs)\\s?:|[:\\uff1a\\])\\uff09\\u3011\\uff3d])|(?<loose>[-\\u2013\\u2014|])|(?<alone>[.!]*$))`,
    'i',
  );
/** The subject of an older mail follows. */
const olderSubject =
  /^[^:\uff1a]{0,80}(?:[:\uff1a\])\uff09\u3011\uff3d|\u2013\u2014-]\s{0,3}|\s)(?:re|aw|antw|sv|vs|rif|odp|ynt|ответ|回复|答复)\s?[:\uff1a]/iu;
const forms = { answersItself: form(answersItself), away: form(away), mayBeAway: form(mayBeAway) };

/** Domino: `AUTO: Ann is out of the office (returning 03/09/2026)`. Its capitals and words set it apart from what a person has to say of a car. */
const absenceOfDomino =
  /^AUTO: .{1,120}(is out of (the|our) office|is (afwezig|niet aanwezig)|ist (außer Haus|nicht im (Haus|Büro)|abwesend)|est absente?|(n'est pas|ne sera pas) au bureau|est[áa] (ausente|fuera|fora)|è (assente|fuori))/;

/** Notes before that, and FirstClass: `Ann Lee is out of the office.` */
const awayByName =
  /^(?!(I|we|my|our|your)\b)(?<name>[^:?]{1,120}) (is out of (the|our) office|ist (außer Haus|nicht im (Haus|Büro))|est absente? du bureau|est[áa] fuera de la oficina|è fuori ufficio)(?: \([^()]{1,60}\))?\.?$/i;

/** What Request Tracker and its like put before everything else. */
const ticketTag = /^\[[^[\]\n]{0,60}#\d{1,12}\][ \t]*/;

/** Without what programs put before everything else. */
const saidIn = (subject: string): string[] =>
  [subject, untagged(subject)].map((one) =>
    one
      .replace(ticketTag, '')
      .replace(/^[[(（【［]/, '')
      .trim(),
  );

/** What a subject goes on with behind the name of an absence note. */
export const behindName = (subject: string): string =>
  saidIn(subject)
    .map((one) => one.slice(forms.answersItself.exec(one)?.[0].length ?? one.length))
    .find((rest) => rest !== '') ?? '';

const namesAnswer = new RegExp(
  `(?<!\\p{L})(?:${answersItself.join('|')}|auto-?responder|absence note)(?!\\p{Ll})`,
  'iu',
);
/** Speaks of an automatic answer. */
export const isAboutAnswer = (sentence: string): boolean => namesAnswer.test(sentence);

/**
 * How sure a subject says that its mail is an absence note: by its name and an older subject; by its name and a colon, or alone, where a person who asks about
 * such notes may write so; by saying that somebody is
 * away, and a colon, where the text has to say so as well, for a person may write about it; by saying it of somebody by name, where it has to be the sender who says so of themselves; by words that a dash, a bar or nothing follows, as in a person's question; by words that are a person's, too; by what a person may write about, in an
 * old conversation as well.
 * Only at the start: in an answer to an absence note they come after `Re:`.
 */
export function absenceIn(
  subject: string,
): 'certain' | 'named' | 'stated' | 'by name' | 'doubtful' | 'possible' | 'topic' | undefined {
  if (absenceOfDomino.test(subject)) return 'certain';
  if (awayByName.test(subject)) return 'by name';
  const said = saidIn(subject);
  const follows = (name: keyof typeof forms) => said.map((one) => forms[name].exec(one)?.groups).find(Boolean);
  const named = follows('answersItself');
  if (named?.['loose'] !== undefined) return 'doubtful';
  if (named !== undefined) return said.some((one) => olderSubject.test(one)) ? 'certain' : 'named';
  const state = follows('away');
  if (state?.['named'] !== undefined) return said.some((one) => olderSubject.test(one)) ? 'certain' : 'stated';
  if (state !== undefined) return 'doubtful';
  if (follows('mayBeAway') === undefined) return undefined;
  return said.some((one) => topic.test(one)) ? 'topic' : 'possible';
}

/** Who is away says of themselves that they are. What else one is, is no such thing. */
const isAway = new RegExp(
  [
    String.raw`\b(I|we)(['’](m|re|ll be)| am| are| (will|shall) be)\b.{0,40}\b(out (of (the |my |our )?(office|town|country)|until|till|from|today|this|on|for|all|sick|and)|away|off|unavailable|on .{0,20}(leave|vacation|holidays?)|not (available|in the (office|building)|in (until|till|today|this)|at (work|my|the (office|desk))))\b`,
    String.raw`\b(currently|presently) (out|away|on .{0,20}(leave|vacation|holidays?|parental|business))\b|\bout of (the |my )?office (until|till|from|starting|and|with)\b`,
    String.raw`\b(this|dies|dieses|ceci|esto|este|questo|isto|dit)( (e-?mail|message|mail|reply|response))? (is|was|ist|est|es|è|é) (an? |eine? |un[ea]? |een )?(sent |e-?mail |mensaje |messaggio |message )?automat`,
    String.raw`\b(ich bin|wir sind|bin (ich|bis|vom|ab|am|im|derzeit|zurzeit|aktuell))(?!\p{L}).{0,60}(abwesend|urlaub|außer (haus|dienst)|wieder (da|zurück|im|erreichbar|für|ab)|zurück)`,
    String.raw`\b(ich|wir|bin)(?!\p{L}).{0,60}nicht (im (büro|hause?|dienst)|erreichbar|anwesend|verfügbar|am (arbeitsplatz|platz)|da(?!\p{L}))`,
    String.raw`\bje (ne )?(suis|serai)\b.{0,60}(absent|en congé|vacances|hors d[ue]|déplacement|de retour|pas (au|à|là|disponible|joignable|présente?)(?!\p{L}))`,
    String.raw`\b(estoy|estaré|me encuentro|estou|estarei|encontro-me)(?!\p{L}).{0,60}(fuera|fora|ausente|vacaciones|férias|de baja)`,
    String.raw`\b(sono|sarò|saro')(?!\p{L}).{0,60}(assente|fuori|ferie)`,
    String.raw`(?<!\p{L})(jestem|będę|przebywam)(?!\p{L}).{0,60}(poza|nieobecn|urlop)|nie ma mnie`,
    String.raw`(?<!\p{L})(нахожусь|меня (не будет|нет)|я .{0,20}(в отпуске|отсутств)|буду отсутств|вернусь)`,
    String.raw`(dışında|izinde|tatilde)(yım|yim)|(dışında|izinde|tatilde) olacağım`,
  ].join('|'),
  'iu',
);
/** Or when they are back, and what they cannot read until then; what one wants back is no such thing. */
const isBack = new RegExp(
  String.raw`\b(be|am|are|['’]m|['’]re|until|upon|when I|when we|after) (back|return(ing)?)\b|(^|[.!;:(] ?)(back|returning|return) (in|to|on|at|from|by)\b|\b(back|return(ing)?) (in|to|at) (the |my |our )?(office|work|desk)\b|\b(limited|no|without) (e-?mail )?access to (my |our )?(e-?mails?|mail|inbox|messages)\b|\b(limited|no|without) e-?mail access\b`,
  'iu',
);

/** Who writes nothing asks for nothing. */
export function saysAway(text: string): boolean {
  const beginning = text.slice(0, 1_000).replaceAll(/\s+/g, ' ').trim();
  return beginning === '' || isAway.test(beginning) || isBack.test(beginning);
}

/** The subject says of its sender by name that they are away. */
export function isNamedAway(subject: string, sender: string): boolean {
  const known = new Set(wordsOf(sender));
  return wordsOf(awayByName.exec(subject)?.groups?.['name'] ?? '').some((word) => known.has(word));
}

/** Of a name: initials and articles are in too many. */
const wordsOf = (name: string): string[] =>
  (name.toLowerCase().match(/\p{L}{3,60}/gu) ?? []).filter((word) => !articles.test(word));
const articles = /^(the|our|der|die|das|les|une?|los|las|una|gli)$/;

/** Words; greetings, names and dates have fewer. */
const fewestTold = 4;
const thanks = /^(and )?(many )?(thank|danke|vielen dank|merci|gracias|grazie)/i;

/** Speaks of nothing but that its writer is away, until when, and whom to turn to. */
export function saysOnlyAway(text: string): boolean {
  const told = replyTextOf(text.slice(0, 4_000))
    .split(/[.!?;,](?=\s|$)|\n/)
    .map((clause) => clause.trim())
    .filter((clause) => clause.split(/\s+/).length >= fewestTold);
  return (
    told.some((clause) => isAway.test(clause)) &&
    told.every((clause) => [isAway, isBack, turnsElsewhere, thanks].some((words) => words.test(clause)))
  );
}
