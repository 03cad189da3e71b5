import { Alert, Form, Modal, type FormInstance } from 'antd';
import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { problemText } from '../feedback/problem-text.ts';

interface AskModalProps<Fields> {
  title: string;
  text?: string;
  okText: string;
  form: FormInstance<Fields>;
  initial: Partial<Fields>;
  busy: boolean;
  error: Error | null;
  submit: (fields: Fields) => void;
  close: () => void;
  children: ReactNode;
}

/** A question with fields: says what will happen, and what stood against it. */
export function AskModal<Fields extends object>(props: AskModalProps<Fields>) {
  const { t } = useTranslation();
  useReturnFocus();
  const leave = useLeave(() => props.form.isFieldsTouched(), props.close);
  const fields = useRef<HTMLDivElement>(null);
  const problem = props.error && problemText(t, props.error);
  return (
    <Modal
      open
      title={props.title}
      okText={props.okText}
      cancelText={t('identity.cancel')}
      confirmLoading={props.busy}
      onOk={() => props.form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      afterOpenChange={(open) => {
        // Whoever began to write while it opened is not moved elsewhere.
        if (!open || fields.current?.contains(document.activeElement)) return;
        fields.current?.querySelector<HTMLElement>('input:not([type=radio]), textarea')?.focus();
      }}
      okButtonProps={{ 'data-testid': 'ask-ok' }}
    >
      {props.text && <p className="muted">{props.text}</p>}
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={props.form}
        layout="vertical"
        requiredMark={false}
        initialValues={props.initial}
        onFinish={props.submit}
      >
        <div ref={fields}>{props.children}</div>
      </Form>
    </Modal>
  );
}
