import { useQuery } from '@tanstack/react-query';
import { requestKey, webFormCreate, type WebForm, type WebFormDraft } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { Pair } from './pair.tsx';
import { kebabKey } from './request-type-draft.ts';
import { contentOf, originOf } from './web-form-draft.ts';

type FormFields = WebFormDraft & { slug: string };

const beginning: FormFields = {
  slug: '',
  titleEn: '',
  titleZh: '',
  introEn: '',
  introZh: '',
  successEn: '',
  successZh: '',
  requestTypes: [],
  languages: ['en', 'zh'],
  contactBy: 'any',
  frameAncestors: [],
  confirmByMail: false,
  enabled: true,
};

interface WebFormFormProps {
  webForm: WebForm | null;
  taken: readonly string[];
  close: () => void;
}

/** A public form in a drawer: its texts, what can be asked for, and where it may be shown. */
export function WebFormForm({ webForm, taken, close }: WebFormFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<FormFields>();
  const save = async ({ slug, ...content }: FormFields) => {
    await (webForm
      ? api.updateWebForm(webForm.slug, content)
      : api.createWebForm({ ...content, slug: slug.trim() || kebabKey(content.titleEn) }));
  };
  const name = webForm && bilingual(i18n, webForm.titleEn, webForm.titleZh).shown;
  return (
    <FormDrawer
      title={name ? t('webForms.editName', { name }) : t('webForms.add')}
      form={form}
      initial={webForm ? { ...contentOf(webForm), slug: webForm.slug } : beginning}
      save={save}
      stale={[keys.webForms, keys.httpSources]}
      close={close}
      testId="web-form-form"
    >
      <Pair name="title" label={t('webForms.title')} max={200} />
      {!webForm && <SlugInput taken={taken} />}
      <Offer />
      <Pair name="intro" label={t('webForms.intro')} max={2000} optional rows={2} />
      <Pair name="success" label={t('webForms.success')} max={2000} optional rows={2} />
      <Place />
    </FormDrawer>
  );
}

function SlugInput({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<FormFields>();
  const titleEn = Form.useWatch('titleEn', form) ?? '';
  return (
    <Form.Item
      name="slug"
      label={t('webForms.slug')}
      extra={t('webForms.slugHelp')}
      rules={[
        {
          validator: (_, given: string) => {
            const slug = given?.trim() || kebabKey(form.getFieldValue('titleEn') ?? '');
            if (!requestKey.safeParse(slug).success) return Promise.reject(new Error(t('requestTypes.keyRule')));
            return taken.includes(slug) ? Promise.reject(new Error(t('webForms.slugTaken'))) : Promise.resolve();
          },
        },
      ]}
    >
      <Input prefix="/forms/" placeholder={kebabKey(titleEn)} autoComplete="off" data-testid="web-form-slug" />
    </Form.Item>
  );
}

/** What can be asked for, in which languages, and how the visitor is answered. */
function Offer() {
  const { t, i18n } = useTranslation();
  const types = useQuery({ queryKey: keys.requestTypes, queryFn: ({ signal }) => api.requestTypes(signal) });
  const needed = [{ required: true, type: 'array' as const, min: 1, message: t('form.needed') }];
  return (
    <>
      <Form.Item name="requestTypes" label={t('webForms.types')} extra={t('webForms.typesHelp')} rules={needed}>
        <Select
          mode="multiple"
          options={(types.data ?? []).map((type) => ({
            value: type.key,
            label: bilingual(i18n, type.nameEn, type.nameZh).shown,
          }))}
          optionFilterProp="label"
          data-testid="web-form-types"
        />
      </Form.Item>
      <div className="pair">
        <Form.Item
          name="languages"
          label={t('webForms.languages')}
          rules={[
            {
              validator: (_, given: unknown[]) =>
                given.length > 0 ? Promise.resolve() : Promise.reject(new Error(t('form.needed'))),
            },
          ]}
        >
          <Checkbox.Group
            options={[
              { value: 'en', label: t('form.english') },
              { value: 'zh', label: t('form.chinese') },
            ]}
          />
        </Form.Item>
        <Form.Item name="contactBy" label={t('webForms.contactBy')}>
          <Select
            options={(['any', 'email', 'phone', 'none'] as const).map((value) => ({
              value,
              label: t(`webForms.contact.${value}`),
            }))}
            data-testid="web-form-contact"
          />
        </Form.Item>
      </div>
      <Form.Item name="confirmByMail" valuePropName="checked" extra={t('webForms.confirmHelp')}>
        <Checkbox>{t('webForms.confirm')}</Checkbox>
      </Form.Item>
    </>
  );
}

const isOrigin = (origin: string): boolean => webFormCreate.shape.frameAncestors.safeParse([origin]).success;

/** Websites that may show the form in a frame, and whether it is open at all. */
function Place() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="frameAncestors"
        label={t('webForms.origins')}
        extra={t('webForms.originsHelp')}
        getValueFromEvent={(given: string[]) => [...new Set(given.map(originOf))]}
        rules={[
          {
            validator: (_, given: string[]) => {
              const wrong = given.find((origin) => !isOrigin(origin));
              return wrong === undefined
                ? Promise.resolve()
                : Promise.reject(new Error(t('webForms.originsRule', { origin: wrong })));
            },
          },
        ]}
      >
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[' ', ',']}
          placeholder="https://www.example.com"
          data-testid="web-form-origins"
        />
      </Form.Item>
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('webForms.enabled')}</Checkbox>
      </Form.Item>
    </>
  );
}
