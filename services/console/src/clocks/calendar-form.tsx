import { type BusinessCalendar, type PlanVersion, slug, type WeekInterval } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Pair } from '../admin/pair.tsx';
import { kebabKey } from '../admin/request-type-draft.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { HolidayFields } from './holiday-fields.tsx';
import { hoursText, parseHours } from './hours-text.ts';
import { OwnDayFields, type DayFields } from './own-day-fields.tsx';

export interface CalendarFields {
  nameEn: string;
  nameZh: string;
  key: string;
  timeZone: string;
  always: boolean;
  /** Of Monday to Sunday. */
  week: string[];
  country?: string;
  region?: string;
  /** Rules of holidays on which it is open. */
  open: string[];
  days: DayFields[];
  isDefault: boolean;
}

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }));

function fieldsOf(calendar: BusinessCalendar | null, isDefault: boolean): CalendarFields {
  const intervals =
    calendar?.intervals ?? weekdays.slice(0, 5).map((weekday) => ({ weekday, from: '09:00', to: '17:00' }));
  return {
    nameEn: calendar?.nameEn ?? '',
    nameZh: calendar?.nameZh ?? '',
    key: calendar?.key ?? '',
    timeZone: calendar?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    always: intervals.length === 0,
    week: weekdays.map((day) => hoursText(intervals.filter(({ weekday }) => weekday === day))),
    ...(calendar?.holidays && { country: calendar.holidays.country }),
    ...(calendar?.holidays?.region && { region: calendar.holidays.region }),
    open: calendar?.holidays?.open ?? [],
    days: (calendar?.days ?? []).map(({ date, until, name, intervals: hours }) => ({
      date,
      until: until ?? '',
      name,
      hours: hoursText(hours),
    })),
    isDefault,
  };
}

export function calendarOf(fields: CalendarFields): BusinessCalendar {
  const week = fields.week.flatMap((text, at) =>
    (parseHours(text ?? '') ?? []).map((interval): WeekInterval => ({ weekday: weekdays[at] ?? 1, ...interval })),
  );
  return {
    key: fields.key.trim() || kebabKey(fields.nameEn).slice(0, 40),
    nameEn: fields.nameEn.trim(),
    nameZh: fields.nameZh.trim(),
    timeZone: fields.timeZone,
    intervals: fields.always ? [] : week,
    holidays: fields.country ? { country: fields.country, region: fields.region ?? null, open: fields.open } : null,
    days: fields.days.map(({ date, until, name, hours }) => ({
      date,
      ...(until && { until }),
      name: name.trim(),
      intervals: parseHours(hours ?? '') ?? [],
    })),
  };
}

interface CalendarFormProps {
  calendar: BusinessCalendar | null;
  version: PlanVersion;
  close: () => void;
}

/** A calendar in a drawer: its week, its holidays, and the days that differ. */
export function CalendarForm({ calendar, version, close }: CalendarFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<CalendarFields>();
  const always = Form.useWatch('always', form) ?? calendar?.intervals.length === 0;
  const taken = version.plan.calendars.map(({ key }) => key);
  const name = calendar && bilingual(i18n, calendar).shown;
  const save = (fields: CalendarFields) => {
    const made = calendarOf(fields);
    const note = t(calendar ? 'plan.changedNote' : 'plan.addedNote', { name: bilingual(i18n, made).shown });
    return api.publishCalendar({ calendar: made, basedOn: version.version, note, isDefault: fields.isDefault });
  };
  return (
    <FormDrawer
      title={name ? t('plan.editName', { name }) : t('calendars.add')}
      form={form}
      initial={fieldsOf(calendar, version.plan.defaultCalendar === calendar?.key)}
      save={save}
      stale={[keys.servicePlan]}
      close={close}
      testId="calendar-form"
    >
      <Pair name="name" label={t('form.name')} max={100} />
      <div className="pair">
        {!calendar && <KeyField taken={taken} />}
        <Form.Item name="timeZone" label={t('calendars.zone')} rules={[{ required: true, message: t('form.needed') }]}>
          <Select showSearch options={zones} data-testid="calendar-zone" />
        </Form.Item>
      </div>
      <h3 className="form-part">{t('calendars.hours')}</h3>
      <Form.Item name="always" valuePropName="checked">
        <Checkbox data-testid="calendar-always">{t('calendars.always')}</Checkbox>
      </Form.Item>
      {!always && <WeekFields />}
      <HolidayFields form={form} />
      <OwnDayFields />
      <Form.Item name="isDefault" valuePropName="checked">
        <Checkbox disabled={version.plan.defaultCalendar === calendar?.key}>{t('calendars.isDefault')}</Checkbox>
      </Form.Item>
    </FormDrawer>
  );
}

function KeyField({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<CalendarFields>();
  const nameEn = Form.useWatch('nameEn', form) ?? '';
  const rule = {
    validator: (_: unknown, given: string) => {
      const key = given?.trim() || kebabKey(form.getFieldValue('nameEn') ?? '');
      if (!slug.safeParse(key).success) return Promise.reject(new Error(t('requestTypes.keyRule')));
      return taken.includes(key) ? Promise.reject(new Error(t('calendars.keyTaken'))) : Promise.resolve();
    },
  };
  return (
    <Form.Item name="key" label={t('calendars.key')} rules={[rule]}>
      <Input placeholder={kebabKey(nameEn)} autoComplete="off" data-testid="calendar-key" />
    </Form.Item>
  );
}

function WeekFields() {
  const { t } = useTranslation();
  const rule = {
    validator: (_: unknown, text: string) =>
      parseHours(text ?? '') === null ? Promise.reject(new Error(t('calendars.hoursRule'))) : Promise.resolve(),
  };
  return (
    <>
      <p className="muted small">{t('calendars.hoursHelp')}</p>
      <div className="pair">
        {weekdays.map((day, at) => (
          <Form.Item key={day} name={['week', at]} label={t(`calendars.weekday.d${day}`)} rules={[rule]}>
            <Input placeholder={t('clocks.shut')} autoComplete="off" data-testid={`hours-${day}`} />
          </Form.Item>
        ))}
      </div>
    </>
  );
}
