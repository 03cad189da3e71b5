import type { RoutingWhy } from '@patchbay/contracts';
import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { en } from '../locales/en/index.ts';
import { zh } from '../locales/zh/index.ts';
import { whyText } from './why-text.ts';

const i18n = createInstance();
await i18n.init({
  resources: { en: { translation: en }, zh: { translation: zh } },
  interpolation: { escapeValue: false },
});

const why: RoutingWhy = {
  code: 'best-skilled',
  agentName: 'Grace',
  idleSeconds: 61,
  skillPoints: 8,
  lowered: 1,
  waitedSeconds: 125,
  priority: { queue: 10, ticket: 3, waiting: 2.083, total: 15.083 },
  counts: { away: 1, full: 2 },
  agents: 4,
};

describe('whyText', () => {
  it('says a decision with all that led to it, in both languages', () => {
    expect(whyText(i18n.getFixedT('en'), why)).toBe(
      'Grace is the best skilled, with 8 points. 1 level less was asked for by then. It had waited 2:05. ' +
        'Priority 15.1 = queue 10 + ticket 3 + waiting 2.1. Others: 1 away, 2 at capacity.',
    );
    expect(whyText(i18n.getFixedT('zh'), why)).toBe(
      'Grace 技能最强，共 8 分。 此时要求已降低 1 级。 已等待 2:05。 优先级 15.1 = 队列 10 + 工单 3 + 等待 2.1。 其他坐席：离开 1，已满额 2。',
    );
  });

  it('says less where less is known, and nothing of what it does not know', () => {
    expect(whyText(i18n.getFixedT('en'), { code: 'transfer', agentName: 'Ada' })).toBe('Handed to Ada.');
    expect(whyText(i18n.getFixedT('en'), { code: 'by-the-moon' })).toBeNull();
    expect(whyText(i18n.getFixedT('en'), undefined)).toBeNull();
  });
});
