/** How many customers have a name: counted by keys, one for each name of a customer, that are looked up like blocking keys. */
import { fittedParameters } from './parameters.ts';
import type { TermFrequency } from './score/model.ts';
import { type ComparedRecord, customerFields } from './score/record.ts';

const counted = ['givenName', 'familyName'];
/** A telephone number, an address, an account is given out once: strangers do not have it by chance. */
const givenOutOnce = ['email', 'phone', 'accountNumber'];
/** So many customers of elsewhere, with the usual frequencies, are added to those who are here: few customers tell little about names. */
const elsewhere = 1_000;

const nameKey = (field: string, term: string) => `${field}:${term}`;

/** A key for each name of the record. They are no blocking keys, and never equal one. */
export function nameFrequencyKeys(record: ComparedRecord): string[] {
  const keys = record.flatMap((values, index) => {
    const name = customerFields[index]?.name ?? '';
    return counted.includes(name) ? (values ?? []).map(({ term }) => nameKey(name, term)) : [];
  });
  return [...new Set(keys)];
}

/**
 * The frequencies of names from the number of customers by key. The two who are compared do not count.
 *
 * @param countLimit keys were counted up to here; what is as frequent is taken to have at least the usual frequency
 */
export function frequencyOfNames(
  counts: ReadonlyMap<string, number>,
  { population, countLimit }: { population: number; countLimit: number },
): TermFrequency {
  return (field, term) => {
    const name = customerFields[field]?.name ?? '';
    if (givenOutOnce.includes(name)) return 0;
    if (!counted.includes(name)) return undefined;
    const usual = fittedParameters.fields[name]?.stranger[0] ?? 0;
    const count = counts.get(nameKey(name, term)) ?? 0;
    const share = (Math.max(count - 2, 0) + elsewhere * usual) / (population + elsewhere);
    return count >= countLimit ? Math.max(share, usual) : share;
  };
}
