/** The page's words in English and Simplified Chinese. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

const en = {
  title: 'Simulator',
  subtitle: 'Text, call or write to the centre as a customer would.',
  offline: 'Connection lost – trying again',
  language: '中文',
  phone: 'Phone',
  yourNumber: 'Your number',
  centre: 'The centre',
  call: 'Call the centre',
  hangUp: 'Hang up',
  finish: 'Finish the message (#)',
  speak: 'Read aloud',
  noMessages: 'No messages yet. Write one below.',
  message: 'Message',
  send: 'Send',
  attach: 'Attach a file',
  network: 'Send by',
  sms: 'Text message',
  profileName: 'Profile name',
  remove: 'Remove',
  attached: 'file',
  refused: 'The hub answered {status}',
  unreachable: 'The hub did not answer',
  dialling: 'Ringing…',
  listening: 'Connected',
  queued: 'Waiting in line',
  conference: 'Talking to an agent',
  held: 'On hold',
  recording: 'Recording your message',
  over: 'Call ended',
  talking: 'Talking to the caller',
  'note-connected': 'You are connected.',
  'note-on hold': 'You are on hold.',
  'note-call ended': 'The call has ended.',
  'note-busy': 'Declined',
  'note-no-answer': 'No answer',
  'note-canceled': 'The caller gave up.',
  play: 'Hold music',
  beep: 'Beep',
  transcript: 'What you hear',
  receiving: 'sending',
  received: 'received by the centre',
  failed: 'not received',
  sent: 'sent',
  delivered: 'delivered',
  'status-queued': 'queued',
  agents: 'Phones that the centre rings',
  autoAnswer: 'Agents answer by themselves',
  customer: 'Customer',
  customersDo: 'Customers who are called',
  'customers-answer': 'answer',
  'customers-busy': 'are busy',
  'customers-no-answer': 'do not answer',
  'customers-ask': 'are played by you',
  nobodyRung: 'When an agent takes a call, their phone rings here.',
  answer: 'Answer',
  decline: 'Decline',
  mail: 'E-mail',
  from: 'From',
  to: 'To',
  subject: 'Subject',
  text: 'Text',
  sendMail: 'Send the e-mail',
  mailSent: 'Handed to the mail inlet.',
  mailOff: 'The mail inlet is off.',
  wire: 'Webhooks',
  noWire: 'Nothing has been sent to the hub yet.',
  working: 'One moment…',
};
export type Words = typeof en;

const zh: Words = {
  title: '模拟器',
  subtitle: '像客户一样给客服中心发短信、打电话或写邮件。',
  offline: '连接已断开,正在重试',
  language: 'English',
  phone: '手机',
  yourNumber: '您的号码',
  centre: '客服中心',
  call: '呼叫客服中心',
  hangUp: '挂断',
  finish: '结束留言(#)',
  speak: '朗读',
  noMessages: '还没有短信,请在下方输入。',
  message: '短信内容',
  send: '发送',
  attach: '添加附件',
  network: '发送方式',
  sms: '短信',
  profileName: '昵称',
  remove: '移除',
  attached: '附件',
  refused: '系统返回 {status}',
  unreachable: '系统没有应答',
  dialling: '正在呼叫……',
  listening: '已接通',
  queued: '排队等待中',
  conference: '正在与客服通话',
  held: '通话保持中',
  recording: '正在录制留言',
  over: '通话结束',
  talking: '正在与来电者通话',
  'note-connected': '已接通。',
  'note-on hold': '通话保持中。',
  'note-call ended': '通话已结束。',
  'note-busy': '已拒接',
  'note-no-answer': '无人接听',
  'note-canceled': '呼叫已取消。',
  play: '等待音乐',
  beep: '提示音',
  transcript: '您听到的内容',
  receiving: '发送中',
  received: '客服中心已收到',
  failed: '未收到',
  sent: '已发送',
  delivered: '已送达',
  'status-queued': '排队中',
  agents: '客服中心拨打的电话',
  autoAnswer: '坐席自动接听',
  customer: '客户',
  customersDo: '被叫客户',
  'customers-answer': '接听',
  'customers-busy': '忙线',
  'customers-no-answer': '不接听',
  'customers-ask': '由您决定',
  nobodyRung: '客服接听来电时,其电话会在这里响铃。',
  answer: '接听',
  decline: '拒接',
  mail: '电子邮件',
  from: '发件人',
  to: '收件人',
  subject: '主题',
  text: '正文',
  sendMail: '发送邮件',
  mailSent: '已交给邮件入口。',
  mailOff: '邮件入口已关闭。',
  wire: 'Webhook 记录',
  noWire: '尚未向系统发送任何请求。',
  working: '请稍候……',
};

export type Language = 'en' | 'zh';
export const dictionaries: Record<Language, Words> = { en, zh };
/** The browser's language, unless the visitor chose one. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem('simulator.language');
  if (chosen === 'en' || chosen === 'zh') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const WordsContext = createContext<Words>(en);
export const useWords = (): Words => useContext(WordsContext);

/** What the carrier notes on a call, in the page's words where it has any. */
export function noteWord(words: Words, note: string): string {
  const key = `note-${note}`;
  return key in words ? words[key as keyof Words] : note;
}

/** The word for a message's state. */
export function statusWord(words: Words, status: string): string {
  const key = status === 'queued' ? 'status-queued' : status;
  return key in words ? words[key as keyof Words] : status;
}
