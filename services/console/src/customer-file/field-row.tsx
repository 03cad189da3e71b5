import { EditOutlined, HistoryOutlined } from '@ant-design/icons';
import { fieldEntries, type CustomField, type FieldEntry } from '@patchbay/contracts';
import { ApiProblem, fullMoment, keys, moment } from '@patchbay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';
import { isEscape } from '../feedback/is-escape.ts';
import { problemLine } from '../feedback/problem-text.ts';
import { draftOf, FieldInput, type FieldDraft } from '../fields/field-input.tsx';
import { useFieldText } from '../fields/field-text.ts';
import { RevealButton } from '../privacy/reveal-button.tsx';
import { api } from '../query-client.ts';
import { FieldHistory } from './field-history.tsx';

type Shown = Pick<CustomField, 'key' | 'type' | 'options' | 'labelEn' | 'labelZh'> & { sensitive?: boolean };
interface FieldRowProps {
  customerId: string;
  field: Shown;
  /** Undefined: it was never filled in. */
  entry: FieldEntry | undefined;
  required: boolean;
  /** What stands there although nobody entered it as a field: the name that a contact brought. */
  shown?: string;
}

/** A field of the file: its value, where that came from, and the way to change it. */
export function FieldRow({ customerId, field, entry, required, shown }: FieldRowProps) {
  const { t, i18n } = useTranslation();
  const named = useNamed();
  const textOf = useFieldText();
  const [editing, setEditing] = useState(false);
  const [history, setHistory] = useState(false);
  const label = named(field);
  const text = shown ?? (entry?.masked ? String(entry.value) : textOf(field, entry?.value));
  return (
    <div className="file-field" data-testid={`field-${field.key}`}>
      <dt className="muted small">
        {label} {required && <Tag color={text === '' ? 'warning' : 'default'}>{t('file.required')}</Tag>}
        {field.sensitive && <Tag>{t('file.sensitive')}</Tag>}
      </dt>
      {editing ? (
        <FieldEditor
          customerId={customerId}
          field={field}
          label={label}
          entry={entry}
          begin={entry?.masked ? undefined : (shown ?? entry?.value)}
          close={() => setEditing(false)}
        />
      ) : (
        <dd>
          <span className={text === '' ? 'muted file-value' : 'file-value'}>{text || t('file.empty')}</span>
          {entry?.masked && <RevealButton customerId={customerId} field={`field:${field.key}`} />}
          <Button
            type="text"
            size="small"
            icon={<EditOutlined aria-hidden />}
            aria-label={t('file.edit', { name: label })}
            onClick={() => setEditing(true)}
            data-testid={`field-edit-${field.key}`}
          />
          {entry && (
            <Button
              type="text"
              size="small"
              icon={<HistoryOutlined aria-hidden />}
              aria-label={t('file.history', { name: label })}
              title={fullMoment(entry.at, i18n.language)}
              onClick={() => setHistory(true)}
              data-testid={`field-history-${field.key}`}
            />
          )}
        </dd>
      )}
      {entry && !editing && (
        <dd className="muted small file-source">
          {t('file.provenance', {
            source: t(`fieldSource.${entry.source}`),
            name: entry.byName ?? '–',
            at: moment(entry.at, Date.now(), i18n.language),
          })}
        </dd>
      )}
      {history && <FieldHistory customerId={customerId} field={field} label={label} close={() => setHistory(false)} />}
    </div>
  );
}

interface EditorProps {
  customerId: string;
  field: Shown;
  label: string;
  entry: FieldEntry | undefined;
  begin: unknown;
  close: () => void;
}

/** Saves only over what was seen. When somebody else was quicker, their value is shown, and the words that were typed stay. */
function FieldEditor({ customerId, field, label, entry, begin, close }: EditorProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const textOf = useFieldText();
  const [draft, setDraft] = useState<FieldDraft>(draftOf(field, begin));
  const [seen, setSeen] = useState<string | null>(entry?.version ?? null);
  const [lost, setLost] = useState<FieldEntry | null>(null);
  const save = useMutation({
    mutationFn: () => api.changeFields(customerId, { changes: [{ key: field.key, value: draft, version: seen }] }),
    onSuccess: (file) => {
      client.setQueryData(keys.customerFile(customerId), file);
      void client.invalidateQueries({ queryKey: keys.timeline(customerId) });
      close();
    },
    onError: (error) => {
      const present =
        error instanceof ApiProblem && error.status === 409 ? fieldEntries.safeParse(error.present) : null;
      const now = present?.data?.find(({ key }) => key === field.key);
      if (!now) return void message.error({ content: problemLine(t, error), duration: 6 });
      setLost(now);
      setSeen(now.version);
      return void client.invalidateQueries({ queryKey: keys.customerFile(customerId), exact: true });
    },
  });
  return (
    <dd
      className="file-editor"
      onKeyDown={(event) => {
        if (isEscape(event)) close();
      }}
    >
      {lost && (
        <Alert
          type="warning"
          showIcon
          title={t('file.lostTitle')}
          description={t('file.lostText', {
            value: textOf(field, lost.value) || t('file.empty'),
            name: lost.byName ?? '–',
          })}
          data-testid="field-lost"
        />
      )}
      <FieldInput
        field={field}
        testId={`field-input-${field.key}`}
        label={label}
        autoFocus
        value={draft}
        onChange={setDraft}
        done={() => save.mutate()}
      />
      <div className="row">
        <Button
          type="primary"
          size="small"
          loading={save.isPending}
          onClick={() => save.mutate()}
          data-testid="field-save"
        >
          {t('file.save')}
        </Button>
        <Button size="small" onClick={close}>
          {t('file.cancel')}
        </Button>
      </div>
    </dd>
  );
}
