/** Words by which customers withdraw or give consent to be texted, or ask for help. */

export type ConsentWord = 'stop' | 'start' | 'help';

/** What is known of the whole message from its words alone. */
export interface SaidWord {
  word: ConsentWord;
  /** As it was said, at most 100 characters. */
  said: string;
  /** It is an ordinary answer as well (YES): only when consent was withdrawn does it mean anything else. */
  ambiguous: boolean;
}

/**
 * What carriers take for a STOP: Twilio's list for long codes, AWS's and Telnyx's (TD and 退订 in China, ARRET in France and Canada). To
 * take one too many costs a message that an agent sends again; one too few costs the customer's trust and the number.
 */
const stopWords = [
  'STOP',
  'STOPALL',
  'STOP ALL',
  'UNSUBSCRIBE',
  'END',
  'QUIT',
  'CANCEL',
  'REVOKE',
  'OPTOUT',
  'OPT-OUT',
  'OPT OUT',
  'REMOVE',
  'ARRET',
  'TD',
  '退订',
];
/** Only carriers act on these and answer them, and only on SMS; elsewhere they are messages like any other. */
const carrierWords: ReadonlySet<string> = new Set(['END', 'QUIT', 'CANCEL', 'REVOKE', 'REMOVE', 'TD', 'HELP', 'INFO']);

type Meaning = Omit<SaidWord, 'said'>;
const meaning = (word: ConsentWord, ...said: readonly string[]): [string, Meaning][] =>
  said.map((one) => [one, { word, ambiguous: one === 'YES' }]);
const words: ReadonlyMap<string, Meaning> = new Map([
  ...meaning('stop', ...stopWords),
  ...meaning('start', 'START', 'UNSTOP', 'YES'),
  ...meaning('help', 'HELP', 'INFO'),
]);

/** Channels on which customers are written to by number, and so may end that by a word. */
type WordChannel = 'sms' | 'whatsapp';

/** Case, width, accents, and what people put around a word say nothing: `« Arrêt ! »` is ARRET. */
function bare(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}|\p{Cf}/gu, '')
    .replaceAll(/^[\p{P}\p{S}\p{Z}\s]+|[\p{P}\p{S}\p{Z}\s]+$/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .toUpperCase();
}

/**
 * The word that the whole message is, or null. A message that only contains one (`STOP PLEASE`, `when does it stop?`) is a message
 * like any other: carriers do not act on it either.
 */
export function consentWord(text: string, channel: WordChannel): SaidWord | null {
  // Longer than any word can be; what is not looked at cannot be slow.
  if (text.length > 100) return null;
  const said = bare(text);
  const found = words.get(said);
  if (!found || (channel === 'whatsapp' && carrierWords.has(said))) return null;
  return { ...found, said: text.trim() };
}

/** The word as the carrier itself recognised it (Twilio's `OptOutType`), or null. */
export function carrierWord(optOutType: string | undefined): ConsentWord | null {
  const said = optOutType?.trim().toLowerCase();
  return said === 'stop' || said === 'start' || said === 'help' ? said : null;
}

/** What the hub answers to HELP where the carrier does not: who is behind the number, and how to end it. */
export function helpText(centreName: string, language: 'en' | 'zh'): string {
  return language === 'zh'
    ? `${centreName}：直接回复本条消息即可联系客服。回复 STOP 可不再接收我们的消息。`
    : `${centreName}: reply to this message to reach our team. Reply STOP to receive no more messages from us.`;
}
