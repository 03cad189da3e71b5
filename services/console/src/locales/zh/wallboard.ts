export const wallboard = {
  wallboard: {
    title: '看板',
    queues: '等待中',
    noQueues: '还没有队列。',
    agents: '坐席',
    contacts: '今日联系量',
    response: '首次响应',
    others: '其他指标',
    all: '全部渠道',
    formula: '“{{name}}”的计算方法',
    fullScreen: '全屏',
    late: '自 {{time}} 起未更新',
  },
  figure: {
    waiting: '等待数',
    'longest-wait': '最长等待',
    'first-response-median': '中位数',
    'first-response-p90': '90 百分位',
  },
};
