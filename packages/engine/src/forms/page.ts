/** A form as HTML that works without a script; the script only makes it quicker. */
import type { FormLanguage, RequestField, RequestType } from '@patchbay/contracts';
import type { WebFormRow } from '@patchbay/store/queries/web-forms';
import { type FormProblem, formWords } from './words.ts';

export type FormValues = Readonly<Record<string, string>>;
export interface NamedProblem {
  /** The name of the input; '' for the form as a whole. */
  readonly name: string;
  readonly problem: FormProblem;
}

export interface FormView {
  readonly form: WebFormRow;
  readonly types: readonly RequestType[];
  readonly language: FormLanguage;
  readonly values: FormValues;
  readonly problems: readonly NamedProblem[];
  readonly token: string;
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign);
export const inputId = (name: string): string => `in-${name.replaceAll(/[^\w-]/g, '-')}`;
export const fieldName = (type: string, key: string): string => `f.${type}.${key}`;
const inLanguage = (language: FormLanguage, english: string, chinese: string) =>
  language === 'zh' ? chinese : english;

export function formPage(view: FormView): string {
  const { form, language } = view;
  const words = formWords[language];
  const title = inLanguage(language, form.titleEn, form.titleZh);
  const intro = inLanguage(language, form.introEn, form.introZh);
  return page(
    language,
    title,
    `${languageLink(view)}
<h1>${esc(title)}</h1>
${intro ? `<p class="intro">${esc(intro)}</p>` : ''}
${summary(view)}
<form method="post" enctype="multipart/form-data" action="?lang=${language}" id="form" data-sending="${esc(words.sending)}">
<input type="hidden" name="token" value="${esc(view.token)}">
${typeChoice(view)}
${view.types.map((type) => typeFields(view, type)).join('\n')}
${input(view, { name: 'message', label: words.message, type: 'longtext', required: true, max: 20_000 })}
${form.contactBy === 'any' ? `<p class="hint" id="contact-hint">${esc(words.anyContact)}</p>` : ''}
${input(view, { name: 'name', label: words.name, type: 'text', required: false, max: 200, autocomplete: 'name' })}
${form.contactBy === 'phone' ? '' : input(view, { name: 'email', label: words.email, type: 'email', required: form.contactBy === 'email', autocomplete: 'email' })}
${form.contactBy === 'email' ? '' : input(view, { name: 'phone', label: words.phone, type: 'phone', required: form.contactBy === 'phone', autocomplete: 'tel', hint: words.phoneHint })}
${fileInput(view)}
<div class="trap" aria-hidden="true"><label for="in-website">${esc(words.trap)}</label><input id="in-website" name="website" tabindex="-1" autocomplete="off"></div>
<button type="submit" name="step" value="send" class="send" data-testid="form-send">${esc(words.send)}</button>
</form>
<script type="application/json" id="form-config">${scriptJson(configOf(view))}</script>`,
  );
}

/** What the script checks by. The same definitions are checked on arrival. */
const configOf = ({ form, types, language }: FormView) => ({
  contactBy: form.contactBy,
  types: Object.fromEntries(types.map((type) => [type.key, type.fields])),
  problems: formWords[language].problems,
  summary: formWords[language].summary,
});

/** JSON that cannot end the element it stands in. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);

function page(language: FormLanguage, title: string, main: string, head = ''): string {
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${esc(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/forms/assets/form.css">
<script src="/forms/assets/form.js" defer></script>
${head}</head>
<body><main>
${main}
</main></body>
</html>`;
}

function languageLink({ form, language }: FormView): string {
  const other = language === 'zh' ? 'en' : 'zh';
  if (!form.languages.includes(other)) return '';
  return `<nav class="language" aria-label="${esc(formWords[language].language)}"><a href="?lang=${other}" lang="${other === 'zh' ? 'zh-Hans' : 'en'}" data-testid="form-language">${formWords[language].other}</a></nav>`;
}

function summary({ problems, language, ...view }: FormView): string {
  const words = formWords[language];
  if (problems.length === 0) return '<div id="errors" class="summary" role="alert" tabindex="-1" hidden></div>';
  const labels = labelsOf({ problems, language, ...view });
  const items = problems.map(({ name, problem }) => {
    const text = esc(words.problems[problem]);
    const label = labels.get(name);
    return `<li>${label === undefined ? text : `<a href="#${inputId(name)}">${esc(label)}</a>: ${text}`}</li>`;
  });
  return `<div id="errors" class="summary" role="alert" tabindex="-1" autofocus data-testid="form-errors"><p>${esc(words.summary)}</p><ul>${items.join('')}</ul></div>`;
}

function labelsOf({ types, language }: FormView): Map<string, string> {
  const words = formWords[language];
  return new Map([
    ['message', words.message],
    ['name', words.name],
    ['email', words.email],
    ['phone', words.phone],
    ['type', words.type],
    ['files', words.files],
    ...types.flatMap((type) =>
      type.fields.map(
        (field) =>
          [fieldName(type.key, field.key), inLanguage(language, field.labelEn, field.labelZh)] as [string, string],
      ),
    ),
  ]);
}

function typeChoice(view: FormView): string {
  const { types, language, values } = view;
  const words = formWords[language];
  const chosen = values['type'] ?? (types.length === 1 ? types[0]?.key : undefined);
  const options = types.map(
    (type) =>
      `<option value="${esc(type.key)}"${type.key === chosen ? ' selected' : ''}>${esc(inLanguage(language, type.nameEn, type.nameZh))}</option>`,
  );
  const first = types.length > 1 ? `<option value="">${esc(words.choose)}</option>` : '';
  return field(
    view,
    { name: 'type', label: words.type, required: true },
    (attributes) =>
      `<select ${attributes}>${first}${options.join('')}</select>
<button type="submit" name="step" value="type" formnovalidate class="plain" data-nojs>${esc(words.showFields)}</button>`,
  );
}

/** Only those of the chosen type are shown and sent; the others wait for the script to choose them. */
function typeFields(view: FormView, type: RequestType): string {
  if (type.fields.length === 0) return '';
  const chosen = view.values['type'] === type.key || view.types.length === 1;
  const inputs = type.fields.map((definition) => input(view, shapeOf(view.language, type.key, definition)));
  return `<fieldset data-type="${esc(type.key)}"${chosen ? '' : ' hidden disabled'}>
<legend>${esc(inLanguage(view.language, type.nameEn, type.nameZh))}</legend>
${inputs.join('\n')}
</fieldset>`;
}

interface InputShape {
  readonly name: string;
  readonly label: string;
  readonly type: RequestField['type'];
  readonly required: boolean;
  readonly options?: RequestField['options'];
  readonly min?: RequestField['min'];
  readonly max?: RequestField['max'];
  readonly autocomplete?: string;
  readonly hint?: string;
  readonly language?: FormLanguage;
}

const shapeOf = (language: FormLanguage, type: string, definition: RequestField): InputShape => ({
  ...definition,
  name: fieldName(type, definition.key),
  label: inLanguage(language, definition.labelEn, definition.labelZh),
  language,
});

function input(view: FormView, shape: InputShape): string {
  const value = view.values[shape.name] ?? '';
  return field(view, shape, (attributes) => control(shape, attributes, value, formWords[view.language].choose));
}

const htmlTypes: Readonly<Record<string, string>> = { email: 'email', phone: 'tel', date: 'date', text: 'text' };

function control(shape: InputShape, attributes: string, value: string, choose: string): string {
  const complete = shape.autocomplete ? ` autocomplete="${shape.autocomplete}"` : '';
  switch (shape.type) {
    case 'longtext':
      return `<textarea ${attributes} rows="5">${esc(value)}</textarea>`;
    case 'checkbox':
      return `<input type="checkbox" value="on" ${attributes}${value === '' ? '' : ' checked'}>`;
    case 'choice': {
      const options = (shape.options ?? []).map(
        (option) =>
          `<option value="${esc(option.value)}"${option.value === value ? ' selected' : ''}>${esc(inLanguage(shape.language ?? 'en', option.labelEn, option.labelZh))}</option>`,
      );
      return `<select ${attributes}><option value="">${esc(choose)}</option>${options.join('')}</select>`;
    }
    case 'number':
      // Not `type=number`, which hides what cannot be read as a number instead of letting us say so.
      return `<input type="text" inputmode="decimal" ${attributes} value="${esc(value)}"${complete}>`;
    default:
      return `<input type="${htmlTypes[shape.type] ?? 'text'}" ${attributes} value="${esc(value)}"${complete}${shape.type === 'date' ? bounds(shape) : ''}>`;
  }
}

const bounds = ({ min, max }: InputShape): string =>
  `${min === undefined ? '' : ` min="${esc(String(min))}"`}${max === undefined ? '' : ` max="${esc(String(max))}"`}`;

/** A label, its control, a hint and what is wrong with it, tied together for whoever cannot see them side by side. */
function field(
  { problems, language }: FormView,
  shape: Pick<InputShape, 'name' | 'label' | 'required' | 'hint'> & { type?: string },
  controlOf: (attributes: string) => string,
): string {
  const id = inputId(shape.name);
  const problem = problems.find(({ name }) => name === shape.name)?.problem;
  const described = [shape.hint ? `${id}-hint` : '', `${id}-error`].filter(Boolean).join(' ');
  const attributes = `id="${id}" name="${esc(shape.name)}" aria-describedby="${described}"${shape.required ? ' required' : ''}${problem ? ' aria-invalid="true"' : ''}`;
  const optional = shape.required ? '' : ` <span class="optional">(${esc(formWords[language].optional)})</span>`;
  const error = `<p class="error" id="${id}-error"${problem ? '' : ' hidden'}>${problem ? esc(formWords[language].problems[problem]) : ''}</p>`;
  return `<div class="field${shape.type === 'checkbox' ? ' check' : ''}">
<label for="${id}">${esc(shape.label)}${optional}</label>
${shape.hint ? `<p class="hint" id="${id}-hint">${esc(shape.hint)}</p>` : ''}
${controlOf(attributes)}
${error}
</div>`;
}

function fileInput(view: FormView): string {
  const words = formWords[view.language];
  return field(
    view,
    { name: 'files', label: words.files, required: false, hint: words.filesHint },
    (attributes) => `<input type="file" multiple ${attributes}>`,
  );
}

/** Thanks, with the ticket's number as soon as there is one; without a script the page asks again by itself. */
export function thanksPage(form: WebFormRow, language: FormLanguage, number: number | null): string {
  const words = formWords[language];
  const said = inLanguage(language, form.successEn, form.successZh) || words.thanks;
  const refresh = number === null ? '<noscript><meta http-equiv="refresh" content="3"></noscript>\n' : '';
  return page(
    language,
    inLanguage(language, form.titleEn, form.titleZh),
    `<div class="thanks">
<h1>${esc(said)}</h1>
<div role="status" data-testid="form-reference" data-waiting="${number === null}">
<p id="waiting"${number === null ? '' : ' hidden'}>${esc(words.waiting)}</p>
<div id="known"${number === null ? ' hidden' : ''}><p>${esc(words.number)}</p><p class="number" id="number">${number ?? ''}</p><p class="hint">${esc(words.confirm)}</p></div>
</div>
<p><a href="/forms/${esc(form.slug)}?lang=${language}">${esc(words.another)}</a></p>
</div>`,
    refresh,
  );
}
