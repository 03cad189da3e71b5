/** Precision, recall and their harmonic mean. */

export interface Measures {
  precision: number;
  recall: number;
  f1: number;
}

/** Of `taken` pairs `right` are true, out of `all` true ones. Nothing taken is nothing wrong. */
export function measuresOf(right: number, taken: number, all: number): Measures {
  const precision = taken === 0 ? 1 : right / taken;
  const recall = all === 0 ? 1 : right / all;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

export function lineOf({ precision, recall, f1 }: Measures, threshold: number): string {
  const figure = (value: number) => value.toFixed(4);
  return `precision=${figure(precision)} recall=${figure(recall)} f1=${figure(f1)} threshold=${threshold.toFixed(2)}`;
}
