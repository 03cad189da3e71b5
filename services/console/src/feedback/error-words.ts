/** The hub's errors in Chinese, by the very words in which it writes them. */
import { refusalPatterns, refusals } from './refusal-words.ts';

/** What Twilio's codes mean (the adapter's own words for them). */
export const meanings: Readonly<Record<string, string>> = {
  'the recipient has opted out': '收件人已退订',
  'queue overflow': '队列已满',
  'account suspended': '账号已被暂停',
  'the handset cannot be reached': '无法联系到对方手机',
  'blocked by the recipient or the carrier': '被收件人或运营商拦截',
  'the number does not exist or is out of service': '号码不存在或已停机',
  'a landline, or a carrier that cannot be reached': '固定电话，或无法连接的运营商',
  'filtered by the carrier': '被运营商过滤',
  'the carrier gave no reason': '运营商未说明原因',
  'more than 24 hours after the customer wrote, only a template may be sent': '客户来信已超过 24 小时，只能发送模板',
  undelivered: '未送达',
  failed: '失败',
};

/** By code, for refusals that carry Twilio's own words (twilio.com/docs/api/errors). */
const codes: Readonly<Record<string, string>> = {
  20003: '账号或令牌不正确',
  21211: '收件号码无效',
  21408: '未获准向该国家或地区发送',
  21610: '收件人已退订',
  21611: '该号码的待发消息过多',
  21614: '该号码不能接收短信',
  63016: '客户来信已超过 24 小时，只能发送模板',
};

export const fixed: Readonly<Record<string, string>> = {
  ...refusals,
  // Sending
  'The channel is not set up': '渠道未设置',
  'Its channel is not set up': '所属渠道未设置',
  'The recipient has withdrawn consent (STOP)': '收件人已退订（STOP）',
  'More than 24 hours have passed since the customer wrote; only a template may be sent now':
    '客户来信已超过 24 小时，现在只能发送模板',
  'The hub stopped while it was being sent; whether it left is not known': '发送时系统中断，不清楚是否已发出',
  'How it ended could not be written down; whether it left is not known': '发送结果未能记录，不清楚是否已发出',
  'The provider has no such message; it can be sent again': '服务商处没有这条消息，可以重新发送',
  'The provider cannot tell whether it was sent; decide it by hand': '服务商无法确认是否已发出，请人工判断',
  'The provider named an id that another message has': '服务商给出的编号已属于另一条消息',
  'An agent decided that it was sent': '坐席认定已发出',
  'An agent decided that it was not sent': '坐席认定未发出',
  'An agent had it sent again': '坐席已重新发送',
  'The mail came back': '邮件被退回',
  'It tells of a mailed report': '内容是报表邮件的投递情况',
  'Works here no longer': '此人已不在此工作',
  'Twilio cannot be reached': '无法连接 Twilio',
  'Twilio did not answer': 'Twilio 没有响应',
  'Twilio named no message': 'Twilio 没有给出消息编号',
  'Stopped before the request left': '在请求发出之前已停止',
  'A template carries no files of its own': '模板不能附带文件',
  'Not an address that mail can be sent to': '该地址无法发送邮件',
  'The mail server refused the log-in': '邮件服务器拒绝登录',
  'The mail was handed over and the answer was lost': '邮件已交出，但未收到确认',
  'The mail cannot be sent to this server': '无法向该服务器发送邮件',
  'The mail server cannot be reached': '无法连接邮件服务器',
  'The mail account was changed just now': '邮件账号刚刚被更改',
  'By which server the mail leaves could not be read': '无法读取该邮件应经由哪台服务器发送',
  'This source is switched off': '该来源已停用',
  'The customer gave no email address, by which this source is answered': '该来源通过邮件答复，但客户没有留下邮箱',
  'This source takes no answers': '该来源不接收答复',
  'The source does not answer': '来源没有响应',
  'The source cannot be reached': '无法连接来源',
  'The source asks to wait': '来源要求稍候',
  'Not an address of the web': '不是有效的网址',
  'The address has to begin with https://': '地址必须以 https:// 开头',
  // Mailboxes
  'The server was not found; is its name right?': '找不到服务器，请检查名称',
  'The server refuses connections on this port': '服务器拒绝该端口的连接',
  'The server does not answer': '服务器没有响应',
  "The server's certificate cannot be trusted": '服务器的证书不受信任',
  'No encrypted connection could be made; is it the right port for this kind of encryption?':
    '无法建立加密连接，请检查端口与加密方式是否相符',
  'The connection to the server was lost': '与服务器的连接已中断',
  'The server refused the sign-in': '服务器拒绝登录',
  'The folder is not in the mailbox': '邮箱中没有该文件夹',
  'The server refused a command': '服务器拒绝执行命令',
  'The server could not be understood': '无法理解服务器的应答',
  'The server offers no encryption (STARTTLS) on this port': '服务器在该端口不提供加密（STARTTLS）',
  'The server offers no way to sign in that is supported here': '服务器不提供本系统支持的登录方式',
  'The server closed the connection': '服务器关闭了连接',
  'The sign-in server of the provider does not answer': '服务商的登录服务器没有响应',
  'The permission has ended or was taken back; sign in again': '授权已到期或被撤销，请重新登录授权',
  'The provider does not know this client ID, or its secret is wrong': '服务商不认识该客户端 ID，或密钥有误',
  'Mail comes in, but the server does not let it be marked as read': '邮件正常收取，但服务器不允许标为已读',
  'Mail comes in, but the server does not let it be moved to the other folder':
    '邮件正常收取，但服务器不允许移到其他文件夹',
  'Mail comes in, but the server does not let it be deleted': '邮件正常收取，但服务器不允许删除',
  'The server lists this mail but does not hand it out; it stays in its mailbox':
    '服务器列出了这封邮件但不交出，邮件仍在其邮箱中',
  'The connection breaks off whenever this mail is asked for; it stays in its mailbox':
    '每次获取这封邮件时连接都会中断，邮件仍在其邮箱中',
  'The server has handed out this mail since, and it came in': '服务器后来交出了这封邮件，邮件已收取',
  'the database or the file store failed': '数据库或文件存储出错',
  'A mail could not be stored': '有一封邮件未能保存',
  // Quarantine
  'The mail was read but not understood': '邮件已读取，但无法识别',
  'Only the head of the mail is here; the mail itself is in its mailbox': '此处只有邮件头，邮件本身在其邮箱中',
  'Its bytes hold no contact': '原件中没有可识别的联系',
  'Its channel cannot fetch files': '所属渠道无法获取文件',
  'The file could not be fetched': '无法获取文件',
  'The file could not be fetched from Twilio': '无法从 Twilio 获取文件',
  'The file does not lie with Twilio': '文件不在 Twilio 处',
  'Unknown failure': '未知错误',
  'The file storage does not answer': '文件存储没有响应',
  'The file storage does not take files': '文件存储无法保存文件',
  // Refused at the desk
  'Somebody else has the ticket, or it is closed': '工单已由他人处理，或已关闭',
  'The offer is not open any more': '该派单已失效',
  'The ticket is not yours, or it is settled': '该工单不是您的，或已解决',
  'The ticket has just been changed by somebody else': '工单刚刚被他人修改',
  'The ticket is closed': '工单已关闭',
  'The caller is on the line; hang up first': '来电者仍在线，请先挂断',
  'The message has left, or was taken back': '消息已发出或已撤回',
  'The message has left already': '消息已发出',
  'There is nothing to decide about this message any more': '这条消息已无需处理',
  'Only a quarantined contact can be replayed': '只有隔离中的联系可以重新处理',
  'Somebody else has replayed it': '他人已重新处理',
  'Another account fetches this folder already': '已有其他账号收取该文件夹',
  'Somebody else has changed the account meanwhile; look at it again': '他人刚刚修改了该账号，请重新查看',
  'An agent with this email address exists': '已有使用该邮箱的成员',
  'The last administrator has to stay one': '必须保留至少一名管理员',
  'The file is a workbook; save it as CSV first': '该文件是电子表格工作簿，请先另存为 CSV',
  'The file has no header': '文件没有表头',
  'The file is empty': '文件为空',
  'The file was broken off': '文件上传中断',
  'The file is no longer there': '文件已不存在',
  'There is a form with this address': '已有使用此地址的表单',
  'There is a request type with this key': '已有使用此标识的请求类型',
  'There is an identity of this address already': '该地址已有发件身份',
  'This address, or the default, was taken': '该地址或默认身份已被占用',
  'The channel has a template of this name and language': '该渠道已有同名同语言的模板',
  'A template is sent as it is: public, and without files': '模板须原样发送：公开，且不带文件',
  'The agent has no phone number': '坐席没有电话号码',
  'Only for managers, and for agents who may read a ticket of this customer':
    '仅限管理人员，以及可以查看该客户工单的坐席',
};

export type Say = (inner: (part: string) => string, ...parts: string[]) => string;

const missed = (whom: string): string => whom.replaceAll(', ', '，').replaceAll('(no answer)', '(无应答)');
const reported: Say = (inner, whom = '', why = '') => {
  const said = inner(why);
  return `${whom}：${said === why ? `“${why}”` : said}`;
};

/** Each with its parts in the order of the English pattern. */
export const patterns: readonly (readonly [RegExp, Say])[] = [
  [
    /^Twilio (\d+)(?:: (.+))?$/su,
    (_inner, code = '', words = '') => {
      const known = codes[code] ?? meanings[words];
      const said = words === '' || Object.hasOwn(meanings, words) ? '' : `“${words}”`;
      return `Twilio ${code}：${[known, said].filter(Boolean).join(' ') || '未说明原因'}`;
    },
  ],
  [/^There is no field (\S+) any more$/u, (_inner, key) => `字段“${key}”已不存在`],
  [
    /^The file cannot be read(?: past line (\d+))?: a quotation mark is never closed, or the row does not end$/u,
    (_inner, line = '') => `文件无法读取${line && `（第 ${line} 行之后）`}：引号没有闭合，或该行没有结束`,
  ],
  [/^Twilio: (.+)$/su, (_inner, words = '') => `Twilio：${meanings[words] ?? `“${words}”`}`],
  [
    /^(The server refused the sign-in|The server refused a command|The server could not be understood|The server closed the connection): (.+)$/su,
    (inner, what = '', words) => `${inner(what)}：“${words}”`,
  ],
  [/^The mail could not be taken in: (.+)$/su, (inner, why = '') => `邮件未能收取：${inner(why)}`],
  [
    /^The sign-in server of the provider gave no token \((.+)\)$/u,
    (_inner, code = '') => `服务商的登录服务器未提供令牌（${code.replace(/^status /, '状态 ')}）`,
  ],
  [
    /^Mail comes in, but the server does not hand out (\d+) of it, which is asked for again$/u,
    (_inner, count) => `邮件正常收取，但服务器未交出其中 ${count} 封，系统会再次获取`,
  ],
  [
    /^The mail server (.+) of the mailbox refused the log-in$/u,
    (_inner, host) => `该邮箱的邮件服务器 ${host} 拒绝登录`,
  ],
  [/^The mail server takes no mail at the moment \((\d+)\)$/u, (_inner, code) => `邮件服务器目前不接收邮件（${code}）`],
  [/^The mail server refused the mail with (\d+)$/u, (_inner, code) => `邮件服务器拒绝了邮件（${code}）`],
  [/^The mail server put the mail off with (\d+)$/u, (_inner, code) => `邮件服务器暂缓接收邮件（${code}）`],
  [/^The source answered HTTP (\d+)$/u, (_inner, code) => `来源返回 HTTP ${code}`],
  [/^The source refused the message with HTTP (\d+)$/u, (_inner, code) => `来源以 HTTP ${code} 拒绝了消息`],
  [/^HTTP (\d+) was answered for the file$/u, (_inner, code) => `获取文件时返回 HTTP ${code}`],
  [
    /^Not taken for (.+); everybody else has it$/su,
    (_inner, whom = '') => `${missed(whom)} 未能收到；其余收件人已收到`,
  ],
  [/^Not taken for (.+)$/su, (_inner, whom = '') => `${missed(whom)} 未能收到`],
  [
    /^(.+); only (.+) got it$/su,
    (inner, why = '', whom = '') => `${inner(why)}；仅 ${whom.replaceAll(', ', '，')} 已收到`,
  ],
  // What came back, of one of several recipients.
  [/^([^\s:]+@[^\s:]+): (.+)$/su, reported],
  [/^The address is marked: (.+)$/su, (_inner, why) => `该地址已被标记：“${why}”`],
  [/^Not readable as mail: (.+)$/su, (_inner, why) => `无法作为邮件读取：“${why}”`],
  [/^The contact has a wrong shape: (.*)$/su, (_inner, why) => `联系的格式不正确：“${why}”`],
  [
    /^The same message was received before in other bytes, as (.+)$/u,
    (_inner, id) => `之前已收到内容不同的同一消息：${id}`,
  ],
  [/^The file is larger than (\d+) bytes$/u, (_inner, bytes) => `文件超过 ${bytes} 字节`],
  [/^attachments: a file may have (\d+) bytes at most$/u, (_inner, bytes) => `附件：文件最大 ${bytes} 字节`],
  [
    /^Too many attempts to log in; try again in (\d+) s$/u,
    (_inner, seconds) => `登录尝试次数过多，请在 ${seconds} 秒后重试`,
  ],
  ...refusalPatterns,
];
