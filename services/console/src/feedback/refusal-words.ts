/** In Chinese, what is refused of agents who write and of those who set up the ways in and out. */
import type { Say } from './error-words.ts';

export const refusals: Readonly<Record<string, string>> = {
  // Writing
  'There is no such ticket': '没有这张工单',
  'There is no such message': '没有这条消息',
  'There is no such contact': '没有这条联系',
  'not an address that mail can be sent to': '该地址无法发送邮件',
  'a message needs text or an attachment': '消息需要文字或附件',
  'there is no such identity': '没有这个发件身份',
  'there is no such message on this ticket, or it is an internal note': '该工单中没有这条消息，或它是内部备注',
  'the message that is passed on has no such file': '被转发的邮件中没有这个文件',
  'a Content-ID is given twice': '同一个内容标识出现了两次',
  'an uploaded file was not found': '找不到已上传的文件',
  'the bytes of this message were not kept; forward it quoted': '未保留该邮件的原件，请以引用方式转发',
  'This channel carries no text; write an internal note instead': '该渠道不能发送文字，请改写内部备注',
  'There is no such message that can be written anew': '没有可重新编写的此消息',
  'This channel carries no attachments': '该渠道不能发送附件',
  'This channel has one recipient, no copies and no sender of your choice':
    '该渠道只有一个收件人，不能抄送，也不能选择发件身份',
  'An internal note goes to nobody': '内部备注不发送给任何人',
  'only what leaves the centre is held back': '只有对外发送的消息才能延迟发送',
  'The message was written by another release of the hub': '这条消息由其他版本的系统写成',
  'there is none like it for this channel': '该渠道没有这个模板',
  'it is not used any more': '该模板已停用',
  'The message with this Idempotency-Key is held back, and leaves by itself': '同一请求的消息正在等待发送，会自动发出',
  'This Idempotency-Key was used for another message': '同一请求标识已用于另一条消息',
  'there is none of this name': '没有这个名称的类型',
  required: '必填',
  // Sending
  'What the provider answered cannot be kept': '服务商的应答无法保存',
  'The provider cannot tell whether it took an earlier try': '服务商无法确认是否已收到之前的发送',
  'The provider may have taken an earlier try, and does not list it yet': '服务商可能已收到之前的发送，但尚未列出',
  'No mail server is set up for this sender': '未为该发件人设置邮件服务器',
  'No mail server is set up (SMTP_URL)': '未设置邮件服务器（SMTP_URL）',
  'A message needs text or a file': '消息需要文字或文件',
  'The file is behind too many redirects': '文件经过的跳转过多',
  'The file has no valid address': '文件没有有效的地址',
  'No bytes were kept of this message': '未保留这条消息的原件',
  // Sources
  'There is no such source': '没有这个来源',
  'The body is not JSON in UTF-8': '内容不是 UTF-8 编码的 JSON',
  'This is an answer of the hub: the outboundUrl of the source leads back to it':
    '这是本系统自己发出的回复：该来源的 outboundUrl 指回了本系统',
  'write it with its country code, +4930901820': '请写上国家代码，例如 +4930901820',
  'they need a requestType': '需要同时给出请求类型',
  'content or url is needed': '需要给出内容或网址',
  // Mailboxes and identities
  'There is no such mail account': '没有这个邮箱账号',
  'There is no email channel': '没有邮件渠道',
  'There is no such identity': '没有这个发件身份',
  'there is no such queue': '没有这个队列',
  'Enter the password': '请输入密码',
  'Save the account and sign in first': '请先保存账号并登录授权',
  'Nobody has signed in at the provider yet': '尚未在服务商处登录授权',
  'No client ID of the provider is set up': '未设置服务商的客户端 ID',
  'The account was removed': '账号已删除',
  'How far the mailbox was fetched could not be noted in the database': '无法在数据库中记录收取进度',
  'Another process fetches this account now': '现由另一个进程收取该账号',
  'For another provider the authorisation URL, the token URL and the scope are needed':
    '使用其他服务商时，需要授权网址、令牌网址和权限范围',
  'A server that mail leaves by needs its name, its port and how it is encrypted':
    '发信服务器需要填写名称、端口和加密方式',
  'Name the folder to move mail to': '请指定邮件要移到的文件夹',
  'Mail cannot be moved to the folder that it is fetched from': '不能把邮件移到正在收取的文件夹',
  'Say how many days': '请指定天数',
  'A password is needed, for another server or user anew': '需要密码；更换服务器或用户后须重新输入',
  'A client ID is needed to sign in': '登录授权需要客户端 ID',
  'This sign-in was not begun here, or too long ago; begin again': '该登录授权不是从这里开始，或已超时，请重新开始',
  'The provider gave no lasting permission (no refresh token)': '服务商没有给出长期授权（没有刷新令牌）',
};

const copies: Readonly<Record<string, string>> = { to: '收件人', cc: '抄送', bcc: '密送' };
const secrets: Readonly<Record<string, string>> = {
  password: '密码',
  'client secret': '客户端密钥',
  'sign-in': '登录授权',
};

export const refusalPatterns: readonly (readonly [RegExp, Say])[] = [
  [
    /^(.+) \(nothing vouches for this report but the Message-ID that it names\)$/su,
    (_inner, said = '') => `原文：“${said}”（仅凭所引邮件编号，来源未经证实）`,
  ],
  [/^(to|cc|bcc)(?:\.\d+)?: (.+)$/su, (inner, list = '', why = '') => `${copies[list] ?? list}：${inner(why)}`],
  [/^([\w.]+): required$/u, (_inner, path) => `${path}：必填`],
  [/^(\S+) has withdrawn consent to be written to$/u, (_inner, whom) => `${whom} 已拒绝接收消息`],
  [
    /^Consent was withdrawn by (.+); nobody was written to$/u,
    (_inner, whom = '') => `${whom.replaceAll(', ', '，')} 已拒绝接收消息，未向任何人发送`,
  ],
  [
    /^text: this channel carries (\d+) characters at most, and these are (\d+)$/u,
    (_inner, most, given) => `该渠道最多 ${most} 个字符，现为 ${given} 个`,
  ],
  [/^A text may have (\d+) characters$/u, (_inner, most) => `文字最多 ${most} 个字符`],
  [
    /^(?:attachments: this channel carries no files of type (\S+)|Files of type (\S+) cannot be sent)$/u,
    (_inner, kind = '', type = '') => `不能发送 ${kind || type} 类型的文件`,
  ],
  [
    /^(?:attachments: this channel carries (\d+) at most|A message carries (\d+) files at most)$/u,
    (_inner, most = '', files = '') => `最多可带 ${most || files} 个文件`,
  ],
  [/^attachments: this channel carries (\d+) MB at most$/u, (_inner, most) => `附件合计最大 ${most} MB`],
  [/^attachments: this channel carries pictures of (\d+) MB at most$/u, (_inner, most) => `图片最大 ${most} MB`],
  [/^A picture may have (\d+) bytes$/u, (_inner, most) => `图片最大 ${most} 字节`],
  [
    /^(?:attachments: this channel carries no text with a file of type (\S+)|A file of type (\S+) carries no text); send the words as a message of their own$/u,
    (_inner, kind = '', type = '') => `${kind || type} 类型的文件不能附带文字，请将文字作为单独的消息发送`,
  ],
  [/^The files of a message may have (\d+) bytes together$/u, (_inner, most) => `文件合计最大 ${most} 字节`],
  [/^template: it has (\d+) places to fill$/u, (_inner, count) => `模板有 ${count} 处需要填写`],
  [
    /^Still to be filled in before the ticket is resolved: (.+)$/su,
    (_inner, labels = '') => `解决工单前还需填写：${labels.replaceAll(', ', '、')}`,
  ],
  [
    /^The mail is too large \((\d+) MiB of at most (\d+)\); it stays in its mailbox$/u,
    (_inner, size, most) => `邮件过大（${size} MiB，上限 ${most} MiB），仍在其邮箱中`,
  ],
  [/^The contact still has a wrong shape: (.*)$/su, (_inner, why) => `联系的格式仍不正确：“${why}”`],
  [/^No (.+) is set up$/u, (_inner, secret = '') => `未设置${secrets[secret] ?? secret}`],
  [
    /^The stored (.+) cannot be opened: SECRET_KEY is not the one it was sealed with\. Enter it again$/u,
    (_inner, secret = '') => `无法读取已保存的${secrets[secret] ?? secret}：SECRET_KEY 与保存时不同，请重新输入`,
  ],
  [/^address: not an address of (.+)$/u, (_inner, domains = '') => `不是 ${domains.replaceAll(', ', '、')} 的地址`],
  [/^not an address of (.+)$/u, (_inner, domains = '') => `不是 ${domains.replaceAll(', ', '、')} 的地址`],
  [
    /^(.+) is an address inside a private network, which is not called$/su,
    (_inner, host) => `${host} 是内部网络的地址，不会访问`,
  ],
  [
    /^(\d+) contacts match by now, and (\d+) were seen$/u,
    (_inner, now, seen) => `现在符合条件的联系有 ${now} 条，而您看到的是 ${seen} 条；没有丢弃其余联系，请重新查看`,
  ],
  [/^The answer is larger than (\d+) bytes$/u, (_inner, bytes) => `应答超过 ${bytes} 字节`],
  // The name of a field says nothing to who reads the screen.
  [
    /^(?:text|attachments|template|identityId|forwardOf|forwardAs|forwardFiles|visibility|requestType|fields|from\.phone|oauth|moveTo|importDays|password|queueId|outboundUrl|url): (.+)$/su,
    (inner, why = '') => inner(why),
  ],
];
