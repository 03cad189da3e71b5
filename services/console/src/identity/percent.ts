/** A probability in percent, rounded down to a hundredth: only what is certain shows 100 %. */
export function percentOf(probability: number, language: string): string {
  const format = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 });
  return format.format(Math.floor(probability * 10_000 + 1e-6) / 10_000);
}
