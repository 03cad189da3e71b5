import { siteAlgorithm, type SiteAlgorithm, type VisitorSiteKeyCreated } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { AskModal } from './ask-modal.tsx';

interface Fields {
  algorithm: SiteAlgorithm;
  publicKey?: string;
  overlapHours: number;
}
interface SiteKeyModalProps {
  siteId: string;
  close: () => void;
  made: (key: VisitorSiteKeyCreated) => void;
}

/** A new key; those before it hold for a while longer. */
export function SiteKeyModal({ siteId, close, made }: SiteKeyModalProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const algorithm = Form.useWatch('algorithm', form) ?? 'HS256';
  const add = useAction((fields: Fields) => api.addSiteKey(siteId, fields), {
    stale: [keys.visitorSites],
    after: (key) => {
      close();
      made(key);
    },
  });
  return (
    <AskModal
      title={t('sites.addKey')}
      okText={t('sites.save')}
      form={form}
      initial={{ algorithm: 'HS256', overlapHours: 24 }}
      busy={add.isPending}
      error={add.error}
      submit={(fields) => add.mutate(fields)}
      close={close}
    >
      <Form.Item name="algorithm" label={t('sites.algorithm')}>
        <Select options={siteAlgorithm.options.map((value) => ({ value, label: value }))} />
      </Form.Item>
      {algorithm !== 'HS256' && (
        <Form.Item
          name="publicKey"
          label={t('sites.publicKey')}
          extra={t('sites.publicKeyHelp')}
          preserve={false}
          rules={[{ required: true, whitespace: true, message: t('sites.publicKeyNeeded') }]}
        >
          <Input.TextArea autoSize={{ minRows: 4 }} spellCheck={false} />
        </Form.Item>
      )}
      <Form.Item name="overlapHours" label={t('sites.overlap')} rules={[{ required: true }]}>
        <InputNumber min={0} max={720} />
      </Form.Item>
    </AskModal>
  );
}
