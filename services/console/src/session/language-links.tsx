import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { languages } from '../i18n.ts';

export function LanguageLinks() {
  const { i18n } = useTranslation();
  return (
    <nav className="row">
      {languages.map(({ code, name }) => (
        <Button
          key={code}
          type="text"
          size="small"
          lang={code}
          aria-pressed={i18n.resolvedLanguage === code}
          onClick={() => void i18n.changeLanguage(code)}
        >
          {name}
        </Button>
      ))}
    </nav>
  );
}
