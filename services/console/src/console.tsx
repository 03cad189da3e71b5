import { QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider } from 'antd';
import english from 'antd/es/locale/en_US';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { queryClient } from './query-client.ts';
import { router } from './routes.tsx';
import { theme, wave } from './theme.ts';

/** The whole web app: what is read from the hub, language, looks, and the pages. */
export function Console() {
  const locale = useAntLocale();
  return (
    <QueryClientProvider client={queryClient}>
      <ConfigProvider theme={theme} wave={wave} button={{ autoInsertSpace: false }} locale={locale}>
        <App>
          <RouterProvider router={router} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>
  );
}

/** The components' own words. Never without: a provider that gets its first locale later builds the whole app anew. */
function useAntLocale(): typeof english {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState(english);
  const chinese = i18n.resolvedLanguage === 'zh';
  useEffect(() => {
    let current = true;
    if (!chinese) setLocale(english);
    else void import('antd/es/locale/zh_CN').then((found) => current && setLocale(found.default));
    return () => {
      current = false;
    };
  }, [chinese]);
  return locale;
}
