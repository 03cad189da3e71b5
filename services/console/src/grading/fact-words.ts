import {
  channelName,
  lifecycleStage,
  loyalty,
  messageKind,
  ticketStatus,
  type Fact,
  type FactTest,
  type FactValue,
} from '@patchbay/contracts';
import type { TFunction } from 'i18next';

/** What a customer's grade is called in the console's language. */
export type GradeNames = (key: string) => string;

export interface Wording {
  readonly t: TFunction;
  readonly language: string;
  readonly gradeName: GradeNames;
  /** What a field of the customer's file is called. */
  readonly fieldName: (key: string) => string;
  /** What a word that is a key or an id is called here. */
  readonly nameOf?: (fact: Fact, word: string) => string | undefined;
}

/** Digits after the point in a currency: amounts are kept in minor units. */
export function minorDigits(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** A trend is a share, and is read and entered in percent. */
export const isTrend = ({ name }: Fact): boolean => name.endsWith('-trend');

/** How many of the units in which a number is kept make one of those in which it is entered. */
export function unitOf(fact: Fact): number {
  if (isTrend(fact)) return 0.01;
  return fact.name === 'purchase-sum' ? 10 ** minorDigits(fact.currency ?? '') : 1;
}

/** `Purchases, sum, last 365 days (EUR)`. */
export function factText({ t, fieldName }: Wording, fact: Fact): string {
  const name = t(`fact.${fact.name}`);
  const { days } = fact;
  const trend = isTrend(fact);
  const timed =
    days === undefined ? name : t(trend ? 'condition.trendWithin' : 'condition.within', { fact: name, days });
  const narrowed = [
    fact.currency,
    fact.channel && t(`channel.${fact.channel}`),
    fact.requestType,
    fact.key && `“${fieldName(fact.key)}”`,
  ].filter(Boolean);
  return narrowed.length === 0 ? timed : `${timed} (${narrowed.join(', ')})`;
}

/** `Purchases, last 365 days at least 6`. */
export function testText(wording: Wording, test: FactTest): string {
  const threshold = test.number !== undefined ? numberText(wording, test.fact, test.number) : wordsText(wording, test);
  return [factText(wording, test.fact), wording.t(`operator.${test.operator}`), threshold].filter(Boolean).join(' ');
}

function wordsText(wording: Wording, { fact, words = [] }: FactTest): string {
  return words.map((word) => wordText(wording, fact, word)).join(', ');
}

/** What was found, as it reads beside the threshold. */
export function foundText(wording: Wording, fact: Fact, found: FactValue): string {
  if (found === null || (typeof found !== 'number' && found.length === 0)) return wording.t('condition.unknown');
  if (typeof found === 'number') return numberText(wording, fact, found);
  return found.map((word) => wordText(wording, fact, word)).join(', ');
}

function numberText({ language }: Wording, fact: Fact, value: number): string {
  if (fact.name === 'purchase-sum' && fact.currency)
    return new Intl.NumberFormat(language, { style: 'currency', currency: fact.currency }).format(
      value / 10 ** minorDigits(fact.currency),
    );
  if (fact.name === 'time-of-day') return clockText(value);
  const trend = isTrend(fact);
  return new Intl.NumberFormat(language, {
    maximumFractionDigits: trend ? 0 : 2,
    ...(trend && { style: 'percent' }),
  }).format(value);
}

/** Words of the hub in the console's language; those of a centre's own fields as they are. */
export function wordText(wording: Pick<Wording, 't' | 'gradeName' | 'nameOf'>, fact: Fact, word: string): string {
  const { t, gradeName, nameOf } = wording;
  const named = nameOf?.(fact, word) ?? ticketWord(t, fact, word);
  if (named !== undefined) return named;
  if (fact.name === 'grade') return gradeName(word);
  const stage = lifecycleStage.safeParse(word);
  if (fact.name === 'stage' && stage.success) return t(`stage.${stage.data}`);
  const level = loyalty.safeParse(word);
  if ((fact.name === 'value' || fact.name === 'loyalty') && level.success) return t(`level.${level.data}`);
  const channel = channelName.safeParse(word);
  if (fact.name === 'channels' && channel.success) return t(`channel.${channel.data}`);
  const known = (['yes', 'no', 'warned', 'none'] as const).find((one) => one === word);
  return known && (fact.name === 'vip' || fact.name === 'churn') ? t(`factWord.${known}`) : word;
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const open = ['open', 'closed'] as const;
const languages = ['en', 'zh'] as const;
/** What mail that opens tickets is taken for. */
const categories = ['customer', 'mailing-list', 'calendar-invitation'] as const;
const yesOrNo = ['yes', 'no'] as const;

/** Words of facts about tickets. */
function ticketWord(t: TFunction, { name }: Fact, word: string): string | undefined {
  const one = <T extends string>(words: readonly T[]): T | undefined => words.find((known) => known === word);
  const [channel, status, kind] = [one(channelName.options), one(ticketStatus.options), one(messageKind.options)];
  const [day, hours, language, answer] = [one(weekdays), one(open), one(languages), one(yesOrNo)];
  if (name === 'contact-channel' && channel) return t(`channel.${channel}`);
  if (name === 'status' && status) return t(`status.${status}`);
  if (name === 'message-kind' && kind) return t(`kind.${kind}`);
  if (name === 'weekday' && day) return t(`factWord.${day}`);
  if (name === 'business-hours' && hours) return t(`factWord.${hours}`);
  const category = one(categories);
  if (name === 'category' && category) return t(`factWord.${category}`);
  if (name === 'language' && language) return t(`factWord.${language}`);
  return name === 'assigned' && answer ? t(`factWord.${answer}`) : undefined;
}

/** Minutes since midnight as a clock shows them. */
export const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The words that a fact can have; empty where anybody may choose their own. */
export function wordsOf(fact: Fact, grades: readonly string[]): readonly string[] {
  switch (fact.name) {
    case 'stage':
      return lifecycleStage.options;
    case 'value':
    case 'loyalty':
      return loyalty.options;
    case 'channels':
    case 'contact-channel':
      return channelName.options;
    case 'status':
      return ticketStatus.options;
    case 'message-kind':
      return messageKind.options;
    case 'weekday':
      return weekdays;
    case 'business-hours':
      return open;
    case 'category':
      return categories;
    case 'assigned':
      return yesOrNo;
    case 'vip':
      return ['yes', 'no'];
    case 'churn':
      return ['warned', 'none'];
    case 'grade':
      return grades;
    default:
      return [];
  }
}
