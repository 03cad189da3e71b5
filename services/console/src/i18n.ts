import i18next, { type BackendModule } from 'i18next';
import LanguageDetector from 'i18next-browser-languagedetector';
import { initReactI18next } from 'react-i18next';
import type { en } from './locales/en/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** Languages of the console; `name` is in the language itself. */
export const languages = [
  { code: 'en', name: 'English' },
  { code: 'zh', name: '简体中文' },
] as const;

const dictionaries: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, _namespace, done) => {
    const loading =
      language === 'zh'
        ? import('./locales/zh/index.ts').then((m) => m.zh)
        : import('./locales/en/index.ts').then((m) => m.en);
    loading.then(
      (dictionary) => done(null, dictionary),
      (error: Error) => done(error, null),
    );
  },
};

export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language.startsWith('zh') ? 'zh-CN' : 'en';
  });
  await i18next
    .use(dictionaries)
    .use(LanguageDetector)
    .use(initReactI18next)
    .init({
      fallbackLng: 'en',
      supportedLngs: languages.map((one) => one.code),
      load: 'languageOnly',
      nonExplicitSupportedLngs: true,
      interpolation: { escapeValue: false },
      detection: {
        // A television is told its language by its address, since nobody can choose one there.
        order: ['querystring', 'localStorage', 'navigator'],
        lookupQuerystring: 'lang',
        caches: ['localStorage'],
        lookupLocalStorage: 'patchbay.language',
      },
    });
}
