import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { parseHours } from './hours-text.ts';

export interface DayFields {
  date: string;
  until: string;
  name: string;
  hours: string;
}

/** Days on which the centre is closed, or open at other times than in the week. */
export function OwnDayFields() {
  const { t } = useTranslation();
  const needed = [{ required: true, message: t('form.needed') }];
  const hours = {
    validator: (_: unknown, text: string) =>
      parseHours(text ?? '') === null ? Promise.reject(new Error(t('calendars.hoursRule'))) : Promise.resolve(),
  };
  return (
    <>
      <h3 className="form-part">{t('calendars.ownDays')}</h3>
      <p className="muted small">{t('calendars.ownDaysHelp')}</p>
      <Form.List name="days">
        {(items, { add, remove }) => (
          <>
            {items.map(({ key, name: at }) => (
              <div key={key} className="day-row" data-testid="own-day">
                <Form.Item name={[at, 'date']} label={t('calendars.date')} rules={needed}>
                  <Input type="date" data-testid={`day-${at}-date`} />
                </Form.Item>
                <Form.Item name={[at, 'until']} label={t('calendars.until')}>
                  <Input type="date" />
                </Form.Item>
                <Form.Item name={[at, 'name']} label={t('calendars.dayName')} rules={needed}>
                  <Input maxLength={100} data-testid={`day-${at}-name`} />
                </Form.Item>
                <Form.Item name={[at, 'hours']} label={t('calendars.dayHours')} rules={[hours]}>
                  <Input autoComplete="off" />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('calendars.removeDay', { at: at + 1 })}
                  onClick={() => remove(at)}
                />
              </div>
            ))}
            <Button
              icon={<PlusOutlined />}
              onClick={() => add({ date: '', until: '', name: '', hours: '' })}
              data-testid="day-add"
              style={{ margin: '8px 0 16px' }}
            >
              {t('calendars.addDay')}
            </Button>
          </>
        )}
      </Form.List>
    </>
  );
}
