import { mailSignInProblem } from '@patchbay/contracts';
import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { en } from '../locales/en/index.ts';
import { zh } from '../locales/zh/index.ts';
import { signInProblemText } from './sign-in-problem-text.ts';

const i18n = createInstance();
await i18n.init({ resources: { en: { translation: en }, zh: { translation: zh } } });

describe('why a sign-in failed', () => {
  it.each(['en', 'zh'])('is told of each reason in words of its own (%s)', (language) => {
    const texts = mailSignInProblem.options.map((code) => signInProblemText(i18n.getFixedT(language), code));
    expect(new Set(texts).size).toBe(mailSignInProblem.options.length);
    const foreign = language === 'en' ? /\p{Script=Han}|mailAccounts\./u : /[a-z]{4,}|mailAccounts\./u;
    expect(texts.filter((text) => text === null || foreign.test(text))).toEqual([]);
  });

  it('says what to do', () => {
    expect(signInProblemText(i18n.getFixedT('en'), 'denied')).toMatch(/refused at the provider/);
    expect(signInProblemText(i18n.getFixedT('zh'), 'forbidden')).toMatch(/重新/);
  });

  it.each([null, '', 'by-the-moon', '<b>'])('is not told of %j', (code) =>
    expect(signInProblemText(i18n.getFixedT('en'), code)).toBeNull(),
  );
});
