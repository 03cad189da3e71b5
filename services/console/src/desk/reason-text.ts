/**
 * The hub's reasons in the reader's language. The hub writes them in English into its events, where they stay as they were
 * given; those with a fixed form are put into Chinese here. What somebody typed, and what is not known, stays as sent.
 */
export function reasonText(reason: string, language: string | undefined): string {
  return language?.startsWith('zh') ? chinese(reason) : reason;
}

/** The rules of routing, threading and identity tell why they decided so. */
const fixed: Record<string, string> = {
  'Offer accepted': '已接受派单',
  'The agent is gone': '坐席已离线',
  'Declined by the agent': '坐席已拒绝',
  'Not taken in time': '未及时接受',
  'Taken from the queue by hand': '从队列中手动领取',
  'Given back by the agent': '坐席已退回',
  'The connection was lost': '连接已断开',
  'The wrap-up time is over': '话后处理时间已到',
  'Voicemail answered the call': '由语音信箱接听',
  "The agent's phone was not answered": '坐席的电话无人接听',
  "The agent's phone could not be reached": '未能接通坐席的电话',
  'The agent has no phone number': '坐席没有电话号码',
  'Recording of the call': '通话录音',
  'No identifier is known yet': '没有已知的联系方式',
  'No proved identifier belongs to one customer alone': '没有可信的联系方式只属于一位客户',
  'First contact that belongs to no earlier ticket': '首次联系，不属于之前的任何工单',
  'Automatic message that belongs to no earlier ticket': '自动消息，不属于之前的任何工单',
  'A message could not be delivered': '有一条消息未能送达',
  'There are no agents': '没有坐席',
  'It answered that it is gone (HTTP 410)': '对方应答已不存在（HTTP 410）',
  'No policy fits the ticket': '没有适用于此工单的策略',
};

const found: Record<string, string> = {
  'Signed reply address or token': '签名的回复地址或令牌',
  'Answers a message of the ticket': '回复了工单中的消息',
  'A message of the ticket answers it': '工单中的消息回复了它',
  'Ticket number in the subject': '主题中有工单编号',
  'Recent contact of the same customer on this channel': '同一客户近期在此渠道的联系',
};

const causes: Record<string, string> = {
  'not in the queue': '不在该队列',
  'at capacity': '已满额',
  'not reachable on the channel': '无法通过该渠道联系',
  declined: '已拒绝',
  'not skilled enough': '技能不足',
  'also available': '同样可用',
  offered: '已派单',
  online: '在线',
  away: '离开',
  busy: '忙碌',
  'wrap-up': '话后处理',
  offline: '离线',
};

const clocks: Record<string, string> = {
  'first-response': '首次响应',
  'next-response': '后续响应',
  resolution: '解决',
  acceptance: '受理',
  'complaint-acknowledgement': '投诉受理答复',
  'complaint-resolution': '投诉解决',
};
const traits: Record<string, string> = {
  channel: '渠道',
  queue: '队列',
  'request type': '请求类型',
  grade: '客户等级',
};

const words: Record<string, string> = {
  email: '邮箱',
  phone: '电话',
  visitor: '网站访客',
  account: '账号',
  external: '外部编号',
  verified: '已验证',
  known: '可信',
  s: '秒',
  min: '分钟',
};
const word = (name = ''): string => words[name] ?? name;
const identifier = '(email|phone|visitor|account|external) (.+)';

/** Each with its parts in the order of the English pattern. */
const patterns: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^([A-Z][^:]+): ticket (\d+)$/u, (by = '', number) => `${found[by] ?? by}：工单 ${number}`],
  [/^([A-Z][^,]+), but (.+)$/u, (by = '', why = '') => `${found[by] ?? by}，但${chinese(why)}`],
  [/^the sender is not a party of ticket (\d+)$/u, (number) => `发件人不是工单 ${number} 的参与者`],
  [
    /^ticket (\d+) was (resolved|closed) too long ago to be reopened$/u,
    (number, how) => `工单 ${number} ${how === 'closed' ? '关闭' : '解决'}已久，不能重新打开`,
  ],
  [/^(.+): holds for every ticket$/u, (name) => `${name}：适用于所有工单`],
  [/^(.+): priority is (-?\d+)$/u, (name, priority) => `${name}：优先级为 ${priority}`],
  [/^(.+): grade is (\S+)$/u, (name, grade) => `${name}：客户等级为 ${grade}`],
  [
    /^(.+): ([a-z-]+) is (breached|nearly due)$/u,
    (name, clock = '', how) => `${name}：${clocks[clock] ?? clock}${how === 'breached' ? '已超时' : '即将到期'}`,
  ],
  [
    /^(.+): ((?:channel|queue|request type|grade)(?: [^,]+)?(?:, .+)?)$/u,
    (name, traits = '') => `${name}：${traits.split(', ').map(trait).join('，')}`,
  ],
  [/^agent went (\S+)$/u, (state = '') => `坐席状态变为${causes[state] ?? state}`],
  [/^The call could not be connected: (.+)$/u, (why = '') => `电话未能接通：${chinese(why)}`],
  [/^Routing rule “(.+)”, version (\d+)$/u, (name, version) => `路由规则“${name}”，第 ${version} 版`],
  [/^Rule “(.+)”, version (\d+)$/u, (name, version) => `规则“${name}”，第 ${version} 版`],
  [/^Nothing has arrived there for (\d+) days$/u, (days) => `已有 ${days} 天未能送达`],
  [/^Ran (\d+) times on this ticket within an hour$/u, (count) => `一小时内已在此工单上运行 ${count} 次`],
  [/^Handed on by (.+)$/u, (name) => `由 ${name} 转交`],
  [/^Taken over by (.+?): (.+)$/u, (name, why) => `由 ${name} 接管：${why}`],
  [/^Entered by (.+)$/u, (name) => `由 ${name} 录入`],
  [/^Nobody is available\. (.+)$/u, (counts = '') => `没有可用的坐席。${tally(counts)}`],
  [/^(.+) had the ticket before\. (.+)$/u, (name, counts = '') => `${name} 之前处理过此工单。${tally(counts)}`],
  [
    /^(.+) had the ticket or served the customer before\. (.+)$/u,
    (name, counts = '') => `${name} 之前处理过此工单或服务过此客户。${tally(counts)}`,
  ],
  [
    /^(.+) is idle longest, for (\d+) (s|min)\. (.+)$/u,
    (name, count, unit, counts = '') => `${name} 空闲最久，已 ${count} ${word(unit)}。${tally(counts)}`,
  ],
  [
    new RegExp(`^(verified|known) ${identifier}$`, 'u'),
    (grade, kind, value) => `${word(grade)}的${word(kind)} ${value}`,
  ],
  [new RegExp(`^Both gave ${identifier}; neither proved it$`, 'u'), (k, v) => `双方都填写了${word(k)} ${v}，均未证实`],
  [
    new RegExp(`^This customer gave ${identifier}, which the other one proved$`, 'u'),
    (kind, value) => `此客户填写了${word(kind)} ${value}，对方已证实`,
  ],
  [
    new RegExp(`^The other one gave ${identifier}, which this customer proved$`, 'u'),
    (kind, value) => `对方填写了${word(kind)} ${value}，此客户已证实`,
  ],
];

/** `channel phone` */
function trait(text: string): string {
  const [, kind = '', value = ''] = /^(channel|queue|request type|grade)(?: (.+))?$/u.exec(text) ?? [];
  return kind === '' ? text : `${traits[kind] ?? kind}${value && ` ${value}`}`;
}

function chinese(reason: string): string {
  const whole = fixed[reason];
  if (whole) return whole;
  for (const [pattern, say] of patterns) {
    const match = pattern.exec(reason);
    if (match) return say(...match.slice(1));
  }
  return reason;
}

/** `3 agents: 1 away, 1 at capacity, 1 offered` */
function tally(counts: string): string {
  const [, agents, list = ''] = /^(\d+) agents?: (.+)$/u.exec(counts) ?? [];
  if (!agents) return chinese(counts);
  const parts = list.split(', ').map((part) => {
    const [count = '', ...cause] = part.split(' ');
    return `${causes[cause.join(' ')] ?? cause.join(' ')} ${count}`;
  });
  return `共 ${agents} 名坐席：${parts.join('，')}`;
}
