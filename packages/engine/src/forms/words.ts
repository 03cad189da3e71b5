/** What a form says, in the two languages of the product. */
import type { FieldProblem, FormLanguage } from '@patchbay/contracts';

/** What can be wrong with a form besides its fields. */
export type FormProblem =
  | FieldProblem
  | 'contact-needed'
  | 'too-fast'
  | 'expired'
  | 'too-many-files'
  | 'file-too-large'
  | 'files-again'
  | 'trap';

export interface FormWords {
  readonly language: string;
  readonly other: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly phoneHint: string;
  readonly anyContact: string;
  readonly type: string;
  readonly choose: string;
  readonly showFields: string;
  readonly message: string;
  readonly files: string;
  readonly filesHint: string;
  readonly trap: string;
  readonly optional: string;
  readonly send: string;
  readonly sending: string;
  readonly summary: string;
  readonly thanks: string;
  readonly number: string;
  readonly waiting: string;
  readonly confirm: string;
  readonly another: string;
  readonly problems: Readonly<Record<FormProblem, string>>;
}

const en: FormWords = {
  language: 'Language',
  other: '中文',
  name: 'Your name',
  email: 'Email',
  phone: 'Phone',
  phoneHint: 'With country code, for example +49 30 901820',
  anyContact: 'Give an email address or a phone number, so that we can answer.',
  type: 'What is it about?',
  choose: 'Please choose',
  showFields: 'Show the questions for this choice',
  message: 'Your message',
  files: 'Files',
  filesHint: 'Up to 5 files of 10 MiB each.',
  trap: 'Leave this field empty',
  optional: 'optional',
  send: 'Send',
  sending: 'Sending…',
  summary: 'Please look at these points:',
  thanks: 'Thank you, we have received your message.',
  number: 'Your reference number',
  waiting: 'Your reference number will appear here in a moment.',
  confirm: 'Please keep it: it helps us to find your request.',
  another: 'Send another message',
  problems: {
    required: 'Please fill this in.',
    'too-short': 'This is too short.',
    'too-long': 'This is too long.',
    'too-small': 'This number is too small.',
    'too-large': 'This number is too large.',
    'too-early': 'This date is too early.',
    'too-late': 'This date is too late.',
    'not-a-number': 'Please enter a number.',
    'not-a-date': 'Please enter a date.',
    'not-an-option': 'Please choose one of the options.',
    'not-an-email': 'This is not an email address.',
    'not-a-phone': 'This is not a phone number. Begin with the country code.',
    'not-a-url': 'Enter a web address that begins with http:// or https://.',
    'wrong-form': 'This does not have the expected form.',
    'not-checked': 'This could not be checked in time.',
    'unknown-field': 'This field is not known.',
    'contact-needed': 'Please give an email address or a phone number.',
    'too-fast': 'That was very quick. Please press Send once more.',
    expired: 'This page was open for a long time. Please press Send once more.',
    'too-many-files': 'At most 5 files can be sent.',
    'file-too-large': 'A file can have 10 MiB at most.',
    'files-again': 'Please choose your files again: they are only kept with a message that is sent.',
    trap: 'Please leave the last field empty.',
  },
};

const zh: FormWords = {
  language: '语言',
  other: 'English',
  name: '您的姓名',
  email: '邮箱',
  phone: '电话',
  phoneHint: '请带国家代码，例如 +86 10 1234 5678',
  anyContact: '请填写邮箱或电话，以便我们回复您。',
  type: '您想咨询什么？',
  choose: '请选择',
  showFields: '显示此项的问题',
  message: '留言内容',
  files: '附件',
  filesHint: '最多 5 个文件，每个不超过 10 MiB。',
  trap: '请将此项留空',
  optional: '选填',
  send: '提交',
  sending: '正在提交…',
  summary: '请检查以下内容：',
  thanks: '谢谢，我们已收到您的留言。',
  number: '您的工单号',
  waiting: '工单号稍后会显示在这里。',
  confirm: '请记下工单号，便于我们查找您的请求。',
  another: '再写一条留言',
  problems: {
    required: '请填写此项。',
    'too-short': '内容太短。',
    'too-long': '内容太长。',
    'too-small': '数值太小。',
    'too-large': '数值太大。',
    'too-early': '日期太早。',
    'too-late': '日期太晚。',
    'not-a-number': '请输入数字。',
    'not-a-date': '请输入日期。',
    'not-an-option': '请选择一个选项。',
    'not-an-email': '邮箱地址不正确。',
    'not-a-phone': '电话号码不正确，请以国家代码开头。',
    'not-a-url': '请输入以 http:// 或 https:// 开头的网址。',
    'wrong-form': '格式不正确。',
    'not-checked': '未能及时检查。',
    'unknown-field': '未知的字段。',
    'contact-needed': '请填写邮箱或电话。',
    'too-fast': '提交得太快了，请再按一次“提交”。',
    expired: '页面打开时间过长，请再按一次“提交”。',
    'too-many-files': '最多可提交 5 个文件。',
    'file-too-large': '每个文件不能超过 10 MiB。',
    'files-again': '请重新选择附件：附件只随提交成功的留言保存。',
    trap: '请将最后一项留空。',
  },
};

export const formWords: Readonly<Record<FormLanguage, FormWords>> = { en, zh };
