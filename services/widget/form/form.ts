/** Makes a public form quicker: the fields of a type at once, mistakes told before sending, one submission for any number of clicks. */
import { checkRequest, isEmail, isPhone, type RequestField } from '@patchbay/contracts/request-fields';
import './form.css';

interface FormConfig {
  readonly contactBy: 'any' | 'email' | 'phone' | 'none';
  readonly types: Readonly<Record<string, readonly RequestField[]>>;
  readonly problems: Readonly<Record<string, string>>;
  readonly summary: string;
}
interface Problem {
  readonly name: string;
  readonly problem: string;
}
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Milliseconds between two questions for the ticket's number. */
const askEveryMs = 700;

function enhance(form: HTMLFormElement, config: FormConfig): void {
  // The browser's own bubbles speak the browser's language, one mistake at a time.
  form.noValidate = true;
  for (const element of document.querySelectorAll<HTMLElement>('[data-nojs]')) element.hidden = true;
  const type = control(form, 'type');
  type?.addEventListener('change', () => showFields(form, type.value));
  if (type) showFields(form, type.value);
  // A field that has been left is looked at; one that is wrong is looked at again with every key.
  form.addEventListener('change', (event) => lookAt(form, config, event.target));
  form.addEventListener('input', (event) => {
    if (event.target instanceof Element && event.target.getAttribute('aria-invalid') === 'true')
      lookAt(form, config, event.target);
  });
  form.addEventListener('submit', (event) => {
    const problems = problemsOf(form, config);
    for (const element of controls(form))
      mark(
        config,
        element,
        problems.find(({ name }) => name === element.name),
      );
    if (problems.length > 0) {
      event.preventDefault();
      summarise(form, config, problems);
    } else sending(form);
  });
  // Coming back by the browser's history shows the page as it was left.
  addEventListener('pageshow', () => ready(form));
}

const controls = (form: HTMLFormElement): Control[] => [...form.querySelectorAll<Control>('input, select, textarea')];
const control = (form: HTMLFormElement, name: string): Control | undefined =>
  controls(form).find((element) => element.name === name);
const button = (form: HTMLFormElement) => form.querySelector<HTMLButtonElement>('button.send');
const valueOf = (form: HTMLFormElement, name: string): string => control(form, name)?.value.trim() ?? '';

/** What is hidden is disabled, too: it is neither sent nor reached by the keyboard. */
function showFields(form: HTMLFormElement, type: string): void {
  for (const fields of form.querySelectorAll<HTMLFieldSetElement>('fieldset[data-type]')) {
    fields.hidden = fields.dataset['type'] !== type;
    fields.disabled = fields.hidden;
  }
}

function problemsOf(form: HTMLFormElement, config: FormConfig): Problem[] {
  const type = valueOf(form, 'type');
  const problems: Problem[] = type === '' ? [{ name: 'type', problem: 'required' }] : [];
  const given: Record<string, string> = {};
  for (const { key } of config.types[type] ?? []) {
    const element = control(form, `f.${type}.${key}`);
    if (element && (element.type !== 'checkbox' || (element as HTMLInputElement).checked)) given[key] = element.value;
  }
  for (const { field, problem } of checkRequest(config.types[type] ?? [], given).problems)
    problems.push({ name: `f.${type}.${field}`, problem });
  if (valueOf(form, 'message') === '') problems.push({ name: 'message', problem: 'required' });
  return [
    ...problems,
    ...contactProblems(config.contactBy, valueOf(form, 'email'), valueOf(form, 'phone')),
    ...fileProblems(form),
  ];
}

function contactProblems(by: FormConfig['contactBy'], email: string, phone: string): Problem[] {
  if (by === 'any' && email === '' && phone === '') return [{ name: 'email', problem: 'contact-needed' }];
  const problems: Problem[] = [];
  if (by === 'email' && email === '') problems.push({ name: 'email', problem: 'required' });
  if (by === 'phone' && phone === '') problems.push({ name: 'phone', problem: 'required' });
  if (email !== '' && !isEmail(email)) problems.push({ name: 'email', problem: 'not-an-email' });
  if (phone !== '' && !isPhone(phone)) problems.push({ name: 'phone', problem: 'not-a-phone' });
  return problems;
}

function fileProblems(form: HTMLFormElement): Problem[] {
  const files = [...((control(form, 'files') as HTMLInputElement | undefined)?.files ?? [])];
  if (files.length > 5) return [{ name: 'files', problem: 'too-many-files' }];
  return files.some((file) => file.size > 10 * 1024 * 1024) ? [{ name: 'files', problem: 'file-too-large' }] : [];
}

function lookAt(form: HTMLFormElement, config: FormConfig, target: EventTarget | null): void {
  const element = controls(form).find((one) => one === target);
  if (!element) return;
  const problems = problemsOf(form, config);
  mark(
    config,
    element,
    problems.find(({ name }) => name === element.name),
  );
  // One of the two ways to be answered is enough for both.
  const email = control(form, 'email');
  if (element.name === 'phone' && email && email.value === '' && !problems.some(({ name }) => name === 'email'))
    mark(config, email, undefined);
}

function mark(config: FormConfig, element: Control, found: Problem | undefined): void {
  const text = document.getElementById(`${element.id}-error`);
  if (!text) return;
  text.hidden = found === undefined;
  text.textContent = found ? (config.problems[found.problem] ?? found.problem) : '';
  if (found) element.setAttribute('aria-invalid', 'true');
  else element.removeAttribute('aria-invalid');
}

function summarise(form: HTMLFormElement, config: FormConfig, problems: readonly Problem[]): void {
  const box = document.querySelector<HTMLElement>('#errors');
  if (!box) return;
  const list = document.createElement('ul');
  for (const { name, problem } of problems) {
    const element = control(form, name);
    const link = document.createElement('a');
    link.href = `#${element?.id ?? ''}`;
    link.textContent = (element?.labels?.[0]?.firstChild?.textContent ?? name).trim();
    link.addEventListener('click', (event) => {
      event.preventDefault();
      element?.focus();
    });
    const item = document.createElement('li');
    item.append(link, `: ${config.problems[problem] ?? problem}`);
    list.append(item);
  }
  const words = document.createElement('p');
  words.textContent = config.summary;
  box.replaceChildren(words, list);
  box.dataset['testid'] = 'form-errors';
  box.hidden = false;
  box.focus();
}

function sending(form: HTMLFormElement): void {
  const send = button(form);
  if (!send) return;
  // After the browser has read what is to be sent: a disabled button is not part of it.
  setTimeout(() => {
    send.disabled = true;
    send.dataset['words'] ??= send.textContent;
    send.textContent = form.dataset['sending'] ?? send.textContent;
  });
}

/** It can be sent, for the first time or once more. */
function ready(form: HTMLFormElement): void {
  const send = button(form);
  if (!send) return;
  send.disabled = false;
  send.textContent = send.dataset['words'] ?? send.textContent;
}

/** Asks until the ticket has its number. What fails is asked again: the message is safe in any case. */
async function askForNumber(): Promise<void> {
  for (;;) {
    const number = await fetch(location.href, { headers: { accept: 'application/json' } })
      .then(async (answer) => ((await answer.json()) as { ticketNumber: number | null }).ticketNumber)
      .catch(() => null);
    if (number !== null) return showNumber(number);
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

function showNumber(number: number): void {
  const [place, known, text] = ['number', 'known', 'waiting'].map((id) => document.getElementById(id));
  if (place) place.textContent = String(number);
  if (known) known.hidden = false;
  if (text) text.hidden = true;
  document.querySelector('[data-waiting]')?.setAttribute('data-waiting', 'false');
}

// Last, when everything above is there.
const form = document.querySelector<HTMLFormElement>('#form');
const config = document.querySelector('#form-config')?.textContent;
if (form && config) enhance(form, JSON.parse(config) as FormConfig);
if (document.querySelector('[data-waiting=true]')) void askForNumber();
