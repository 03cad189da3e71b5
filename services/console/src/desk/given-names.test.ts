import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { en } from '../locales/en/index.ts';
import { zh } from '../locales/zh/index.ts';
import { queueText, subjectText } from './given-names.ts';

describe('names that the hub gave', () => {
  beforeAll(async () => {
    await i18next.init({
      lng: 'zh',
      resources: { en: { translation: en }, zh: { translation: zh } },
      interpolation: { escapeValue: false },
    });
  });

  it('are in the language of the reader', () => {
    const t = i18next.getFixedT('zh');
    expect(subjectText(t, 'Phone call from +4915112345678')).toBe('+4915112345678 来电');
    expect(subjectText(t, 'Missed call from withheld')).toBe('隐藏号码 的未接来电');
    expect(['Email', 'Messages', 'Chat', 'Phone', 'Web'].map((name) => queueText(t, name))).toEqual([
      '邮件',
      '短信',
      '聊天',
      '电话',
      '网页',
    ]);
    expect(subjectText(i18next.getFixedT('en'), 'Missed call from +4930901820')).toBe('Missed call from +4930901820');
  });

  it('are left alone where somebody chose them', () => {
    const t = i18next.getFixedT('zh');
    expect(subjectText(t, 'Phone call from +49 yesterday')).toBe('Phone call from +49 yesterday');
    expect(queueText(t, 'Email Berlin')).toBe('Email Berlin');
  });
});
