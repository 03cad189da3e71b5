import { useQuery } from '@tanstack/react-query';
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { keys } from '@patchbay/ui';
import { Button, Checkbox, Form, Select, type FormInstance } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import type { CalendarFields } from './calendar-form.tsx';

/** Whose holidays, and each of them in a year, which can be taken out. */
export function HolidayFields({ form }: { form: FormInstance<CalendarFields> }) {
  const { t, i18n } = useTranslation();
  const country = Form.useWatch('country', form) as string | undefined;
  const region = Form.useWatch('region', form) as string | undefined;
  const places = useQuery({
    queryKey: keys.holidays({ country: country ?? null }),
    queryFn: ({ signal }) => api.holidayRegions(country, signal),
    placeholderData: (before) => before,
    staleTime: Infinity,
  });
  const names = new Intl.DisplayNames([i18n.language], { type: 'region', fallback: 'code' });
  const countries = (places.data?.countries ?? []).map(({ code, name }) => ({
    value: code,
    label: names.of(code) === code ? name : (names.of(code) ?? name),
  }));
  const regions = (places.data?.regions ?? []).map(({ code, name }) => ({ value: code, label: name }));
  return (
    <>
      <h3 className="form-part">{t('calendars.publicHolidays')}</h3>
      <div className="pair">
        <Form.Item name="country" label={t('calendars.country')}>
          <Select
            allowClear
            showSearch
            optionFilterProp="label"
            placeholder={t('calendars.noCountry')}
            options={countries}
            // A region or a rule of another country means nothing here.
            onChange={() => form.setFieldsValue({ region: undefined as never, open: [] })}
            data-testid="calendar-country"
          />
        </Form.Item>
        {country && regions.length > 0 && (
          <Form.Item name="region" label={t('calendars.region')}>
            <Select
              allowClear
              showSearch
              optionFilterProp="label"
              placeholder={t('calendars.wholeCountry')}
              options={regions}
              data-testid="calendar-region"
            />
          </Form.Item>
        )}
      </div>
      <Form.Item name="open" noStyle>
        <HolidayList country={country} region={region} />
      </Form.Item>
    </>
  );
}

interface HolidayListProps {
  country: string | undefined;
  region: string | undefined;
  /** Given by the form: rules of the holidays on which it is open. */
  value?: string[];
  onChange?: (open: string[]) => void;
}

function HolidayList({ country, region, value = [], onChange }: HolidayListProps) {
  const { t, i18n } = useTranslation();
  const [year, setYear] = useState(() => new Date().getFullYear());
  const language = i18n.resolvedLanguage?.startsWith('zh') ? 'zh' : 'en';
  const query = { country: country ?? '', ...(region && { region }), year, language } as const;
  const holidays = useQuery({
    queryKey: keys.holidays(query),
    queryFn: ({ signal }) => api.holidays(query, signal),
    enabled: country !== undefined,
    staleTime: Infinity,
  });
  if (!country) return null;
  const day = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const tick = (rule: string, closed: boolean) =>
    onChange?.(closed ? value.filter((one) => one !== rule) : [...value, rule]);
  return (
    <div data-testid="holiday-list">
      <div className="row">
        <Button
          size="small"
          icon={<LeftOutlined />}
          aria-label={t('calendars.yearBefore')}
          onClick={() => setYear(year - 1)}
        />
        <strong>{t('calendars.holidays', { year })}</strong>
        <Button
          size="small"
          icon={<RightOutlined />}
          aria-label={t('calendars.yearAfter')}
          onClick={() => setYear(year + 1)}
        />
      </div>
      <p className="muted small">{t('calendars.holidaysHelp')}</p>
      {holidays.isPending && <Loading />}
      {holidays.isError && <Failed error={holidays.error} retry={() => void holidays.refetch()} />}
      <ul className="holiday-list">
        {holidays.data?.map(({ date, name, rule }) => (
          <li key={date}>
            <Checkbox
              checked={!value.includes(rule)}
              onChange={(event) => tick(rule, event.target.checked)}
              data-testid={`holiday-${date}`}
            >
              {day.format(new Date(date))} {name}
            </Checkbox>
          </li>
        ))}
      </ul>
    </div>
  );
}
