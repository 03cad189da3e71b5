/** The product's model of customers, fitted by `npm run identity:fit`. */
import type { Thresholds } from './linkage/thresholds.ts';
import parameters from './parameters.json' with { type: 'json' };
import { fields } from './score/fields.ts';
import { householdLevels, type LinkageModel } from './score/model.ts';
import { customerFields } from './score/record.ts';

/** What was fitted: see `parameters.json`. */
export interface CustomerParameters {
  /** Other records of one person, and of their household, that a record has among all. */
  samePerRecord: number;
  householdPerRecord: number;
  thresholds: Thresholds;
  /** Probability of each level by field. */
  fields: Readonly<Record<string, { same: number[]; stranger: number[] }>>;
}

/** Fitted on generated records. `same` is precise to one in a thousand there. */
export const fittedParameters: CustomerParameters = parameters;

/** The model for a number of customers. Throws RangeError when the parameters are those of other fields. */
export function customerModel(population: number, fitted: CustomerParameters = fittedParameters): LinkageModel {
  const levels = customerFields.map(({ name, kind }) => {
    const { same, stranger } = fitted.fields[name] ?? { same: [], stranger: [] };
    const count = fields[kind].levels.length;
    if (same.length !== count || stranger.length !== count)
      throw new RangeError(`parameters.json: ${name} has other levels`);
    return { same, stranger, household: householdLevels(kind, same, stranger) };
  });
  const all = Math.max(population, 1);
  const [samePrior, householdPrior] = [fitted.samePerRecord / all, fitted.householdPerRecord / all];
  return { schema: customerFields, fields: levels, samePrior, householdPrior };
}
