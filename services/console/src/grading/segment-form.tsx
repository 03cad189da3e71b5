import {
  condition as conditionShape,
  slug,
  type Condition,
  type Segment,
  type SegmentDraft,
} from '@patchbay/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { newTest } from './test-editor.tsx';
import { useGradingVersion } from './use-wording.ts';

interface Fields {
  key: string;
  name: string;
  description: string;
}

/** Adds a segment, or changes one; its key stays. */
export function SegmentForm({ segment, close }: { segment: Segment | null; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<Fields>();
  const client = useQueryClient();
  const grades = useGradingVersion().data?.policy.grades.map(({ key }) => key) ?? [];
  const [begun] = useState<Condition>(() => segment?.condition ?? { join: 'all', tests: [newTest()] });
  const [condition, setCondition] = useState(begun);
  const leave = useLeave(() => form.isFieldsTouched() || condition !== begun, close);
  const save = useMutation({
    mutationFn: (draft: SegmentDraft) => (segment ? api.updateSegment(draft) : api.createSegment(draft)),
    onSuccess: async () => {
      close();
      await client.invalidateQueries({ queryKey: keys.segments });
    },
  });
  const problem = save.error && problemText(t, save.error);
  const complete = conditionShape.safeParse(condition).success;
  return (
    <Modal
      open
      width={860}
      title={t(segment ? 'segments.edit' : 'segments.add')}
      okText={t('grading.save')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'segment-save', disabled: !complete }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          key: segment?.key ?? '',
          name: segment?.name ?? '',
          description: segment?.description ?? '',
        }}
        onFinish={(fields) => save.mutate({ ...fields, condition })}
      >
        <Form.Item
          name="name"
          label={t('segments.name')}
          rules={[{ required: true, whitespace: true, message: t('segments.nameRule') }]}
        >
          <Input autoFocus maxLength={100} data-testid="segment-name" />
        </Form.Item>
        <Form.Item
          name="key"
          label={t('segments.key')}
          extra={t('segments.keyHelp')}
          rules={[
            {
              validator: (_: unknown, value: unknown) =>
                slug.safeParse(value).success ? Promise.resolve() : Promise.reject(new Error(t('segments.keyRule'))),
            },
          ]}
        >
          <Input maxLength={40} disabled={segment !== null} data-testid="segment-key" />
        </Form.Item>
        <Form.Item name="description" label={t('segments.description')}>
          <Input maxLength={500} />
        </Form.Item>
      </Form>
      <h3>{t('segments.condition')}</h3>
      <ConditionEditor condition={condition} change={setCondition} grades={grades} label={t('segments.condition')} />
    </Modal>
  );
}
