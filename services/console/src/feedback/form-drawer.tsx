import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Key } from '@patchbay/ui';
import { Alert, App, Button, Drawer, Form, type FormInstance } from 'antd';
import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import '../style/form.css';
import { problemText } from './problem-text.ts';
import { useLeave } from './use-leave.ts';
import { useReturnFocus } from './use-return-focus.ts';

const firstField = 'input:enabled, textarea:enabled, button:enabled';

interface FormDrawerProps<T extends object> {
  title: string;
  form: FormInstance<T>;
  initial: T;
  /** What the fields become at the hub; its failure is told and loses nothing that was entered. */
  save: (fields: T) => Promise<unknown>;
  /** What is read anew afterwards. */
  stale: Key[];
  close: () => void;
  testId: string;
  children: ReactNode;
}

/** A form beside the page. What was entered is not lost by a click outside, and closing asks first. */
export function FormDrawer<T extends object>(props: FormDrawerProps<T>) {
  const { title, form, initial, save, stale, close, testId, children } = props;
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  useReturnFocus();
  const fields = useRef<HTMLDivElement>(null);
  const saving = useMutation({
    mutationFn: save,
    onSuccess: async () => {
      void message.success(t('form.saved'));
      close();
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const problem = saving.error && problemText(t, saving.error);
  return (
    <Drawer
      open
      title={title}
      size={Math.min(720, window.innerWidth)}
      mask={{ closable: false }}
      autoFocus={false}
      // A field that asks for the focus when it is made does so before it is on the page.
      afterOpenChange={(open) => {
        if (open && !fields.current?.contains(document.activeElement))
          fields.current?.querySelector<HTMLElement>(firstField)?.focus({ preventScroll: true });
      }}
      onClose={leave}
      data-testid={testId}
      footer={
        <div className="row">
          <Button
            type="primary"
            loading={saving.isPending}
            onClick={() => form.submit()}
            data-testid={`${testId}-save`}
          >
            {t('form.save')}
          </Button>
          <Button onClick={leave}>{t('form.cancel')}</Button>
        </div>
      }
    >
      {problem && (
        <Alert
          type="error"
          showIcon
          title={problem.title}
          description={problem.detail || undefined}
          style={{ marginBottom: 16 }}
        />
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={() => saving.mutate(form.getFieldsValue(true) as T)}
        scrollToFirstError={{ behavior: 'instant', focus: true }}
      >
        <div ref={fields}>{children}</div>
      </Form>
    </Drawer>
  );
}
