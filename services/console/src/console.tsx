import { QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { queryClient } from './query-client.ts';
import { router } from './routes.tsx';
import { theme } from './theme.ts';

type AntLocale = typeof import('antd/locale/en_US').default;

/** The whole web app: what is read from the hub, language, looks, and the pages. */
export function Console() {
  const locale = useAntLocale();
  return (
    <QueryClientProvider client={queryClient}>
      <ConfigProvider theme={theme} button={{ autoInsertSpace: false }} {...(locale ? { locale } : {})}>
        <App>
          <RouterProvider router={router} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>
  );
}

function useAntLocale(): AntLocale | undefined {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<AntLocale>();
  const chinese = i18n.resolvedLanguage === 'zh';
  useEffect(() => {
    let current = true;
    // English is built into the components.
    if (!chinese) setLocale(undefined);
    else void import('antd/locale/zh_CN').then((found) => current && setLocale(found.default));
    return () => {
      current = false;
    };
  }, [chinese]);
  return locale;
}
