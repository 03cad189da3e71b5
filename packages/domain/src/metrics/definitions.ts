/** Every figure with its formula, unit and source, in both languages of the screens: what is shown beside it, and what computes it. */
import type { ChannelName, ServiceLevelTarget } from '@patchbay/contracts';
import { averageHandleTime, averageSpeedOfAnswer, averageTimeToAbandon, perHandled, transferRate } from './handling.ts';
import { backlogChange } from './backlog.ts';
import type { DurationName, SumName } from './facts.ts';
import { occupancy, utilisation } from './occupancy.ts';
import { firstContactResolution, reopenRate } from './resolution.ts';
import { responseTime, type ResponsePercentile } from './response.ts';
import {
  abandonment,
  serviceLevelOfAnswered,
  serviceLevelOfOffered,
  serviceLevelWithAbandoned,
  serviceLevelWithoutEarlyAbandons,
  serviceLevelWithoutShortAbandons,
} from './service-level.ts';
import type { FactTotals } from './totals.ts';

export interface Words {
  en: string;
  zh: string;
}

export interface FigureDefinition {
  key: string;
  unit: 'count' | 'seconds' | 'ratio';
  title: Words;
  formula: Words;
  source: string;
  /** `agents`: about the time of agents, and so by agent or team only. */
  about: 'contacts' | 'agents';
  /** Which of the durations have to be read for it. */
  durations: readonly DurationName[];
  /** The facts whose tickets are behind it. */
  behind: readonly (SumName | DurationName)[];
  compute: (totals: FactTotals) => number | null;
}

type Draft = Pick<FigureDefinition, 'unit' | 'title' | 'formula' | 'source' | 'behind' | 'compute'> &
  Partial<Pick<FigureDefinition, 'about' | 'durations'>>;

const icmi = 'ICMI glossary';
const copc = 'COPC CX Standard';
const iso = 'ISO 18295-1:2017';

const define = (key: string, draft: Draft): FigureDefinition => ({ about: 'contacts', durations: [], ...draft, key });

const count = (key: string, of: SumName, title: Words, formula: Words, source = icmi): FigureDefinition =>
  define(key, { unit: 'count', title, formula, source, behind: [of], compute: ({ sums }) => sums[of] });

const percentileWords: Record<ResponsePercentile, Words> = {
  median: { en: 'median', zh: '中位数' },
  p90: { en: '90th percentile', zh: '90 百分位' },
  p95: { en: '95th percentile', zh: '95 百分位' },
};
const percentileNumbers: Record<ResponsePercentile, number> = { median: 50, p90: 90, p95: 95 };

/** The percentiles of a duration, in calendar and in business time. */
function percentiles(
  key: string,
  [calendar, business]: readonly [DurationName, DurationName],
  title: Words,
  of: Words,
): FigureDefinition[] {
  return ([calendar, business] as const).flatMap((duration, index) =>
    (['median', 'p90', 'p95'] as const).map((percentile) => {
      const inBusiness = index === 1;
      const words = percentileWords[percentile];
      const n = percentileNumbers[percentile];
      return define(`${key}${inBusiness ? '-business' : ''}-${percentile}`, {
        unit: 'seconds',
        title: {
          en: `${title.en}, ${words.en}${inBusiness ? ', business time' : ''}`,
          zh: `${title.zh}，${words.zh}${inBusiness ? '，工作时间' : ''}`,
        },
        formula: {
          en: `${n}th percentile (nearest rank, within 1 %) of the ${inBusiness ? 'seconds of opening hours' : 'seconds'} ${of.en}`,
          zh: `${of.zh}的${inBusiness ? '营业时间秒数' : '秒数'}的第 ${n} 百分位（最近秩法，误差 1 % 以内）`,
        },
        source: `${copc}; DDSketch (Masson, Rim, Lee, VLDB 2019)`,
        durations: [duration],
        behind: [duration],
        compute: ({ durations }) => responseTime(durations[duration], percentile),
      });
    }),
  );
}

const volume: FigureDefinition[] = [
  count(
    'received',
    'received',
    { en: 'Messages received', zh: '收到的消息' },
    { en: 'Messages of kind customer received', zh: '收到的客户消息数' },
  ),
  count(
    'opened',
    'opened',
    { en: 'Tickets opened', zh: '新建工单' },
    { en: 'Tickets opened in the period', zh: '期间新建的工单数' },
  ),
  count(
    'offered',
    'offered',
    { en: 'Contacts offered', zh: '呈入量' },
    {
      en: 'Calls that rang, and tickets of other channels that a customer opened or reopened',
      zh: '振铃的来电，以及客户在其他渠道新建或重新打开的工单',
    },
  ),
  count(
    'answered',
    'answered',
    { en: 'Contacts answered', zh: '接起量' },
    {
      en: 'Calls in which an agent talked, chats that an agent took, and other contacts with a first public message by an agent',
      zh: '坐席通话的来电、坐席接入的聊天，以及坐席首次公开回复的其他联系',
    },
  ),
  count(
    'abandoned',
    'abandoned',
    { en: 'Contacts abandoned', zh: '放弃量' },
    {
      en: 'Calls that ended, and chats that were settled, before anybody answered',
      zh: '接起前结束的来电和接起前结单的聊天',
    },
  ),
  count(
    'diverted',
    'diverted',
    { en: 'Answered by voicemail', zh: '语音留言' },
    { en: 'Calls that the voicemail answered', zh: '由语音信箱接听的来电' },
  ),
  count(
    'handled',
    'handled',
    { en: 'Contacts handled', zh: '处理量' },
    {
      en: 'Calls and chats that an agent had and that ended or were passed on',
      zh: '坐席处理后结束或转出的来电与聊天',
    },
  ),
  count(
    'resolved',
    'resolved',
    { en: 'Tickets settled', zh: '解决量' },
    { en: 'Tickets that became resolved or closed', zh: '变为已解决或已关闭的工单数' },
  ),
  count(
    'reopened',
    'reopened',
    { en: 'Tickets reopened', zh: '重开量' },
    { en: 'Settled tickets that were opened again', zh: '解决后又重新打开的工单数' },
  ),
  define('backlog-change', {
    unit: 'count',
    title: { en: 'Growth of the backlog', zh: '积压变化' },
    formula: { en: 'opened + reopened − settled', zh: '新建 + 重开 − 解决' },
    source: icmi,
    behind: ['opened', 'reopened', 'resolved'],
    compute: ({ sums }) => backlogChange(sums),
  }),
];

const level = (
  key: string,
  title: Words,
  formula: Words,
  compute: (sums: FactTotals['sums']) => number | null,
): FigureDefinition =>
  define(key, {
    unit: 'ratio',
    title,
    formula: {
      en: `${formula.en}; in time: calls 20 s, chats 60 s, texts 1 h, mail and forms 24 h, unless the queue says otherwise`,
      zh: `${formula.zh}；及时：电话 20 秒，聊天 60 秒，短信 1 小时，邮件和表单 24 小时，队列另有目标时从其目标`,
    },
    source: `Cleveland, Call Center Management on Fast Forward (ICMI); ${iso}`,
    behind: ['answered', 'abandoned'],
    compute: ({ sums }) => compute(sums),
  });

const serviceLevels: FigureDefinition[] = [
  level(
    'service-level',
    { en: 'Service level', zh: '服务水平' },
    {
      en: '(answered in time + abandoned in time) / (answered + abandoned)',
      zh: '（及时接起 + 及时放弃）/（接起 + 放弃）',
    },
    serviceLevelWithAbandoned,
  ),
  level(
    'service-level-of-answered',
    { en: 'Service level, abandoned ignored', zh: '服务水平（忽略放弃）' },
    { en: 'answered in time / answered', zh: '及时接起 / 接起' },
    serviceLevelOfAnswered,
  ),
  level(
    'service-level-of-offered',
    { en: 'Service level, abandoned against it', zh: '服务水平（放弃计为失败）' },
    { en: 'answered in time / (answered + abandoned)', zh: '及时接起 /（接起 + 放弃）' },
    serviceLevelOfOffered,
  ),
  level(
    'service-level-without-early-abandons',
    { en: 'Service level, abandoned in time excluded', zh: '服务水平（剔除及时放弃）' },
    { en: 'answered in time / (answered + abandoned − abandoned in time)', zh: '及时接起 /（接起 + 放弃 − 及时放弃）' },
    serviceLevelWithoutEarlyAbandons,
  ),
  level(
    'service-level-without-short-abandons',
    { en: 'Service level, short abandons excluded', zh: '服务水平（剔除短时放弃）' },
    {
      en: 'answered in time / (answered + abandoned − abandoned within 5 s)',
      zh: '及时接起 /（接起 + 放弃 − 5 秒内放弃）',
    },
    serviceLevelWithoutShortAbandons,
  ),
  define('abandonment', {
    unit: 'ratio',
    title: { en: 'Abandonment', zh: '放弃率' },
    formula: {
      en: '(abandoned − abandoned within 5 s) / (answered + abandoned − abandoned within 5 s)',
      zh: '（放弃 − 5 秒内放弃）/（接起 + 放弃 − 5 秒内放弃）',
    },
    source: copc,
    behind: ['abandoned'],
    compute: ({ sums }) => abandonment(sums),
  }),
];

const average = (
  key: string,
  title: Words,
  formula: Words,
  behind: FigureDefinition['behind'],
  compute: (sums: FactTotals['sums']) => number | null,
): FigureDefinition =>
  define(key, {
    unit: 'seconds',
    title,
    formula,
    source: `${icmi}; ${iso}`,
    behind,
    compute: ({ sums }) => compute(sums),
  });

const handling: FigureDefinition[] = [
  average(
    'average-speed-of-answer',
    { en: 'Average speed of answer', zh: '平均应答速度' },
    { en: 'sum of the waits of answered contacts / answered', zh: '已接起联系的等待时间之和 / 接起' },
    ['answered'],
    averageSpeedOfAnswer,
  ),
  average(
    'average-time-to-abandon',
    { en: 'Average time to abandon', zh: '平均放弃时间' },
    { en: 'sum of the waits of abandoned contacts / abandoned', zh: '已放弃联系的等待时间之和 / 放弃' },
    ['abandoned'],
    averageTimeToAbandon,
  ),
  average(
    'average-handle-time',
    { en: 'Average handle time', zh: '平均处理时长' },
    { en: '(talk + hold + wrap-up) / handled; calls and chats', zh: '（通话 + 保持 + 话后处理）/ 处理量；来电与聊天' },
    ['handled'],
    averageHandleTime,
  ),
  average(
    'average-talk-time',
    { en: 'Average talk time', zh: '平均通话时长' },
    { en: 'talk / handled', zh: '通话 / 处理量' },
    ['handled'],
    ({ talkMs, handled }) => perHandled(talkMs, handled),
  ),
  average(
    'average-hold-time',
    { en: 'Average hold time', zh: '平均保持时长' },
    { en: 'hold / handled', zh: '保持 / 处理量' },
    ['handled'],
    ({ holdMs, handled }) => perHandled(holdMs, handled),
  ),
  average(
    'average-wrap-up-time',
    { en: 'Average wrap-up time', zh: '平均话后处理时长' },
    { en: 'wrap-up / handled', zh: '话后处理 / 处理量' },
    ['handled'],
    ({ wrapMs, handled }) => perHandled(wrapMs, handled),
  ),
  define('transfer-rate', {
    unit: 'ratio',
    title: { en: 'Transfer rate', zh: '转接率' },
    formula: {
      en: 'passed on by an agent to another agent or queue / (passed on + settled)',
      zh: '由坐席转给其他坐席或队列的次数 /（转出次数 + 解决量）',
    },
    source: icmi,
    behind: ['transferred', 'resolved'],
    compute: ({ sums }) => transferRate(sums),
  }),
];

const agentTime: FigureDefinition[] = [
  define('occupancy', {
    unit: 'ratio',
    about: 'agents',
    title: { en: 'Occupancy', zh: '占用率' },
    formula: {
      en: 'time with a contact in hand, busy or in wrap-up / (that time + time online with nothing in hand)',
      zh: '手中有联系、忙碌或话后处理的时间 /（该时间 + 在线空闲时间）',
    },
    source: `${icmi}; Koole, Call Center Optimization (2013)`,
    behind: [],
    compute: ({ sums }) => occupancy(sums),
  }),
  define('utilisation', {
    unit: 'ratio',
    about: 'agents',
    title: { en: 'Utilisation', zh: '利用率' },
    formula: {
      en: 'time with a contact in hand, busy or in wrap-up / all time that is not offline',
      zh: '手中有联系、忙碌或话后处理的时间 / 全部非离线时间',
    },
    source: icmi,
    behind: [],
    compute: ({ sums }) => utilisation(sums),
  }),
  ...(
    [
      ['staffed-time', 'staffedMs', 'Staffed time', '在岗时间', 'time in any state but offline', '非离线状态的时间'],
      [
        'available-time',
        'availableMs',
        'Available time',
        '空闲时间',
        'time online with nothing in hand',
        '在线且空闲的时间',
      ],
      ['away-time', 'awayMs', 'Time away', '离开时间', 'time away', '离开状态的时间'],
    ] as const
  ).map(([key, sum, en, zh, formula, formulaZh]) =>
    define(key, {
      unit: 'seconds',
      about: 'agents',
      title: { en, zh },
      formula: { en: formula, zh: formulaZh },
      source: icmi,
      behind: [],
      compute: ({ sums }) => sums[sum] / 1000,
    }),
  ),
];

const outcomes: FigureDefinition[] = [
  define('first-contact-resolution', {
    unit: 'ratio',
    title: { en: 'First contact resolution', zh: '首次联系解决率' },
    formula: {
      en: '(settled after one contact of the customer − those of them that were reopened since) / settled; of the day on which they were settled',
      zh: '（客户联系一次即解决 − 其中此后被重开的）/ 解决量；均计入解决当日',
    },
    source: `${copc}; ${icmi}`,
    behind: ['firstContact', 'firstContactUndone'],
    compute: ({ sums }) => firstContactResolution(sums),
  }),
  define('reopen-rate', {
    unit: 'ratio',
    title: { en: 'Reopen rate', zh: '重开率' },
    formula: { en: 'settled after they had been reopened / settled', zh: '重开后再次解决 / 解决量' },
    source: copc,
    behind: ['settledAgain'],
    compute: ({ sums }) => reopenRate(sums),
  }),
];

export const figureDefinitions: readonly FigureDefinition[] = [
  ...volume,
  ...serviceLevels,
  ...handling,
  ...agentTime,
  ...outcomes,
  ...percentiles(
    'first-response',
    ['firstResponse', 'firstResponseBusiness'],
    { en: 'First response', zh: '首次响应' },
    {
      en: "from a ticket's opening to its first public answer by an agent",
      zh: '从工单打开到坐席首次公开回复',
    },
  ),
  ...percentiles(
    'next-response',
    ['nextResponse', 'nextResponseBusiness'],
    { en: 'Next response', zh: '后续响应' },
    {
      en: "from the customer's first message without an answer to the answer, after the first response",
      zh: '首次响应之后，从客户首条未答复消息到答复',
    },
  ),
  ...percentiles(
    'resolution',
    ['resolution', 'resolutionBusiness'],
    { en: 'Resolution', zh: '解决时间' },
    { en: "from a ticket's opening until it is settled", zh: '从工单打开到解决' },
  ),
];

const byKey = new Map(figureDefinitions.map((definition) => [definition.key, definition]));
export const figureDefinition = (key: string): FigureDefinition | undefined => byKey.get(key);

const channelWords: Readonly<Record<ChannelName, Words>> = {
  phone: { en: 'calls', zh: '电话' },
  chat: { en: 'chats', zh: '聊天' },
  sms: { en: 'texts', zh: '短信' },
  whatsapp: { en: 'WhatsApp', zh: 'WhatsApp' },
  http: { en: 'forms', zh: '表单' },
  email: { en: 'mail', zh: '邮件' },
};

/** The formula with the targets that queues have set for themselves, where it is one of a service level. */
export function formulaWithTargets(
  { key, formula }: Pick<FigureDefinition, 'key' | 'formula'>,
  queues: readonly { name: string; targets: readonly ServiceLevelTarget[] }[],
): Words {
  const own = queues.filter(({ targets }) => targets.length > 0);
  if (!key.startsWith('service-level') || own.length === 0) return formula;
  const said = (language: 'en' | 'zh') =>
    own.map(({ name, targets }) => {
      const list = targets.map(
        ({ channel, seconds }) => `${channelWords[channel][language]} ${timeOf(seconds)[language]}`,
      );
      return language === 'en' ? `; ${name}: ${list.join(', ')}` : `；${name}：${list.join('，')}`;
    });
  return { en: formula.en + said('en').join(''), zh: formula.zh + said('zh').join('') };
}

function timeOf(seconds: number): Words {
  if (seconds % 3600 === 0) return { en: `${seconds / 3600} h`, zh: `${seconds / 3600} 小时` };
  if (seconds % 60 === 0 && seconds > 60) return { en: `${seconds / 60} min`, zh: `${seconds / 60} 分钟` };
  return { en: `${seconds} s`, zh: `${seconds} 秒` };
}
