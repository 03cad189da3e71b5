/** Labelled records: who is one person is known because they were made. One seed makes the same ones every time. */
import { numbersFrom } from '@patchbay/domain/identity/linkage/strangers';
import type { RawRecord } from '@patchbay/domain/identity/score/record';
import { again, withGaps } from './noise.ts';
import {
  birthDate,
  type CultureName,
  cultureNames,
  cultureOf,
  Dice,
  home,
  mailbox,
  type Person,
  person,
} from './people.ts';

export interface LabelledRecord {
  /** Records of one person have one. */
  person: number;
  /** People under one roof or in one firm have one. */
  circle: number;
  raw: RawRecord;
}

/** People who are mistaken for each other, beside those who live alone. */
const circles = [
  'alone',
  'alone',
  'alone',
  'alone',
  'alone',
  'couple',
  'couple',
  'siblings',
  'twins',
  'namesakes',
  'colleagues',
] as const;

function colleagues(dice: Dice, culture: CultureName): Person[] {
  const from = cultureOf(culture);
  const [phone, organisation, place] = [from.phone(dice), dice.any(from.firms), home(dice, culture)];
  const info = `info@firm${dice.digits(5)}.test`;
  return Array.from({ length: 3 + dice.below(4) }, () => {
    const one = person(dice, culture);
    return { ...one, ...place, phone, organisation, email: dice.chance(0.4) ? info : one.email };
  });
}

/** Two to three people under one roof. */
function relatives(dice: Dice, culture: CultureName, kind: (typeof circles)[number]): Person[] {
  const first = person(dice, culture);
  const line = dice.chance(0.4);
  const family = { ...home(dice, culture), familyName: first.familyName, ...(line ? { phone: first.phone } : {}) };
  const mail = dice.chance(0.15) ? { email: first.email } : {};
  const others = Array.from({ length: kind === 'siblings' ? 2 : 1 }, () => {
    let one = person(dice, culture);
    while (one.givenName === first.givenName) one = person(dice, culture);
    return { ...one, ...family, email: mailbox(dice, one.givenName, family.familyName), ...mail };
  });
  const head = { ...first, ...family };
  if (kind === 'twins') return [head, ...others.map((one) => ({ ...one, birthDate: head.birthDate }))];
  if (kind === 'namesakes')
    return [
      { ...head, birthDate: birthDate(dice, 1940, 1965) },
      ...others.map((one) => ({ ...one, givenName: head.givenName, birthDate: birthDate(dice, 1970, 2000) })),
    ];
  return [head, ...others];
}

function circle(dice: Dice, culture: CultureName): Person[] {
  const kind = dice.any(circles);
  if (kind === 'alone') return [person(dice, culture)];
  return kind === 'colleagues' ? colleagues(dice, culture) : relatives(dice, culture, kind);
}

/** At least `size` records, of which about four in ten have another of the same person. */
export function labelledRecords(seed: number, size: number): LabelledRecord[] {
  const dice = new Dice(numbersFrom(seed));
  const records: LabelledRecord[] = [];
  let people = 0;
  for (let group = 0; records.length < size; group++) {
    const culture = dice.any(cultureNames);
    for (const one of circle(dice, culture)) {
      const number = people++;
      records.push({ person: number, circle: group, raw: { ...withGaps(dice, one) } });
      const copies = dice.chance(0.25) ? 1 + Number(dice.chance(0.2)) : 0;
      for (let n = 0; n < copies; n++)
        records.push({ person: number, circle: group, raw: { ...again(dice, one, culture) } });
    }
  }
  return records;
}

/** Number of pairs that have one person, or one circle. */
export function pairsSharing(what: 'person' | 'circle', records: readonly LabelledRecord[]): number {
  const sizes = new Map<number, number>();
  for (const record of records) sizes.set(record[what], (sizes.get(record[what]) ?? 0) + 1);
  return sizes.values().reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
}
