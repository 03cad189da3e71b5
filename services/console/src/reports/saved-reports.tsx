import { FolderOpenOutlined } from '@ant-design/icons';
import { reportPeriod, type ReportPeriod, type ReportSchedule, type SavedReport } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { ReportMailForm } from './report-mail-form.tsx';
import { ScheduleLine } from './schedule-line.tsx';
import { addressOf, type Question } from './report-question.ts';
import { periodOf, questionOfSaved, savedQueryOf } from './saved-period.ts';

const stale = [keys.savedReports];
/** When something is sent by itself, no event tells of it. Milliseconds. */
const refreshMs = 10_000;

interface SavedReportsProps {
  question: Question;
  today: string;
  timeZone: string;
  open: (question: Question) => void;
  close: () => void;
}

/** Reports that are asked for again and again. */
export function SavedReports({ question, today, timeZone, open, close }: SavedReportsProps) {
  const { t } = useTranslation();
  useReturnFocus();
  const [mailed, setMailed] = useState<SavedReport | null>(null);
  const schedules = useQuery({
    queryKey: keys.reportSchedules,
    queryFn: ({ signal }) => api.reportSchedules(signal),
    refetchInterval: refreshMs,
  });
  const scheduleOf = (id: string) => schedules.data?.find(({ reportId }) => reportId === id) ?? null;
  const saved = useQuery({ queryKey: keys.savedReports, queryFn: ({ signal }) => api.savedReports(signal) });
  return (
    <Drawer
      open
      title={t('report.saved')}
      size={Math.min(560, window.innerWidth)}
      onClose={close}
      data-testid="saved-reports"
    >
      {saved.isPending && <Loading />}
      {saved.isError && !saved.data && <Failed error={saved.error} retry={() => void saved.refetch()} />}
      {schedules.isError && !schedules.data && (
        <Failed error={schedules.error} retry={() => void schedules.refetch()} />
      )}
      {saved.data?.length === 0 && (
        <Nothing icon={<FolderOpenOutlined />} title={t('report.noSaved')} text={t('report.noSavedText')} />
      )}
      {saved.data && saved.data.length > 0 && (
        <div className="panel">
          {saved.data.map((one) => (
            <SavedRow
              key={one.id}
              report={one}
              question={question}
              today={today}
              schedule={scheduleOf(one.id)}
              timeZone={timeZone}
              mail={schedules.data ? () => setMailed(one) : null}
              open={() => {
                open(questionOfSaved(one.query, today, question.target));
                close();
              }}
            />
          ))}
        </div>
      )}
      {mailed && (
        <ReportMailForm
          report={mailed}
          schedule={scheduleOf(mailed.id)}
          timeZone={timeZone}
          close={() => setMailed(null)}
        />
      )}
    </Drawer>
  );
}

interface SavedRowProps {
  report: SavedReport;
  question: Question;
  today: string;
  schedule: ReportSchedule | null;
  timeZone: string;
  /** Null until it is known whether it is mailed. */
  mail: (() => void) | null;
  open: () => void;
}

function SavedRow({ report, question, today, schedule, timeZone, mail, open }: SavedRowProps) {
  const { t } = useTranslation();
  const period = periodOf(question, today) ?? report.query.period;
  const replace = useAction(
    () => api.updateSavedReport(report.id, { name: report.name, query: savedQueryOf(question, period) }),
    { stale, done: t('form.saved') },
  );
  const remove = useAction(() => api.deleteSavedReport(report.id), { stale });
  const isSame =
    addressOf(questionOfSaved(report.query, today, question.target)).toString() === addressOf(question).toString();
  return (
    <article className="record" data-testid="saved-report">
      <div className="record-head">
        <span className="record-title grow">{report.name}</span>
        <span className="muted small">{t(`report.period.${report.query.period}`)}</span>
      </div>
      {schedule && <ScheduleLine schedule={schedule} timeZone={timeZone} />}
      <div className="record-actions">
        <Button type="primary" onClick={open} data-testid="saved-open">
          {t('report.open')}
        </Button>
        <Button disabled={mail === null} onClick={() => mail?.()} data-testid="saved-mail">
          {t('report.mail.open')}
        </Button>
        <Popconfirm
          title={t('report.replaceAsk', { period: t(`report.period.${period}`) })}
          onConfirm={() => replace.mutate(undefined)}
        >
          <Button loading={replace.isPending} disabled={isSame}>
            {t('report.replace')}
          </Button>
        </Popconfirm>
        <Popconfirm title={t('report.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending} data-testid="saved-remove">
            {t('report.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}

interface Fields {
  name: string;
  period: ReportPeriod;
}

/** Gives the question a name and, in place of its days, a period that moves on. */
export function SaveReport({ question, today, close }: Omit<SavedReportsProps, 'open' | 'timeZone'>) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  return (
    <FormDrawer
      title={t('report.save')}
      form={form}
      initial={{ name: '', period: periodOf(question, today) ?? 'last-7-days' }}
      save={({ name, period }) => api.createSavedReport({ name, query: savedQueryOf(question, period) })}
      stale={stale}
      close={close}
      testId="save-report"
    >
      <Form.Item
        name="name"
        label={t('form.name')}
        rules={[{ required: true, whitespace: true, message: t('form.needed') }]}
      >
        <Input autoFocus maxLength={100} data-testid="saved-name" />
      </Form.Item>
      <Form.Item name="period" label={t('report.periodLabel')} extra={t('report.periodHelp')}>
        <Select
          options={reportPeriod.options.map((value) => ({ value, label: t(`report.period.${value}`) }))}
          data-testid="saved-period"
        />
      </Form.Item>
    </FormDrawer>
  );
}
