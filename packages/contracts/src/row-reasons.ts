/** What can be wrong with a row of an import, for screens and for the file of rejected rows. */
import { rowProblem, type RowReason } from './imports.ts';
import type { FormLanguage } from './request-fields.ts';

const rowReasonWords = {
  en: {
    required: 'is missing',
    'too-short': 'is too short',
    'too-long': 'is too long',
    'too-small': 'is too small',
    'too-large': 'is too large',
    'too-early': 'is too early',
    'too-late': 'is too late',
    'not-a-number': 'is not a number',
    'not-a-date': 'is not a date',
    'not-an-option': 'is none of the options',
    'not-an-email': 'is not an email address',
    'not-a-phone': 'is not a phone number',
    'not-a-url': 'is not a web address',
    'not-a-currency': 'is not a currency',
    'not-an-amount': 'is not an amount',
    'wrong-form': 'does not have the right form',
    'not-checked': 'could not be checked against the pattern of its field in time',
    'too-many-cells': 'has more cells than the header',
    'too-few-cells': 'has fewer cells than the header',
    'bad-characters': 'has characters that the encoding does not know',
    nobody: 'names nobody',
    'several-customers': 'points to several customers',
    'no-such-customer': 'belongs to no customer who is known',
    'not-stored': 'could not be stored',
  },
  zh: {
    required: '缺失',
    'too-short': '太短',
    'too-long': '太长',
    'too-small': '太小',
    'too-large': '太大',
    'too-early': '太早',
    'too-late': '太晚',
    'not-a-number': '不是数字',
    'not-a-date': '不是日期',
    'not-an-option': '不在选项之中',
    'not-an-email': '不是电子邮箱',
    'not-a-phone': '不是电话号码',
    'not-a-url': '不是网址',
    'not-a-currency': '不是货币',
    'not-an-amount': '不是金额',
    'wrong-form': '格式不正确',
    'not-checked': '未能及时按字段的格式规则检查',
    'too-many-cells': '单元格多于表头',
    'too-few-cells': '单元格少于表头',
    'bad-characters': '含有该编码无法识别的字符',
    nobody: '未指明任何人',
    'several-customers': '指向多位客户',
    'no-such-customer': '不属于任何已知客户',
    'not-stored': '无法保存',
  },
} as const satisfies Record<FormLanguage, Record<(typeof rowProblem.options)[number], string>>;

/** How the file of rejected rows calls what it adds to the columns. Rows are counted from the one after the header. */
export const rejectFileWords = {
  en: { row: 'Row (without header)', reason: 'Reason', wholeRow: 'The row' },
  zh: { row: '行号（不含表头）', reason: '原因', wholeRow: '整行' },
} as const satisfies Record<FormLanguage, unknown>;

/** What is wrong, where, in the reader's language. */
export function rowReasonText({ column, code }: RowReason, language: FormLanguage): string {
  const known = rowProblem.safeParse(code);
  const what = column ?? rejectFileWords[language].wholeRow;
  return `${what}${language === 'zh' ? '：' : ': '}${known.success ? rowReasonWords[language][known.data] : code}`;
}
