import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

interface PairProps {
  /** Of the fields: `name` stands for `nameEn` and `nameZh`. */
  name: string;
  /** Within an item of a list. */
  at?: number;
  label: string;
  max: number;
  optional?: boolean;
  rows?: number;
}

/** A text in both languages, side by side. */
export function Pair({ name, at, label, max, optional = false, rows }: PairProps) {
  const { t } = useTranslation();
  return (
    <div className="pair">
      {(['En', 'Zh'] as const).map((language) => {
        const field = `${name}${language}`;
        const lang = language === 'En' ? 'en' : 'zh-CN';
        const shared = { maxLength: max, lang, 'data-testid': at === undefined ? field : `field-${at}-${field}` };
        return (
          <Form.Item
            key={language}
            name={at === undefined ? field : [at, field]}
            label={t(language === 'En' ? 'form.inEnglish' : 'form.inChinese', { label })}
            rules={optional ? [] : [{ required: true, whitespace: true, message: t('form.needed') }]}
          >
            {rows ? <Input.TextArea {...shared} autoSize={{ minRows: rows, maxRows: 8 }} /> : <Input {...shared} />}
          </Form.Item>
        );
      })}
    </div>
  );
}
