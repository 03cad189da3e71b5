export const wallboard = {
  wallboard: {
    title: 'Wallboard',
    queues: 'Waiting',
    noQueues: 'There are no queues.',
    agents: 'Agents',
    contacts: 'Contacts today',
    response: 'First response',
    others: 'Further figures',
    all: 'All channels',
    formula: 'How “{{name}}” is computed',
    fullScreen: 'Full screen',
    late: 'Standing still since {{time}}',
  },
  figure: {
    waiting: 'waiting',
    'longest-wait': 'longest wait',
    'first-response-median': 'median',
    'first-response-p90': '90th percentile',
  },
};
