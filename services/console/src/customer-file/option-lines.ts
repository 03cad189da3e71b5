import type { CustomField } from '@patchbay/contracts';

type Option = CustomField['options'][number];

/** Options as lines of a text: value, name in English, name in Chinese. */
export function optionLines(options: readonly Option[]): string {
  return options.map(({ value, labelEn, labelZh }) => [value, labelEn, labelZh].join(' | ')).join('\n');
}

/** The other way round. A name that is left out is the value itself, the Chinese one the English one. */
export function readOptions(text: string): Option[] {
  return text.split('\n').flatMap((line) => {
    const [value = '', labelEn = '', labelZh = ''] = line.split('|').map((part) => part.trim());
    return value === '' ? [] : [{ value, labelEn: labelEn || value, labelZh: labelZh || labelEn || value }];
  });
}
