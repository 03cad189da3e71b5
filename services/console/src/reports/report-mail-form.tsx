import type { ReportSchedule, SavedReport } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { App, Button, Form, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { languageOf } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useAgents } from '../queues/use-lists.ts';
import { api } from '../query-client.ts';
import { fieldsOf, mailingOf, scheduleOf, type MailingFields } from './mailing-draft.ts';
import { ReportMailLog } from './report-mail-log.tsx';
import { hourText, weekdayText } from './schedule-words.ts';

interface ReportMailFormProps {
  report: SavedReport;
  schedule: ReportSchedule | null;
  timeZone: string;
  close: () => void;
}

/** In their own words. */
const languages = [
  { value: 'en', label: 'English' },
  { value: 'zh', label: '中文' },
];
const formats = [
  { value: 'csv', label: 'CSV' },
  { value: 'xlsx', label: 'Excel' },
];

const upTo = (most: number, from = 1): number[] => Array.from({ length: most }, (_, n) => n + from);
const looksRight = (address: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address);

/** When a saved report is mailed and to whom, and what became of it. */
export function ReportMailForm({ report, schedule, timeZone, close }: ReportMailFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<MailingFields>();
  return (
    <FormDrawer
      title={t('report.mail.title', { name: report.name })}
      form={form}
      initial={fieldsOf(schedule, languageOf(i18n))}
      save={(fields) => api.putReportSchedule(report.id, scheduleOf(fields))}
      stale={[keys.reportSchedules]}
      close={close}
      testId="report-mail"
    >
      <TimeFields timeZone={timeZone} />
      <RecipientFields />
      <SendNow report={report} />
      <ReportMailLog reportId={report.id} timeZone={timeZone} />
    </FormDrawer>
  );
}

function TimeFields({ timeZone }: { timeZone: string }) {
  const { t, i18n } = useTranslation();
  const every = Form.useWatch<MailingFields['every']>('every');
  return (
    <>
      <Form.Item name="enabled" label={t('report.mail.enabled')} valuePropName="checked">
        <Switch autoFocus data-testid="mail-enabled" />
      </Form.Item>
      <Form.Item name="every" label={t('report.mail.every')}>
        <Select
          options={(['day', 'week', 'month'] as const).map((value) => ({
            value,
            label: t(`report.mail.everies.${value}`),
          }))}
          data-testid="mail-every"
        />
      </Form.Item>
      {every === 'week' && (
        <Form.Item name="weekday" label={t('report.mail.weekday')}>
          <Select
            options={upTo(7).map((value) => ({ value, label: weekdayText(value, i18n.language) }))}
            data-testid="mail-weekday"
          />
        </Form.Item>
      )}
      {every === 'month' && (
        <Form.Item
          name="day"
          label={t('report.mail.monthDay')}
          extra={t('report.mail.monthDayHelp')}
          rules={[{ required: true, message: t('form.needed') }]}
        >
          <InputNumber min={1} max={31} precision={0} data-testid="mail-day" />
        </Form.Item>
      )}
      <Form.Item name="hour" label={t('report.mail.hour')} extra={t('report.mail.hourHelp', { zone: timeZone })}>
        <Select options={upTo(24, 0).map((value) => ({ value, label: hourText(value) }))} data-testid="mail-hour" />
      </Form.Item>
    </>
  );
}

function RecipientFields() {
  const { t } = useTranslation();
  const agents = useAgents();
  return (
    <>
      <Form.Item
        name="agentIds"
        label={t('report.mail.agents')}
        extra={t('report.mail.agentsHelp')}
        dependencies={['addresses']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_rule, ids: string[]) =>
              ids.length + (getFieldValue('addresses') as string[]).length > 0
                ? Promise.resolve()
                : Promise.reject(new Error(t('report.mail.nobody'))),
          }),
        ]}
      >
        <Select
          mode="multiple"
          maxCount={50}
          showSearch={{ optionFilterProp: 'label' }}
          options={agents.map(({ id, name }) => ({ value: id, label: name }))}
          data-testid="mail-agents"
        />
      </Form.Item>
      <Form.Item
        name="addresses"
        label={t('report.mail.addresses')}
        extra={t('report.mail.addressesHelp')}
        rules={[
          {
            validator(_rule, addresses: string[]) {
              const wrong = addresses.filter((address) => !looksRight(address)).join(', ');
              return wrong === ''
                ? Promise.resolve()
                : Promise.reject(new Error(t('report.mail.addressesRule', { wrong })));
            },
          },
        ]}
      >
        <Select mode="tags" maxCount={50} open={false} tokenSeparators={[',', ';', ' ']} data-testid="mail-addresses" />
      </Form.Item>
      <Form.Item name="language" label={t('report.mail.language')}>
        <Select options={languages} data-testid="mail-language" />
      </Form.Item>
      <Form.Item name="format" label={t('report.mail.format')}>
        <Select options={formats} data-testid="mail-format" />
      </Form.Item>
    </>
  );
}

/** To those who stand in the form, whether it is saved or not. */
function SendNow({ report }: { report: SavedReport }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<MailingFields>();
  const { message } = App.useApp();
  const sending = useAction((fields: MailingFields) => api.mailReport(report.id, mailingOf(fields)), {
    stale: [keys.reportSchedules],
    after: ({ mails }) => void message.success(t('report.mail.queued', { count: mails })),
  });
  const send = async () => {
    const valid = await form.validateFields(['agentIds', 'addresses']).catch(() => null);
    if (valid) sending.mutate(form.getFieldsValue(true) as MailingFields);
  };
  return (
    <Button loading={sending.isPending} onClick={() => void send()} data-testid="mail-now">
      {t('report.mail.sendNow')}
    </Button>
  );
}
